import { readAge } from '../../api/duration.ts';
import { OptionError } from '../../runtime/options.ts';

/** What SWM can be told on the command line, beside the flags of every controller. */
export interface SwmOptions {
  /** Namespaces whose NetworkTopology objects count as declared by an administrator. */
  topologyNamespaces: readonly string[];
  /** Budget for each app of a round, in the engine's units of work: about 1 ns each. */
  workBudget: number;
  /** Cap of one solve, ms. */
  deadlineMs: number;
  seed: number;
  /** A cluster that has not been available for longer than this, ms, counts as lost. */
  clusterGraceMs: number;
  /** Distance of two looks for better places for what runs, ms; only where a policy lets apps be moved. */
  improveEveryMs: number;
}

/** The flags that SWM adds, for `parseOptions`. */
export const SWM_FLAGS = {
  'topology-namespace': { default: 'codeco-system', multiple: true },
  'work-budget': { default: '2000000000' },
  deadline: { default: '10s' },
  seed: { default: '1' },
  'cluster-grace': { default: '5m' },
  'improve-every': { default: '30s' },
} as const;

/**
 * `extra` of `parseOptions(args, SWM_FLAGS)`. Of a flag that is given twice the last value counts.
 * @throws OptionError with the flag and the value
 */
export function swmOptions(extra: Readonly<Record<keyof typeof SWM_FLAGS, readonly string[]>>): SwmOptions {
  const last = (flag: keyof typeof SWM_FLAGS) => extra[flag].at(-1) ?? '';
  return {
    topologyNamespaces: extra['topology-namespace'],
    workBudget: whole('work-budget', last('work-budget'), 1),
    deadlineMs: milliseconds('deadline', last('deadline')),
    seed: whole('seed', last('seed'), 0),
    clusterGraceMs: milliseconds('cluster-grace', last('cluster-grace')),
    improveEveryMs: milliseconds('improve-every', last('improve-every')),
  };
}

function whole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new OptionError(`--${flag} ${text}: a whole number of at least ${least} is needed`);
}

function milliseconds(flag: string, text: string): number {
  const reading = readAge(text);
  if ('seconds' in reading && reading.seconds > 0) return reading.seconds * 1000;
  throw new OptionError(`--${flag} ${text}: ${'hint' in reading ? reading.hint : 'it must be above 0'}`);
}
