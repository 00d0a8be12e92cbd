import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Federation, type FederationOptions, startFederation } from '../federation.ts';
import type { ProcessGroup } from '../processgroup.ts';
import { processId } from '../processid.ts';
import { consoleProgress } from '../progress.ts';
import { type FederationRecord, removeFolder, takeFolder, writeRecord } from './record.ts';

/** What the process that started the supervisor hears of it. */
export type News =
  | { kind: 'progress'; line: string }
  | { kind: 'taken' }
  | { kind: 'ready' }
  | { kind: 'failed'; message: string };

/** The federation to run, as the one argument of this process. */
export interface SupervisorOptions extends Omit<FederationOptions, 'progress' | 'onGroup'> {
  name: string;
}

/**
 * Owns a federation: starts it, tells its starter when it is ready, and goes on alone. SIGTERM, and the
 * death of the process group, end it; then no process and no file is left.
 */
async function supervise(options: SupervisorOptions): Promise<void> {
  const { folder } = options;
  if (!takeFolder(folder)) {
    await tell({ kind: 'taken' });
    return;
  }
  const self = processId(process.pid);
  if (!self) throw new Error('this process cannot be looked up');
  const record: FederationRecord = { name: options.name, supervisor: self, members: [] };
  writeRecord(folder, record);
  let group: ProcessGroup | undefined;
  let federation: Federation | undefined;
  let ending = false;

  const end = async () => {
    if (ending) return;
    ending = true;
    if (federation) await federation.stop();
    else await group?.end();
    removeFolder(folder);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());
  // Whoever waits for the federation gave up: nobody would know that it is there.
  process.once('disconnect', () => {
    if (!record.ready) void end();
  });

  try {
    federation = await startFederation({
      ...options,
      progress: consoleProgress((line) => {
        if (process.connected) void tell({ kind: 'progress', line });
        else appendFileSync(join(folder, 'supervisor.log'), `${new Date().toISOString()} ${line}\n`);
      }),
      onGroup(started) {
        group = started;
        // While it starts, the start fails by itself and tells why.
        void started.ended.then(() => {
          if (federation) void end();
        });
        started.onStart = () => {
          record.members = started.members;
          if (!ending) writeRecord(folder, record);
        };
      },
    });
    record.ready = {
      kubectl: federation.binaries.kubectl,
      clusters: [federation.hub, ...federation.clusters.map(({ api }) => api)].map(
        ({ name, url, adminKubeconfig }) => ({ name, url, kubeconfig: adminKubeconfig }),
      ),
    };
    writeRecord(folder, record);
    await tell({ kind: 'ready' });
  } catch (error) {
    if (ending) return;
    removeFolder(folder);
    await tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}

/** Resolves when it is on its way: this process may end right after. */
function tell(news: News): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve();
    else process.send(news, () => resolve());
  });
}

await supervise(JSON.parse(process.argv[2] ?? '{}') as SupervisorOptions);
