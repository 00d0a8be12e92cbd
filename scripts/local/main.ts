import { resolve } from 'node:path';
import { type LocalOptions, parseOptions, USAGE, UsageError } from './options.ts';
import { lives } from './processid.ts';
import { down } from './supervisor/down.ts';
import { type FederationRecord, folderOf, isSupervised, readRecord } from './supervisor/record.ts';
import { FederationError, up } from './supervisor/up.ts';

/** npm run local -- up | status | down */
async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes('--help') || args[0] === 'help') {
    console.log(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  const options = parseOptions(args);
  const folder = options.dir === undefined ? folderOf(options.name) : resolve(options.dir);
  switch (options.command) {
    case 'up':
      return start(options, folder);
    case 'status':
      return status(options, folder);
    case 'down':
      console.log(
        (await down(folder))
          ? `local federation "${options.name}" is down`
          : `there is no local federation "${options.name}"`,
      );
      return 0;
  }
}

async function start(options: LocalOptions, folder: string): Promise<number> {
  const { name, clusters, controllers, ocmCrds, workAgent } = options;
  const started = performance.now();
  const record = await up(
    {
      name,
      folder,
      clusters,
      controllers,
      ...(workAgent === 'none' ? { workAgent } : {}),
      ...(ocmCrds === undefined ? {} : { ocmCrds: resolve(ocmCrds) }),
    },
    (line) => console.error(line),
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  const hub = record.ready?.clusters[0];
  console.log(`
local federation "${name}" is up after ${seconds} s: hub, ${clusters.length} managed clusters
${table(record)}

Look around:
  export KUBECONFIG=${hub?.kubeconfig}
  ${record.ready?.kubectl} get managedclusters
End it:
  npm run local -- down${flagsOf(options)}`);
  return 0;
}

function status(options: LocalOptions, folder: string): number {
  const record = readRecord(folder);
  if (!record) {
    console.log(`there is no local federation "${options.name}". Start one: npm run local -- up`);
    return 1;
  }
  if (!isSupervised(record)) {
    console.log(
      `local federation "${options.name}" was killed. Remove what is left: npm run local -- down${flagsOf(options)}`,
    );
    return 1;
  }
  if (!record.ready) {
    console.log(`local federation "${options.name}" is starting`);
    return 1;
  }
  const ended = record.members.filter((member) => !lives(member)).map(({ name }) => name);
  const state = ended.length === 0 ? 'every process runs' : `not running: ${ended.join(', ')}`;
  console.log(
    `local federation "${options.name}": ${record.members.length} processes, ${state}\n${table(record)}`,
  );
  return ended.length === 0 ? 0 : 1;
}

function table(record: FederationRecord): string {
  const rows = [
    ['NAME', 'SERVER', 'KUBECONFIG'],
    ...(record.ready?.clusters ?? []).map(({ name, url, kubeconfig }) => [name, url, kubeconfig]),
  ];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map(([name, server, file]) => `  ${name?.padEnd(width(0))}  ${server?.padEnd(width(1))}  ${file}`)
    .join('\n');
}

function flagsOf({ name, dir }: LocalOptions): string {
  if (dir !== undefined) return ` --dir ${resolve(dir)}`;
  return name === 'default' ? '' : ` --name ${name}`;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
    else console.error(error instanceof FederationError ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
