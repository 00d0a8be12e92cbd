import { parseArgs } from 'node:util';
import { nearest } from '../../src/api/nearest.ts';
import type { ClusterSpec } from './federation.ts';

/** A command line that cannot be understood. The message names what is wrong and what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `A federation of real control planes on this machine.

  npm run local -- up      start a hub and managed clusters, and return when they are ready
  npm run local -- status  what runs, and where the kubeconfigs are
  npm run local -- down    end it; nothing stays, neither a process nor a file

  --name NAME         several can run beside each other (default: default)
  --dir DIR           where its files go (default: $XDG_STATE_HOME/codeco/NAME)
  --clusters N        managed clusters, 0 to 20 (default: 3)
  --controllers LIST  controllers to run, for example acm,swm (default: none)
  --work-agent WHICH  auto: the binary that OCM_WORK_AGENT names, else the local one; none (default: auto)
  --ocm-crds DIR      take OCM's CRDs from upstream's files in DIR`;

export interface LocalOptions {
  command: 'up' | 'status' | 'down';
  name: string;
  dir: string | undefined;
  clusters: readonly ClusterSpec[];
  controllers: readonly string[];
  workAgent: 'auto' | 'none';
  ocmCrds: string | undefined;
}

const COMMANDS = ['up', 'status', 'down'] as const;
const FLAGS = {
  name: { type: 'string', default: 'default' },
  dir: { type: 'string' },
  clusters: { type: 'string', default: '3' },
  controllers: { type: 'string', default: '' },
  'work-agent': { type: 'string', default: 'auto' },
  'ocm-crds': { type: 'string' },
} as const;
const CONTROLLERS = ['acm', 'swm'] as const;
const MOST_CLUSTERS = 20;
/** So many clusters play the suite's agent: both kinds, with and without telemetry, are there to be seen. */
const WITH_TELEMETRY = 2;

/** @throws UsageError */
export function parseOptions(args: readonly string[]): LocalOptions {
  const { values, positionals } = read(args);
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`one command at a time; ${rest.join(' ')} is too much`);
  return {
    command: oneOf('command', command ?? '', COMMANDS),
    name: nameOf(values.name),
    dir: values.dir,
    clusters: clusterSpecs(values.clusters),
    controllers: values.controllers
      .split(',')
      .filter((name) => name !== '')
      .map((name) => oneOf('--controllers', name, CONTROLLERS)),
    workAgent: oneOf('--work-agent', values['work-agent'], ['auto', 'none'] as const),
    ocmCrds: values['ocm-crds'],
  };
}

function read(args: readonly string[]) {
  for (const arg of args) {
    const flag = /^--([^=]+)/.exec(arg)?.[1];
    if (flag === undefined || flag in FLAGS) continue;
    const near = nearest(flag, Object.keys(FLAGS));
    throw new UsageError(`unknown flag --${flag}${near === undefined ? '' : `; did you mean --${near}?`}`);
  }
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function oneOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const near = nearest(value, [...allowed]);
  throw new UsageError(
    `${what} ${value || '(none)'}: ${near === undefined ? `must be ${allowed.join(', ')}` : `did you mean ${near}?`}`,
  );
}

/** It becomes the name of a folder. */
function nameOf(name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return name;
  throw new UsageError(`--name ${name}: up to 40 lower case letters, digits and dashes, for example demo`);
}

function clusterSpecs(text: string): ClusterSpec[] {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(count <= MOST_CLUSTERS)) {
    throw new UsageError(`--clusters ${text}: a number from 0 to ${MOST_CLUSTERS} is needed`);
  }
  return Array.from({ length: count }, (_, index) => {
    const name = `c${index + 1}`;
    const node = (number: number) => ({
      name: `${name}-node-${number}`,
      allocatable: { cpu: '8', memory: '32Gi' },
    });
    return { name, nodes: [node(1), node(2)], telemetry: index < WITH_TELEMETRY };
  });
}
