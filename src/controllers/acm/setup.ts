import {
  type AssignmentPlan,
  AssignmentPlanResource,
  planName,
} from '../../api/codeco/v1alpha1/assignmentplan.ts';
import {
  type ClusterCapability,
  ClusterCapabilityResource,
} from '../../api/codeco/v1alpha1/clustercapability.ts';
import { type CodecoApp, CodecoAppResource } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { type Dataset, DatasetResource } from '../../api/codeco/v1alpha1/dataset.ts';
import {
  type FederationPolicy,
  FederationPolicyResource,
} from '../../api/codeco/v1alpha1/federationpolicy.ts';
import {
  BUILT_IN_PROFILES,
  PerformanceProfileResource,
} from '../../api/codeco/v1alpha1/performanceprofile.ts';
import { findCondition } from '../../api/conditions.ts';
import {
  type ConfigMap,
  ConfigMapResource,
  type ControllerRevision,
  ControllerRevisionResource,
  type Namespace,
  NamespaceResource,
  type Secret,
  SecretResource,
} from '../../api/core.ts';
import {
  APP_NAMESPACE_LABEL,
  APP_UID_LABEL,
  DISTRIBUTE_LABEL,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  SHARD_LABEL,
} from '../../api/labels.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { ManagedClusterResource } from '../../api/ocm/managedcluster.ts';
import { type ManifestWork, ManifestWorkResource } from '../../api/ocm/manifestwork.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { Controller } from '../../runtime/controller.ts';
import type { ControllerMetrics } from '../../runtime/controllermetrics.ts';
import type { InformerFactory } from '../../runtime/informer.ts';
import type { Logger } from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import { itself, watch } from '../../runtime/watches.ts';
import { isOf } from '../../snapshot/appstate.ts';
import { policyRules } from '../../snapshot/policy.ts';
import { toWorkState, type WorkState } from '../../work/workstate.ts';
import { type AcmView, AppReconciler } from './appreconciler.ts';
import { PodCheck } from './podcheck.ts';

export interface AcmDeps {
  client: Client;
  informers: InformerFactory;
  recorder: Recorder;
  clock: Clock;
  log: Logger;
  metrics?: (controller: string) => ControllerMetrics;
  workers: number;
}

/** Asks for the informers and returns the controllers for `Manager.addWork`. */
export function setupAcm(deps: AcmDeps): Controller[] {
  const { client, informers, recorder, clock, log } = deps;
  const apps = informers.informer<CodecoApp>({
    resource: CodecoAppResource,
    indexers: { uid: ({ metadata }) => [metadata.uid ?? ''] },
  });
  const plans = informers.informer<AssignmentPlan>({ resource: AssignmentPlanResource });
  const revisions = informers.informer<ControllerRevision>({
    resource: ControllerRevisionResource,
    labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}`,
    indexers: { owner: ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid) },
  });
  const works = informers.informer<ManifestWork, WorkState>({
    resource: ManifestWorkResource,
    labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}`,
    project: toWorkState,
    indexers: {
      app: ({ metadata }) => [metadata.labels?.[APP_UID_LABEL] ?? ''],
      base: ({ metadata }) => (metadata.labels?.[SHARD_LABEL] === 'base' ? [metadata.namespace ?? ''] : []),
    },
  });
  const clusters = informers.informer({ resource: ManagedClusterResource });
  const policies = informers.informer<FederationPolicy>({ resource: FederationPolicyResource });
  const capabilities = informers.informer<ClusterCapability>({ resource: ClusterCapabilityResource });
  const profiles = informers.informer({ resource: PerformanceProfileResource });
  const datasets = informers.informer<Dataset>({ resource: DatasetResource });
  const namespaces = informers.informer<Namespace>({ resource: NamespaceResource });
  const configMaps = informers.informer<ConfigMap>({ resource: ConfigMapResource });
  const secrets = informers.informer<Secret>({
    resource: SecretResource,
    labelSelector: `${DISTRIBUTE_LABEL}=true`,
  });

  const view: AcmView = {
    app: (key) => apps.lister.get(key),
    apps: (namespace) => apps.lister.list(namespace),
    plan: (app) => {
      const name = planName(app.metadata.name);
      const plan = plans.lister.get({ namespace: app.metadata.namespace ?? '', name });
      return plan && isOf(plan, app) ? plan : undefined;
    },
    revisions: ({ metadata }) => revisions.lister.byIndex('owner', metadata.uid ?? ''),
    works: (uid) => works.lister.byIndex('app', uid),
    baseWorks: (cluster) => works.lister.byIndex('base', cluster),
    clusters: () => new Set(clusters.lister.list().map(({ metadata }) => metadata.name)),
    policy: (namespace) =>
      policyRules({ policies: policies.lister.list(), namespaces: namespaces.lister.list() }, namespace),
    datasets: (namespace) => new Set(datasets.lister.list(namespace).map(({ metadata }) => metadata.name)),
    profiles: () =>
      new Set([
        ...Object.keys(BUILT_IN_PROFILES),
        ...profiles.lister.list().map(({ metadata }) => metadata.name),
      ]),
    classified: () => ({
      security: capabilities.lister.list().some(({ spec }) => spec.securityClass !== undefined),
      compliance: capabilities.lister.list().some(({ spec }) => spec.complianceClass !== undefined),
    }),
    hubObjects: (namespace) => ({
      configMap: (name) => configMaps.lister.get({ namespace, name }),
      secret: (name) => secrets.lister.get({ namespace, name }),
    }),
  };
  const controller = new Controller({
    name: 'acm-app',
    reconciler: new AppReconciler({ client, recorder, clock, view, podCheck: new PodCheck(client) }),
    workers: deps.workers,
    clock,
    log,
    ...(deps.metrics ? { metrics: deps.metrics('acm-app') } : {}),
  });

  const inNamespace = (namespace: string): ObjectKey[] => apps.lister.list(namespace).map(keyOf);
  const ofUid = (uid: string): ObjectKey[] => apps.lister.byIndex('uid', uid).map(keyOf);
  const everyApp = (): ObjectKey[] => apps.lister.list().map(keyOf);
  watch(apps, controller, itself);
  // A name that an app gives up may be what a younger one of its namespace was refused for.
  watch(
    apps,
    controller,
    ({ metadata }) =>
      apps.lister
        .list(metadata.namespace ?? '')
        .filter(({ status }) => findCondition(status?.conditions, 'ModelValid')?.status === 'False')
        .map(keyOf),
    ({ old, new: now }) => old !== undefined && old.metadata.generation !== now?.metadata.generation,
  );
  watch(profiles, controller, everyApp);
  watch(plans, controller, ({ metadata }) =>
    (metadata.ownerReferences ?? []).flatMap(({ uid }) => ofUid(uid)),
  );
  watch(revisions, controller, ({ metadata }) =>
    (metadata.ownerReferences ?? []).flatMap(({ uid }) => ofUid(uid)),
  );
  // A base work says no app: it matters to every app of its namespace.
  watch(works, controller, ({ metadata }) => {
    const uid = metadata.labels?.[APP_UID_LABEL];
    return uid === undefined ? inNamespace(metadata.labels?.[APP_NAMESPACE_LABEL] ?? '') : ofUid(uid);
  });
  watch(clusters, controller, everyApp, ({ old, new: now }) => (old === undefined) !== (now === undefined));
  watch(policies, controller, everyApp);
  watch(capabilities, controller, everyApp);
  for (const informer of [datasets, configMaps, secrets]) {
    watch<{ metadata: { name: string; namespace?: string } }>(informer, controller, ({ metadata }) =>
      inNamespace(metadata.namespace ?? ''),
    );
  }
  return [controller];
}
