import type { Stage } from './observer.ts';
import type { ProcessorTime } from './processortime.ts';
import type { Distribution, Summary } from './statistics.ts';

/** What `--json` writes. Seconds, milliseconds where a name says so, MiB. */
export interface Figures {
  machine: Machine;
  note: string;
  /** RFC 3339. */
  measuredAt: string;
  tookSeconds: number;
  comparison?: Comparison[];
  growth?: Growth;
  scale?: Scale;
}

export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  node: string;
  kubernetes: string;
  os: string;
  /** One-minute load average just before the first step: what else was running. */
  loadBefore: number;
}

/** CodecoApps against the same Deployments without the suite, in turn. */
export interface Comparison {
  agent: string;
  apps: number;
  suite: Summary;
  stages: Record<Stage, Summary>;
  plain: Summary;
  /** Pair by pair. */
  ratio: Summary;
  /** The same ManifestWorks written by hand, without the suite: what OCM itself costs. */
  straight: Summary;
  /** Straight works to plain Deployments, and CodecoApps to straight works; pair by pair. */
  straightRatio: Summary;
  ratioToStraight: Summary;
  /** Until all Pods are ready, ms for each application; medians by process. */
  processor: Record<'suite' | 'straight' | 'plain', ProcessorTime>;
  straightDeletion: Summary;
  deletion: Summary;
  plainDeletion: Summary;
  deletionRatio: Summary;
}

/** Time per application as their number grows, ms. */
export interface Growth {
  sizes: { apps: number; suiteMs: Summary; plainMs: Summary; deletionMs: Summary }[];
}

export interface Scale {
  apps: number;
  clusters: number;
  clustersInUse: number;
  /** Until all applications say Ready. */
  readySeconds: number;
  /** Write requests of the suite for each application until then, refused ones included: `create pods` ... */
  writesPerApp: Record<string, number>;
  latency: Latency;
  restart: Restart;
  memory: Record<string, Memory>;
  /** All applications together. */
  deletionSeconds: number;
}

/** From the create response to the watch event of the last work, ms. */
export interface Latency {
  sequential: Distribution;
  ratePerSecond: number;
  atRate: Distribution;
  /** Four writes, each made when the watch has told of the one before. */
  chain: Distribution;
}

export interface Restart {
  /** SIGTERM to both controllers at once, started again: until both say ready, and until every app was looked at. */
  stopped: RestartRun;
  /** The same with SIGKILL: the lease has to run out first. */
  killed: RestartRun;
}

export interface RestartRun {
  readySeconds: number;
  settledSeconds: number;
  /** Write requests that are no renewal of a Lease, by verb and resource. */
  writes: Record<string, number>;
}

/** Peak resident memory (VmHWM), MiB. */
export interface Memory {
  idle: number;
  /** Of the process that saw all applications come. */
  loaded: number;
  /** Of one that was started over them. */
  restarted: number;
}

export const GOALS = {
  ratioUnthrottled: 1.1,
  latencyP50Ms: 250,
  latencyP99Ms: 1000,
  restartSeconds: 20,
  restartWrites: 0,
  idleMiB: 110,
  loadedMiB: 160,
} as const;
