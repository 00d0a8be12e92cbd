import { Registry } from 'prom-client';
import { planName } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { ClusterCapabilityResource } from '../../api/codeco/v1alpha1/clustercapability.ts';
import { FederationPolicyResource } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { findCondition } from '../../api/conditions.ts';
import { APP_NAMESPACE_LABEL, APP_UID_LABEL } from '../../api/labels.ts';
import { keyOf, type ObjectKey, type ObjectMeta } from '../../api/meta.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { Controller } from '../../runtime/controller.ts';
import type { ControllerMetrics } from '../../runtime/controllermetrics.ts';
import type { InformerFactory } from '../../runtime/informer.ts';
import { generationChanged, labelsChanged, type Predicate } from '../../runtime/predicates.ts';
import type { Logger, Reconciler } from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import { itself, watch } from '../../runtime/watches.ts';
import type { RevisionState } from '../../work/revision.ts';
import type { WorkState } from '../../work/workstate.ts';
import { AppReconciler } from './appreconciler.ts';
import { capabilityStatus } from './capabilitystatus.ts';
import { clusterChanged } from './federationfacts.ts';
import { type HubCaches, hubCaches, placeKey, readKey } from './hubcaches.ts';
import { hubView } from './hubview.ts';
import { acmMetrics } from './metrics.ts';
import { PodCheck } from './podcheck.ts';
import { policyStatus } from './policystatus.ts';
import { StatusLedger } from './statusledger.ts';
import { StatusReconciler } from './statusreconciler.ts';

export interface AcmDeps {
  client: Client;
  informers: InformerFactory;
  recorder: Recorder;
  clock: Clock;
  log: Logger;
  /** ACM's own series are declared here. */
  registry?: Registry;
  metrics?: (controller: string) => ControllerMetrics;
  workers: number;
}

/** Asks for the informers and returns the controllers for `Manager.addWork`. */
export function setupAcm(deps: AcmDeps): Controller[] {
  const { client, clock, log } = deps;
  const caches = hubCaches(deps.informers);
  const view = hubView(caches, client);
  const { policies, capabilities, apps } = caches;
  const metrics = acmMetrics({
    registry: deps.registry ?? new Registry(),
    now: () => clock.monotonic(),
    ready: () =>
      apps.lister.list().map(({ status }) => {
        const { status: ready = 'Unknown', reason = 'NotTakenIn' } =
          findCondition(status?.conditions, 'Ready') ?? {};
        return { status: ready, reason };
      }),
  });
  const controller = (name: string, reconciler: Reconciler, workers: number) =>
    new Controller({
      name,
      reconciler,
      workers,
      clock,
      log,
      ...(deps.metrics ? { metrics: deps.metrics(name) } : {}),
    });
  const ledger = new StatusLedger();
  const app = controller(
    'acm-app',
    new AppReconciler({ ...deps, view, ledger, podCheck: new PodCheck(client), metrics }),
    deps.workers,
  );
  const capability = controller(
    'acm-clustercapability',
    new StatusReconciler({
      client,
      clock,
      resource: ClusterCapabilityResource,
      lister: capabilities.lister,
      statusOf: (object, now) => capabilityStatus(object, view.federation(), now),
    }),
    1,
  );
  const policy = controller(
    'acm-federationpolicy',
    new StatusReconciler({
      client,
      clock,
      resource: FederationPolicyResource,
      lister: policies.lister,
      statusOf: (object, now) => policyStatus(object, view.federation(), now),
    }),
    1,
  );
  watchForApps(caches, ledger, app);
  watchForFederation(caches, capability, policy);
  return [app, capability, policy];
}

function watchForApps(caches: HubCaches, ledger: StatusLedger, controller: Controller): void {
  const { apps, plans, revisions, works, namespaces } = caches;
  const inNamespace = (namespace: string): ObjectKey[] => apps.lister.list(namespace).map(keyOf);
  const ofUid = (uid: string): ObjectKey[] => apps.lister.byIndex('uid', uid).map(keyOf);
  const everyApp = (): ObjectKey[] => apps.lister.list().map(keyOf);
  const owners = ({ metadata }: { metadata: { ownerReferences?: { uid: string }[] } }) =>
    (metadata.ownerReferences ?? []).flatMap(({ uid }) => ofUid(uid));
  const isNews: Predicate<{ metadata: ObjectMeta }> = (event) => !ledger.isEcho(event);
  const atPlaceOf = ({ labels = {}, namespace = '' }: ObjectMeta): ObjectKey[] => {
    const place = placeKey(labels[APP_NAMESPACE_LABEL] ?? '', namespace);
    const there = works.lister
      .byIndex('place', place)
      .map(({ metadata }) => metadata.labels?.[APP_UID_LABEL]);
    return [
      ...plans.lister.byIndex('place', place).flatMap(owners),
      ...there.flatMap((uid) => (uid === undefined ? [] : ofUid(uid))),
    ];
  };
  watch(apps, controller, itself, isNews);
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
  watch(plans, controller, owners, isNews);
  // Made by ACM itself while it took the app in; news are one that is gone, and one that a plan waits for.
  const isPlanned = (revision: RevisionState) =>
    owners(revision).some(({ namespace, name }) => {
      const plan = plans.lister.get({ namespace, name: planName(name) });
      return plan?.spec.decision?.revision === revision.metadata.name;
    });
  watch(
    revisions,
    controller,
    owners,
    ({ old, new: now }) => old !== undefined || now === undefined || isPlanned(now),
  );
  // A base work says no app: it matters to those of its namespace that are on its cluster, or are to be. Of a
  // thousand in one namespace that is a few, and each new cluster that the namespace gets has one.
  watch(
    works,
    controller,
    ({ metadata }) => {
      const uid = metadata.labels?.[APP_UID_LABEL];
      return uid === undefined ? atPlaceOf(metadata) : ofUid(uid);
    },
    ({ old, new: now }) => old === undefined || now === undefined || workText(old) !== workText(now),
  );
  watch(caches.clusters, controller, everyApp, clusterChanged);
  // Namespaces of the level that Pods are judged under are among them.
  watch(
    namespaces,
    controller,
    ({ metadata }) =>
      metadata.name.startsWith('codeco-podsecurity-') ? everyApp() : inNamespace(metadata.name),
    labelsChanged,
  );
  watch(caches.clusterSets, controller, everyApp, generationChanged);
  watch(caches.policies, controller, everyApp, generationChanged);
  watch(caches.capabilities, controller, everyApp, generationChanged);
  watch(caches.profiles, controller, everyApp, generationChanged);
  for (const informer of [caches.setBindings, caches.placementDecisions]) {
    watch<{ metadata: ObjectMeta }>(informer, controller, ({ metadata }) =>
      inNamespace(metadata.namespace ?? ''),
    );
  }
  // Only what reads the object: a namespace may have a thousand apps, and ConfigMaps that change all the time.
  const readersOf = (kind: Parameters<typeof readKey>[0]) => (object: { metadata: ObjectMeta }) => {
    const key = readKey(kind, object.metadata.namespace ?? '', object.metadata.name);
    return [
      ...revisions.lister.byIndex('reads', key).flatMap(owners),
      ...apps.lister.byIndex('reads', key).map(keyOf),
    ];
  };
  watch<{ metadata: ObjectMeta }>(caches.configMaps, controller, readersOf('ConfigMap'));
  watch(caches.secrets, controller, readersOf('Secret'));
  watch(caches.datasets, controller, readersOf('Dataset'));
}

/** Which clusters a capability takes, and what a policy amounts to, hang on each other and on the clusters. */
function watchForFederation(caches: HubCaches, capability: Controller, policy: Controller): void {
  const { clusters, clusterSets, namespaces, capabilities, policies } = caches;
  const everyCapability = () => capabilities.lister.list().map(keyOf);
  const everyPolicy = () => policies.lister.list().map(keyOf);
  watch(capabilities, capability, itself);
  watch(capabilities, capability, everyCapability, generationChanged);
  watch(policies, policy, itself);
  watch(policies, policy, everyPolicy, generationChanged);
  watch(namespaces, policy, everyPolicy, labelsChanged);
  for (const [controller, keys] of [
    [capability, everyCapability],
    [policy, everyPolicy],
  ] as const) {
    watch(clusters, controller, keys, clusterChanged);
    watch(clusterSets, controller, keys, generationChanged);
  }
}

/** Equal for two states of a work that ACM does not tell apart: the agent's finalizer is none of its business. */
function workText({ metadata, ...rest }: WorkState): string {
  const { labels, annotations, generation, deletionTimestamp } = metadata;
  return JSON.stringify([labels, annotations, generation, deletionTimestamp, rest]);
}
