import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Federation, startFederation } from '../../../scripts/local/federation.ts';
import { consoleProgress } from '../../../scripts/local/progress.ts';
import { CLUSTER_SET_LABEL, ManagedClusterResource } from '../../../src/api/ocm/managedcluster.ts';
import { AuditReader, total } from './audit.ts';
import { tellingWhatEnded } from './ended.ts';
import type { Memory, Scale } from './figures.ts';
import { latency } from './latency.ts';
import { untilNothingLeft } from './leftovers.ts';
import { peakMiB } from './memory.ts';
import { Observer } from './observer.ts';
import { quiet, restartAll } from './restart.ts';
import type { Settings } from './settings.ts';
import { application, appNames, createApps, deleteApps, NAMESPACE } from './workload.ts';

const LIMIT_MS = 600_000;
/** So long a controller has to take what memory it takes without applications. */
const IDLE_MS = 10_000;
/** A cluster of 11 CPUs holds some twenty of these: most clusters are needed, and none is filled to the brim. */
const CPU = '500m';
const MEMORY = '512Mi';

/** One real managed cluster and many played ones, full of applications. */
export async function scale(
  { folder, entry }: { folder: string; entry: string },
  settings: Settings,
): Promise<Scale> {
  const federation = await startFederation({
    clusters: [
      {
        name: 'c1',
        nodes: [{ name: 'node-1', allocatable: { cpu: '11', memory: '80Gi' } }],
        telemetry: true,
      },
    ],
    folder: join(folder, 'scale'),
    progress: consoleProgress(),
    workAgent: { statusSyncInterval: '10s', qps: 5000, burst: 10_000 },
    controllerEntry: entry,
    audit: true,
  });
  try {
    await federation.bind(NAMESPACE);
    const observer = await Observer.start(federation);
    try {
      return await tellingWhatEnded(federation, () => measure(federation, observer, settings));
    } finally {
      observer.stop();
    }
  } finally {
    await federation.stop();
  }
}

async function measure(federation: Federation, observer: Observer, settings: Settings): Promise<Scale> {
  const { hub } = federation;
  const audit = new AuditReader(hub.auditLog!);
  await playClusters(federation, settings.clusters - 1);
  const controllers = [await federation.startController('acm'), await federation.startController('swm')];
  const peaks = () => Promise.all(controllers.map(({ pid }) => peakMiB(pid)));
  await delay(IDLE_MS);
  const idle = await peaks();
  console.error(`  idle: ${idle.join(' and ')} MiB`);

  const names = appNames(settings.scaleApps);
  await quiet(audit);
  const start = performance.now();
  await createApps(
    hub.admin,
    names.map((name) => application(name, CPU, MEMORY)),
  );
  await observer.until('all apps ready', ({ readyApps }) => readyApps === names.length, LIMIT_MS);
  const readySeconds = (performance.now() - start) / 1000;
  const clustersInUse = observer.clustersInUse();
  const written = await audit.writes();
  const writesPerApp = Object.fromEntries(
    Object.entries(written).map(([what, count]) => [what, Math.round((count / names.length) * 100) / 100]),
  );
  console.error(
    `  ${names.length} apps ready on ${clustersInUse} clusters in ${readySeconds.toFixed(1)} s, ${(total(written) / names.length).toFixed(1)} writes each: ${JSON.stringify(writesPerApp)}`,
  );
  await quiet(audit);

  const delays = await latency(federation, observer, settings);
  console.error(
    `  create to last work: p50 ${delays.sequential.p50.toFixed(0)} ms, p99 ${delays.sequential.p99.toFixed(0)} ms; at ${settings.ratePerSecond}/s p50 ${delays.atRate.p50.toFixed(0)} ms, p99 ${delays.atRate.p99.toFixed(0)} ms; four writes p50 ${delays.chain.p50.toFixed(0)} ms`,
  );
  const loaded = await peaks();
  const stopped = await restartAll(controllers, audit, 'SIGTERM', names.length);
  const restarted = await peaks();
  const killed = await restartAll(controllers, audit, 'SIGKILL', names.length);
  console.error(
    `  restart: ready after ${stopped.readySeconds.toFixed(1)} s, killed ${killed.readySeconds.toFixed(1)} s; every app looked at after ${stopped.settledSeconds.toFixed(1)} s and ${killed.settledSeconds.toFixed(1)} s; ${total(stopped.writes)} and ${total(killed.writes)} writes; peaks ${loaded.join(' and ')}, restarted ${restarted.join(' and ')} MiB`,
  );
  const deletion = performance.now();
  await deleteApps(hub.admin, names);
  await observer.until('apps and works gone', ({ apps, works }) => apps === 0 && works === 0, LIMIT_MS);
  await untilNothingLeft(federation, LIMIT_MS);
  const memory = (index: number): Memory => ({
    idle: idle[index]!,
    loaded: loaded[index]!,
    restarted: restarted[index]!,
  });
  return {
    apps: names.length,
    clusters: settings.clusters,
    clustersInUse,
    readySeconds,
    writesPerApp,
    latency: delays,
    restart: { stopped, killed },
    memory: { acm: memory(0), swm: memory(1) },
    deletionSeconds: (performance.now() - deletion) / 1000,
  };
}

/** Starts the one process that plays `count` clusters and waits until all have joined. */
async function playClusters({ hub, group }: Federation, count: number): Promise<void> {
  const real = await hub.admin.list(ManagedClusterResource);
  const set = real[0]?.metadata.labels?.[CLUSTER_SET_LABEL] ?? '';
  const names = Array.from({ length: count }, (_, index) => `played-${String(index + 1).padStart(2, '0')}`);
  await group.start({
    name: 'played-clusters',
    command: process.execPath,
    args: [new URL('./played/main.ts', import.meta.url).pathname, hub.adminKubeconfig, set, ...names],
    log: join(hub.folder, 'played-clusters.log'),
  });
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const clusters = await hub.admin.list(ManagedClusterResource);
    const joined = clusters.filter(({ status }) => (status?.conditions?.length ?? 0) > 0);
    if (joined.length === real.length + count) return;
    if (performance.now() > deadline) throw new Error(`${joined.length} of ${count} played clusters joined`);
    await delay(200);
  }
}
