import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { reportText, type Source, validateSources } from './validate.ts';

/** Exit codes of the command line. */
export const EXIT = { ok: 0, usage: 2, badInput: 3 } as const;

/** Where the command line reads and writes; the process by default, a test otherwise. */
export interface Streams {
  stdin: NodeJS.ReadableStream;
  out: (text: string) => void;
  err: (text: string) => void;
}

const USAGE = `usage: codeco validate -f FILE [-f FILE ...] [-o json]

Judges objects of the suite as YAML or JSON, offline: structure, names, ports, quantities.
FILE may be - for standard input. What only a hub can tell is not judged: Pod Security, data sets
and profiles that must exist, applications that are there already.
Exit code: 0 valid, 2 wrong usage, 3 not valid.`;

/** Runs one command. Resolves with the exit code. */
export async function runCli(args: readonly string[], streams: Streams): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'help' || command === '--help' || command === '-h') {
    streams.out(USAGE);
    return EXIT.ok;
  }
  if (command !== 'validate') {
    streams.err(command === undefined ? USAGE : `codeco: there is no command ${command}\n${USAGE}`);
    return EXIT.usage;
  }
  return validate(rest, streams);
}

async function validate(args: readonly string[], streams: Streams): Promise<number> {
  let files: string[];
  let json: boolean;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        filename: { type: 'string', short: 'f', multiple: true },
        output: { type: 'string', short: 'o' },
      },
    });
    files = values.filename ?? [];
    json = values.output === 'json';
    if (files.length === 0) throw new TypeError('-f FILE is needed');
    if (values.output !== undefined && !json)
      throw new TypeError(`-o ${values.output}: only json is possible`);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    streams.err(`codeco validate: ${error.message}\n${USAGE}`);
    return EXIT.usage;
  }
  const sources: Source[] = [];
  for (const file of files) sources.push(await read(file, streams.stdin));
  const report = validateSources(sources);
  streams.out(json ? JSON.stringify(report, undefined, 2) : reportText(report));
  return report.findings.some(({ severity }) => severity === 'Error') ? EXIT.badInput : EXIT.ok;
}

async function read(file: string, stdin: NodeJS.ReadableStream): Promise<Source> {
  if (file === '-') return { file: 'standard input', text: await text(stdin) };
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    return { file, failure: `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}` };
  }
}
