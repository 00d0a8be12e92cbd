import { type ParseArgsConfig, parseArgs } from 'node:util';
import { readAge } from '../api/duration.ts';
import { nearest } from '../api/nearest.ts';
import { InputError } from './streams.ts';

export const OUTPUTS = ['table', 'wide', 'json', 'yaml', 'gexf', 'graphml'] as const;
export type Output = (typeof OUTPUTS)[number];

/** What every command that solves can be told. */
export interface CommonArguments {
  files: string[];
  output: Output;
  /** Units of work for one solve. */
  work: number;
  /** Cap of one solve, ms. */
  deadlineMs: number;
  seed: number;
  /** Names of profiles, in the order given. */
  profiles: string[];
}

/** Work for one solve when nothing else is said, and the time that caps it. */
const DEFAULT_WORK = 3_000_000_000;
const DEFAULT_DEADLINE_MS = 60_000;

type Options = NonNullable<ParseArgsConfig['options']>;

const COMMON = {
  filename: { type: 'string', short: 'f', multiple: true },
  output: { type: 'string', short: 'o' },
  budget: { type: 'string' },
  seed: { type: 'string' },
  profile: { type: 'string', multiple: true },
} as const satisfies Options;

/** Values of flags that only one command has, by name; those that are not given are absent. */
export type Extra = Readonly<Record<string, readonly string[]>>;

/**
 * Arguments of a command that solves: files by position or with -f, the common flags, and `own` flags, which
 * take text and may be repeated.
 * @throws InputError for an unknown flag (with the nearest known one) or a value that cannot be read
 */
export function readArguments(
  args: readonly string[],
  own: readonly string[] = [],
): CommonArguments & { extra: Extra } {
  const options: Options = {
    ...COMMON,
    ...Object.fromEntries(own.map((name) => [name, { type: 'string', multiple: true }])),
  };
  const { values, positionals } = parse(args, options);
  const texts = (name: string) => (values[name] ?? []) as string[];
  const text = (name: string) => values[name] as string | undefined;
  const files = [...positionals, ...texts('filename')];
  if (files.length === 0) throw new InputError('a FILE is needed', { usage: true });
  return {
    files,
    output: readOutput(text('output') ?? 'table'),
    ...readBudget(text('budget')),
    seed: readSeed(text('seed') ?? '1'),
    profiles: texts('profile'),
    extra: Object.fromEntries(
      own.filter((name) => values[name] !== undefined).map((name) => [name, texts(name)]),
    ),
  };
}

function parse(
  args: readonly string[],
  options: Options,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const flag = /'(-[^' ]*)/.exec(error.message)?.[1] ?? '';
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new InputError(`${flag}: a value is needed`, { cause: error, usage: true });
    const near = nearest(flag.replace(/^-+/, ''), Object.keys(options));
    throw new InputError(`there is no flag ${flag}${near === undefined ? '' : `; did you mean --${near}?`}`, {
      cause: error,
      usage: true,
    });
  }
}

function readOutput(text: string): Output {
  const known = OUTPUTS.find((each) => each === text);
  if (!known) throw new InputError(`-o ${text}: ${OUTPUTS.join(', ')} are possible`, { usage: true });
  return known;
}

/** `5000000` is units of work, `2s` or `500ms` is time. */
function readBudget(text: string | undefined): Pick<CommonArguments, 'work' | 'deadlineMs'> {
  if (text === undefined) return { work: DEFAULT_WORK, deadlineMs: DEFAULT_DEADLINE_MS };
  if (/^\d+$/.test(text)) return { work: Number(text), deadlineMs: DEFAULT_DEADLINE_MS };
  const reading = readAge(text);
  if ('hint' in reading)
    throw new InputError(`--budget ${text}: units of work such as 5000000, or a time such as 2s`);
  return { work: Number.MAX_SAFE_INTEGER, deadlineMs: reading.seconds * 1000 };
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new InputError(`--seed ${text}: a whole number from 0 on`);
  return seed;
}
