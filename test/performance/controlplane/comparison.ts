import { join } from 'node:path';
import { type Federation, startFederation } from '../../../scripts/local/federation.ts';
import { consoleProgress } from '../../../scripts/local/progress.ts';
import { type PlainRun, plainArm, type SuiteRun, suiteArm } from './arms.ts';
import { tellingWhatEnded } from './ended.ts';
import type { Comparison } from './figures.ts';
import { Observer, STAGES, type Stage } from './observer.ts';
import type { ProcessorTime } from './processortime.ts';
import { type Summary, summary } from './statistics.ts';
import { straightArm } from './straight.ts';
import { NAMESPACE } from './workload.ts';

/** A work agent at OCM's own rates, and one that is never slowed down by its client. */
export const AGENTS = [
  { name: 'OCM defaults (QPS 50, burst 100)', qps: 50, burst: 100 },
  { name: 'unthrottled', qps: 5000, burst: 10_000 },
] as const;
export type Agent = (typeof AGENTS)[number];

const NODES = [1, 2, 3, 4].map((n) => ({ name: `node-${n}`, allocatable: { cpu: '64', memory: '256Gi' } }));

/** A hub with one managed cluster and the suite on it, for as long as `use` takes. */
export async function withSmallFederation<T>(
  { folder, entry }: { folder: string; entry: string },
  agent: Agent,
  use: (federation: Federation, observer: Observer) => Promise<T>,
): Promise<T> {
  const federation = await startFederation({
    clusters: [{ name: 'c1', nodes: NODES, telemetry: true }],
    folder: join(folder, `qps-${agent.qps}`),
    progress: consoleProgress(),
    workAgent: { statusSyncInterval: '10s', qps: agent.qps, burst: agent.burst },
    controllers: ['acm', 'swm'],
    controllerEntry: entry,
  });
  try {
    await federation.bind(NAMESPACE);
    const observer = await Observer.start(federation);
    try {
      return await tellingWhatEnded(federation, () => use(federation, observer));
    } finally {
      observer.stop();
    }
  } finally {
    await federation.stop();
  }
}

/** All arms in turn under one setting of the work agent. */
export async function compare(
  federation: Federation,
  observer: Observer,
  { agent, apps, repetitions }: { agent: Agent; apps: number; repetitions: number },
): Promise<Comparison> {
  // One pass that is not counted: namespaces and compiled code are there afterwards.
  await suiteArm(federation, observer, apps);
  await straightArm(federation, observer, apps);
  await plainArm(federation, observer, apps);
  const suite: SuiteRun[] = [];
  const straight: PlainRun[] = [];
  const plain: PlainRun[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    suite.push(await suiteArm(federation, observer, apps));
    straight.push(await straightArm(federation, observer, apps));
    plain.push(await plainArm(federation, observer, apps));
    const [s, w, p] = [suite.at(-1)!, straight.at(-1)!, plain.at(-1)!];
    console.error(
      `  ${agent.name}, ${repetition} of ${repetitions}: ${s.podsReady.toFixed(2)} s, works alone ${w.podsReady.toFixed(2)} s, plain ${p.podsReady.toFixed(2)} s; deleted ${s.deleted.toFixed(2)}, ${w.deleted.toFixed(2)} and ${p.deleted.toFixed(2)} s`,
    );
  }
  const stages = Object.fromEntries(
    STAGES.map((stage) => [stage, summary(suite.map((run) => run.stages[stage]))]),
  ) as Record<Stage, Summary>;
  return {
    agent: agent.name,
    apps,
    suite: summary(suite.map(({ podsReady }) => podsReady)),
    stages,
    plain: summary(plain.map(({ podsReady }) => podsReady)),
    ratio: summary(suite.map(({ podsReady }, index) => podsReady / plain[index]!.podsReady)),
    straight: summary(straight.map(({ podsReady }) => podsReady)),
    straightRatio: summary(straight.map(({ podsReady }, index) => podsReady / plain[index]!.podsReady)),
    ratioToStraight: summary(suite.map(({ podsReady }, index) => podsReady / straight[index]!.podsReady)),
    processor: { suite: usual(suite), straight: usual(straight), plain: usual(plain) },
    straightDeletion: summary(straight.map(({ deleted }) => deleted)),
    deletion: summary(suite.map(({ deleted }) => deleted)),
    plainDeletion: summary(plain.map(({ deleted }) => deleted)),
    deletionRatio: summary(suite.map(({ deleted }, index) => deleted / plain[index]!.deleted)),
  };
}

/** By process the median of the runs. */
function usual(runs: readonly Pick<PlainRun, 'processor'>[]): ProcessorTime {
  const names = Object.keys(runs[0]?.processor ?? {});
  return Object.fromEntries(
    names.map((name) => [name, summary(runs.map(({ processor }) => processor[name] ?? 0)).median]),
  );
}
