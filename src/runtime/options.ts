import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearest } from '../api/nearest.ts';
import { LOG_LEVELS, type LogLevel } from './logging.ts';

/** A flag that cannot be understood. The message names the flag, the value and the nearest valid one. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** What every controller process can be told. */
export interface ManagerOptions {
  kubeconfig: string | undefined;
  leaderElect: boolean;
  leaderElectionNamespace: string;
  /**
   * Name as a candidate for leading. The default has a random part: a container that was restarted has the
   * host name and the process id of its predecessor, and must not take that one's lease for its own.
   */
  identity: string;
  /** Host and port of /healthz, /readyz and /metrics; no host means every address, port 0 a free one. */
  bindAddress: { host: string; port: number };
  logLevel: LogLevel;
  workers: number;
  kubeApiQps: number;
  kubeApiBurst: number;
}

const COMMON = {
  kubeconfig: { type: 'string' },
  'leader-elect': { type: 'string', default: 'true' },
  'leader-election-namespace': { type: 'string', default: 'codeco-system' },
  identity: { type: 'string' },
  'bind-address': { type: 'string', default: ':8080' },
  'log-level': { type: 'string', default: 'info' },
  workers: { type: 'string', default: '10' },
  'kube-api-qps': { type: 'string', default: '500' },
  'kube-api-burst': { type: 'string', default: '1000' },
} as const satisfies ParseArgsOptionsConfig;

/**
 * Reads flags (`--name value` or `--name=value`) into the common options and those that a controller adds.
 * @throws OptionError for an unknown flag or a value of the wrong form
 */
export function parseOptions<E extends string>(
  args: readonly string[],
  extra: Record<E, { default: string; multiple?: boolean }>,
): ManagerOptions & { extra: Record<E, string[]> } {
  const own = Object.fromEntries(
    Object.keys(extra).map((name) => [name, { type: 'string' as const, multiple: true }]),
  );
  const config: ParseArgsOptionsConfig = { ...COMMON, ...own };
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name === undefined || Object.hasOwn(config, name)) continue;
    const near = nearest(name, Object.keys(config));
    throw new OptionError(`unknown flag --${name}${near === undefined ? '' : `; did you mean --${near}?`}`);
  }
  let values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  try {
    ({ values } = parseArgs({ args: [...args], options: config, allowPositionals: false }));
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const text = (name: keyof typeof COMMON) => values[name] as string;
  return {
    kubeconfig: values['kubeconfig'] as string | undefined,
    leaderElect: bool('leader-elect', text('leader-elect')),
    leaderElectionNamespace: text('leader-election-namespace'),
    identity: (values['identity'] as string | undefined) ?? `${hostname()}_${randomUUID()}`,
    bindAddress: address(text('bind-address')),
    logLevel: oneOf('log-level', text('log-level'), LOG_LEVELS),
    workers: whole('workers', text('workers')),
    kubeApiQps: positive('kube-api-qps', text('kube-api-qps')),
    kubeApiBurst: positive('kube-api-burst', text('kube-api-burst')),
    extra: Object.fromEntries(
      (Object.keys(extra) as E[]).map((name) => [
        name,
        (values[name] as string[] | undefined) ?? [extra[name].default],
      ]),
    ) as Record<E, string[]>,
  };
}

function bool(flag: string, value: string): boolean {
  return oneOf(flag, value, ['true', 'false'] as const) === 'true';
}

function positive(flag: string, value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new OptionError(`--${flag} ${value}: a number above 0 is needed`);
}

function whole(flag: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new OptionError(`--${flag} ${value}: a whole number above 0 is needed`);
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const near = nearest(value, allowed);
  throw new OptionError(
    `--${flag} ${value}: allowed are ${allowed.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function address(value: string): { host: string; port: number } {
  const colon = value.lastIndexOf(':');
  const port = Number(value.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new OptionError(`--bind-address ${value}: host:port or :port is needed, for example :8080`);
  }
  const host = value.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host, port };
}
