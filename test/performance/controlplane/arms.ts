import type { Federation } from '../../../scripts/local/federation.ts';
import { DeploymentResource, NamespaceResource } from '../../../src/api/core.ts';
import { untilNothingLeft } from './leftovers.ts';
import type { Observer, Stage } from './observer.ts';
import { type ProcessorTime, perApplication, processorTime } from './processortime.ts';
import { concurrently } from './statistics.ts';
import {
  application,
  appNames,
  CONCURRENCY,
  createApps,
  deleteApps,
  NAMESPACE,
  plainDeployment,
} from './workload.ts';

/** Longer than anything here takes on a loaded machine; a benchmark must end. */
export const LIMIT_MS = 600_000;

/** Seconds from the first create request. */
export interface SuiteRun {
  /** Until all Pods are ready. */
  podsReady: number;
  stages: Record<Stage, number>;
  /** Until all Pods are ready, ms for each application. */
  processor: ProcessorTime;
  /** From the first delete request until nothing but the namespace is left anywhere. */
  deleted: number;
}

/** The applications through the suite, and gone again. */
export async function suiteArm(federation: Federation, observer: Observer, apps: number): Promise<SuiteRun> {
  const names = appNames(apps);
  const { admin } = federation.hub;
  observer.reset();
  const before = await processorTime(federation);
  const start = performance.now();
  await createApps(
    admin,
    names.map((name) => application(name)),
  );
  await observer.until(`${apps} Pods ready`, ({ readyPods }) => readyPods === apps, LIMIT_MS);
  const podsReady = (performance.now() - start) / 1000;
  const processor = perApplication(before, await processorTime(federation), apps);
  await observer.until(`${apps} apps ready`, () => observer.passed('ready') === apps, LIMIT_MS);
  const stages = observer.stagesSince(start);
  const deletion = performance.now();
  await deleteApps(admin, names);
  await observer.until(
    'apps, works and Pods gone',
    ({ readyPods, works, apps: left }) => readyPods === 0 && works === 0 && left === 0,
    LIMIT_MS,
  );
  await untilNothingLeft(federation, LIMIT_MS);
  return { podsReady, stages, processor, deleted: (performance.now() - deletion) / 1000 };
}

export type PlainRun = Omit<SuiteRun, 'stages'>;

/** The same Deployments straight to the managed cluster: same client, same concurrency; and gone again. */
export async function plainArm(federation: Federation, observer: Observer, apps: number): Promise<PlainRun> {
  const names = appNames(apps);
  const { admin } = federation.clusters[0]!.api;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await admin.apply(NamespaceResource, namespace, { fieldManager: 'bench', force: true });
  const before = await processorTime(federation);
  const start = performance.now();
  await concurrently(names, CONCURRENCY, (name) => admin.create(DeploymentResource, plainDeployment(name)));
  await observer.until(`${apps} Pods ready`, ({ readyPods }) => readyPods === apps, LIMIT_MS);
  const podsReady = (performance.now() - start) / 1000;
  const processor = perApplication(before, await processorTime(federation), apps);
  const deletion = performance.now();
  await concurrently(names, CONCURRENCY, (name) =>
    admin.delete(
      DeploymentResource,
      { namespace: NAMESPACE, name: `${name}-web` },
      { propagationPolicy: 'Background' },
    ),
  );
  await observer.until('Pods gone', ({ readyPods }) => readyPods === 0, LIMIT_MS);
  await untilNothingLeft(federation, LIMIT_MS);
  return { podsReady, processor, deleted: (performance.now() - deletion) / 1000 };
}
