import { parseArgs } from 'node:util';
import { nearest } from '../../../src/api/nearest.ts';
import { OptionError } from '../../../src/runtime/options.ts';
import { OCM_DEFAULTS, type WorkAgentTuning } from './agent.ts';
import { parseDuration } from './goduration.ts';

export interface WorkAgentFlags {
  kubeconfig: string;
  hubKubeconfig: string;
  clusterName: string;
  agentID: string | undefined;
  /** Undefined: no health endpoint. */
  listen: { host: string; port: number } | undefined;
  tuning: WorkAgentTuning;
}

/** Durations by flag; the last two are not flags of OCM's agent, whose periods are fixed. */
const DURATIONS = {
  'status-sync-interval': 'statusSyncIntervalMs',
  'appliedmanifestwork-eviction-grace-period': 'evictionGraceMs',
  'reapply-interval': 'reapplyIntervalMs',
  'executor-retry-interval': 'executorRetryIntervalMs',
} as const satisfies Record<string, keyof WorkAgentTuning>;

const NUMBERS = {
  'kube-api-qps': 'spokeQps',
  'kube-api-burst': 'spokeBurst',
  'hub-kube-api-qps': 'hubQps',
  'hub-kube-api-burst': 'hubBurst',
  'max-feedback-watch': 'maxFeedbackWatch',
  workers: 'workers',
} as const satisfies Record<string, keyof WorkAgentTuning>;

const TEXTS = [
  'kubeconfig',
  'workload-source-driver',
  'workload-source-config',
  'spoke-cluster-name',
  'agent-id',
  'listen',
  'namespace',
] as const;

/** Accepted because every start of OCM's agent carries it; there is nothing to elect here. */
const SWITCHES = ['disable-leader-election'] as const;

/**
 * Reads the flags of OCM's work agent (durations as Go writes them), and those that make its fixed periods
 * short for tests. Defaults are OCM's.
 *
 * @throws OptionError naming flag, value and what is allowed
 */
export function parseFlags(args: readonly string[]): WorkAgentFlags {
  const texts = [...TEXTS, ...Object.keys(DURATIONS), ...Object.keys(NUMBERS)];
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    const known = [...texts, ...SWITCHES];
    if (name === undefined || known.includes(name)) continue;
    const near = nearest(name, known);
    throw new OptionError(`unknown flag --${name}${near === undefined ? '' : `; did you mean --${near}?`}`);
  }
  const values = read(args, texts);
  const driver = values['workload-source-driver'] ?? 'kube';
  if (driver !== 'kube') throw new OptionError(`--workload-source-driver ${driver}: only kube is there`);
  const tuning = { ...OCM_DEFAULTS };
  for (const [flag, field] of Object.entries(DURATIONS)) {
    const text = values[flag];
    if (text === undefined) continue;
    const ms = parseDuration(text);
    if (ms === undefined || ms <= 0) {
      throw new OptionError(`--${flag} ${text}: a duration above 0 is needed, for example 10s, 1m30s or 60m`);
    }
    tuning[field] = ms;
  }
  for (const [flag, field] of Object.entries(NUMBERS)) {
    const text = values[flag];
    if (text === undefined) continue;
    const number = Number(text);
    if (!Number.isFinite(number) || number <= 0) {
      throw new OptionError(`--${flag} ${text}: a number above 0 is needed`);
    }
    tuning[field] = number;
  }
  return {
    kubeconfig: required(values, 'kubeconfig'),
    hubKubeconfig: required(values, 'workload-source-config'),
    clusterName: required(values, 'spoke-cluster-name'),
    agentID: values['agent-id'],
    listen: values['listen'] === undefined ? undefined : address(values['listen']),
    tuning,
  };
}

function read(args: readonly string[], texts: readonly string[]): Record<string, string | undefined> {
  const options = {
    ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])),
    ...Object.fromEntries(SWITCHES.map((name) => [name, { type: 'boolean' as const }])),
  };
  try {
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    return values as Record<string, string | undefined>;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function required(values: Record<string, string | undefined>, flag: (typeof TEXTS)[number]): string {
  const value = values[flag];
  if (value) return value;
  throw new OptionError(`--${flag} is needed`);
}

function address(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OptionError(`--listen ${text}: host:port is needed, for example 127.0.0.1:8443`);
  }
  return { host: text.slice(0, colon) || '127.0.0.1', port };
}
