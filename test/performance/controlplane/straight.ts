import type { Federation } from '../../../scripts/local/federation.ts';
import { findCondition } from '../../../src/api/conditions.ts';
import { type ManifestWork, ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { appWork, baseWork } from '../../../src/work/manifestwork.ts';
import { LIMIT_MS, type PlainRun } from './arms.ts';
import { untilNothingLeft } from './leftovers.ts';
import type { Observer } from './observer.ts';
import { perApplication, processorTime } from './processortime.ts';
import { concurrently } from './statistics.ts';
import { appNames, CONCURRENCY, NAMESPACE, plainDeployment } from './workload.ts';

/**
 * The ManifestWorks that the suite would write, written by hand: what OCM itself takes for the same
 * Deployments. Without labels and annotations they are no business of the suite. Namespace and executor are
 * there before, as the namespace is for plain Deployments.
 */
export async function straightArm(
  federation: Federation,
  observer: Observer,
  apps: number,
): Promise<PlainRun> {
  const { hub, clusters } = federation;
  const cluster = clusters[0]!.name;
  const create = (work: ManifestWork) => hub.admin.create(ManifestWorkResource, work);
  const base = bare(baseWork(NAMESPACE, cluster, true));
  await create(base);
  await untilApplied(hub, observer, cluster, base.metadata.name);
  const works = appNames(apps).map((name) =>
    bare(
      appWork({
        app: { namespace: NAMESPACE, name, uid: name },
        cluster,
        shard: 0,
        revision: name,
        decision: name,
        manifests: [plainDeployment(name)],
        watch: true,
      }),
    ),
  );
  const before = await processorTime(federation);
  const start = performance.now();
  await concurrently(works, CONCURRENCY, create);
  await observer.until(`${apps} Pods ready`, ({ readyPods }) => readyPods === apps, LIMIT_MS);
  const podsReady = (performance.now() - start) / 1000;
  const processor = perApplication(before, await processorTime(federation), apps);
  const deletion = performance.now();
  const remove = ({ metadata: { namespace = '', name } }: ManifestWork) =>
    hub.admin.delete(ManifestWorkResource, { namespace, name });
  await concurrently(works, CONCURRENCY, remove);
  await observer.until(
    'only the base work left',
    (seen) => seen.works === 1 && seen.readyPods === 0,
    LIMIT_MS,
  );
  await remove(base);
  await untilNothingLeft(federation, LIMIT_MS);
  return { podsReady, processor, deleted: (performance.now() - deletion) / 1000 };
}

function bare({ metadata: { name, namespace }, ...work }: ManifestWork): ManifestWork {
  return { ...work, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

async function untilApplied(
  { admin }: Federation['hub'],
  observer: Observer,
  namespace: string,
  name: string,
): Promise<void> {
  for (;;) {
    const { status } = await admin.get(ManifestWorkResource, { namespace, name });
    if (findCondition(status?.conditions, 'Applied')?.status === 'True') return;
    await observer.changed(LIMIT_MS);
  }
}
