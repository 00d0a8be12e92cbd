/**
 * Plays managed clusters in one process, through the hub's real API: each has joined, renews its lease,
 * reports telemetry, and answers every ManifestWork in its namespace as a work agent on a healthy cluster
 * does. Nothing runs behind them. It says `joined` on standard output when all are there.
 *
 *   node played/main.ts KUBECONFIG SET NAME...
 */
import { setTimeout as delay } from 'node:timers/promises';
import { keyString, type ObjectKey } from '../../../../src/api/meta.ts';
import { type ManifestWork, ManifestWorkResource } from '../../../../src/api/ocm/manifestwork.ts';
import { createClient } from '../../../../src/kube/client.ts';
import { loadEndpoint } from '../../../../src/kube/config.ts';
import { createInformerFactory } from '../../../../src/kube/informer.ts';
import { Transport } from '../../../../src/kube/transport.ts';
import { hasCode } from '../../../../src/runtime/apierror.ts';
import { Controller } from '../../../../src/runtime/controller.ts';
import { createLogger } from '../../../../src/runtime/logging.ts';
import { realClock } from '../../../../src/runtime/realclock.ts';
import { DONE, type Result } from '../../../../src/runtime/reconcile.ts';
import { join, renew } from './playedcluster.ts';
import { playedStatus } from './workstatus.ts';

const FINALIZER = 'cluster.open-cluster-management.io/manifest-work-cleanup';
/** From applied to Pods ready, as with kwok: two status writes for each work, as a real agent makes. */
const START_MS = 300;
const RENEW_MS = 30_000;
const WORKERS = 20;

const [kubeconfig = '', set = '', ...names] = process.argv.slice(2);
const log = createLogger('info', 'played-clusters');
const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }), qps: 5000, burst: 10_000 });
const client = createClient(transport);
const hub = { admin: client };
const played = new Set(names);
const informers = createInformerFactory({ transport, log });
const works = informers.informer<ManifestWork>({ resource: ManifestWorkResource });
/** Monotonic ms at which a work, as its generation is now, was said to be applied. */
const applied = new Map<string, { generation: number; at: number }>();

async function reconcile(key: ObjectKey): Promise<Result> {
  const id = keyString(key);
  const work = works.lister.get(key);
  if (!work) {
    applied.delete(id);
    return DONE;
  }
  const finalizers = work.metadata.finalizers ?? [];
  const patch = (next: string[]) =>
    client.mergePatch(ManifestWorkResource, key, {
      metadata: { finalizers: next, resourceVersion: work.metadata.resourceVersion },
    });
  if (work.metadata.deletionTimestamp !== undefined) {
    if (finalizers.includes(FINALIZER)) await patch(finalizers.filter((each) => each !== FINALIZER));
    return DONE;
  }
  // The event of this write brings the work back.
  if (!finalizers.includes(FINALIZER)) {
    await patch([...finalizers, FINALIZER]);
    return DONE;
  }
  const { generation = 1 } = work.metadata;
  const told = applied.get(id);
  const fresh = told?.generation !== generation;
  const ready = !fresh && performance.now() - told.at >= START_MS;
  if (!fresh && !ready) return { requeueAfterMs: START_MS - (performance.now() - told.at) + 1 };
  const status = playedStatus(work, ready, new Date().toISOString().replace(/\.\d+Z$/, 'Z'));
  if (JSON.stringify(status) !== JSON.stringify(work.status)) {
    await client.updateStatus(ManifestWorkResource, { ...work, status });
  }
  if (!fresh) return DONE;
  applied.set(id, { generation, at: performance.now() });
  return { requeueAfterMs: START_MS };
}

const controller = new Controller({
  name: 'played',
  reconciler: {
    async reconcile(key) {
      try {
        return await reconcile(key);
      } catch (error) {
        // Somebody wrote in between, or it is gone: the next event tells.
        if (hasCode(error, 'Conflict', 'NotFound')) return { requeueAfterMs: 20 };
        throw error;
      }
    },
  },
  workers: WORKERS,
  clock: realClock,
  log,
});
works.onEvent(({ key }) => {
  if (played.has(key.namespace)) controller.enqueue(key);
});

const { signal } = new AbortController();
await Promise.all(names.map((name) => join(hub, name, set)));
void informers.start(signal);
await informers.waitForSync();
void controller.run(signal);
console.log('joined');
for (;;) {
  for (const name of names) {
    await delay(RENEW_MS / names.length);
    await renew(hub, name).catch((error: unknown) => log.warn({ err: error, name }, 'not renewed'));
  }
}
