import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { nearest } from '../api/nearest.ts';
import { compare } from './compare.ts';
import { explain } from './explain.ts';
import { front } from './front.ts';
import { plan } from './plan.ts';
import { EXIT, InputError, type Streams } from './streams.ts';
import { reportText, type Source, validateSources } from './validate.ts';
import { whatif } from './whatif.ts';

const USAGE = `usage: codeco COMMAND FILE... [flags]

  plan FILE...       where each service goes, at what cost, and how far from the optimum at most
  explain FILE...    why there and not elsewhere: terms, proved least extra cost, rules, capacity
                     [--application A] [--service S]
  whatif FILE...     what would be different, as moves, terms and broken rules
                     --lose LOCATION  --scale SERVICE=FACTOR (*=FACTOR: all)  --weights TERM=W,...
                     --delay FROM:TO=MS  --price LOCATION=FACTOR
                     --force SERVICE=LOCATION  --forbid SERVICE=LOCATION
  compare FILE...    placements side by side, judged by the referee
                     [--profile P ...] [--result RESULT.json ...]
  front FILE...      what one term costs in another: placements of which none is better in both
                     --terms FIRST,SECOND  [--points N] [--application A]
  validate -f FILE   judges objects: structure, names, ports, quantities  [-o json]

FILE is a placement problem (JSON, YAML, GEXF or GraphML; docs/problem-format.md), or objects as kubectl would apply them:
CodecoApps, ManagedClusters with their sets and bindings, ClusterCapabilities, NetworkTopologies, ...
- is standard input. No server is asked.

  -o table|wide|json|yaml   plan also: gexf, graphml
  --budget N         units of work, or a time such as 2s
  --seed N           the same seed and work give the same answer
  --profile NAME     place by this profile instead of the application's own

Exit code: 0 placed or valid, 2 an application is infeasible or waits for capacity, 3 input or usage that
cannot be understood, 4 nothing found within the budget, and not proved that there is nothing.`;

const COMMANDS: Readonly<Record<string, (args: readonly string[], streams: Streams) => Promise<number>>> = {
  plan,
  explain,
  whatif,
  compare,
  front,
  validate,
};

/** Runs one command. Resolves with the exit code; see EXIT. */
export async function runCli(args: readonly string[], streams: Streams): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'help' || command === '--help' || command === '-h' || rest.includes('--help')) {
    streams.out(USAGE);
    return EXIT.ok;
  }
  const run = command === undefined ? undefined : COMMANDS[command];
  if (!run) {
    streams.err(command === undefined ? USAGE : `codeco: ${unknownCommand(command)}\n${USAGE}`);
    return EXIT.badInput;
  }
  try {
    return await run(rest, streams);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    streams.err(`codeco ${command}: ${error.message}${error.usage ? `\n${USAGE}` : ''}`);
    return EXIT.badInput;
  }
}

function unknownCommand(command: string): string {
  const near = nearest(command, Object.keys(COMMANDS));
  return `there is no command ${command}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

async function validate(args: readonly string[], streams: Streams): Promise<number> {
  const { files, json } = validateArguments(args);
  const sources: Source[] = [];
  for (const file of files) sources.push(await read(file, streams.stdin));
  const report = validateSources(sources);
  streams.out(json ? JSON.stringify(report, undefined, 2) : reportText(report));
  return report.findings.some(({ severity }) => severity === 'Error') ? EXIT.badInput : EXIT.ok;
}

function validateArguments(args: readonly string[]): { files: string[]; json: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        filename: { type: 'string', short: 'f', multiple: true },
        output: { type: 'string', short: 'o' },
      },
    });
    const files = [...positionals, ...(values.filename ?? [])];
    if (files.length === 0) throw new TypeError('-f FILE is needed');
    if (values.output !== undefined && values.output !== 'json')
      throw new TypeError(`-o ${values.output}: only json is possible`);
    return { files, json: values.output === 'json' };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(error.message, { cause: error, usage: true });
  }
}

async function read(file: string, stdin: NodeJS.ReadableStream): Promise<Source> {
  if (file === '-') return { file: 'standard input', text: await text(stdin) };
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    return { file, failure: `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}` };
  }
}
