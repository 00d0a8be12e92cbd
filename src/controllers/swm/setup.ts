import type { Registry } from 'prom-client';
import { type AssignmentPlan, AssignmentPlanResource } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { ClusterCapabilityResource } from '../../api/codeco/v1alpha1/clustercapability.ts';
import { ClusterTelemetryResource } from '../../api/codeco/v1alpha1/clustertelemetry.ts';
import { CodecoAppResource } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { DatasetResource } from '../../api/codeco/v1alpha1/dataset.ts';
import { FederationPolicyResource } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { NetworkTopologyResource } from '../../api/codeco/v1alpha1/networktopology.ts';
import { PerformanceProfileResource } from '../../api/codeco/v1alpha1/performanceprofile.ts';
import { type ControllerRevision, ControllerRevisionResource, NamespaceResource } from '../../api/core.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from '../../api/labels.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { ManagedClusterResource } from '../../api/ocm/managedcluster.ts';
import { ManagedClusterSetResource } from '../../api/ocm/managedclusterset.ts';
import { ManagedClusterSetBindingResource } from '../../api/ocm/managedclustersetbinding.ts';
import { PlacementDecisionResource } from '../../api/ocm/placementdecision.ts';
import type { Resource } from '../../api/resource.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { Controller } from '../../runtime/controller.ts';
import type { ControllerMetrics } from '../../runtime/controllermetrics.ts';
import type { CacheEvent, Informer, InformerFactory, Lister } from '../../runtime/informer.ts';
import type { Logger } from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import type { AppHead } from '../../snapshot/appstate.ts';
import { type AppRevision, toAppRevision } from '../../snapshot/revision.ts';
import { AssumedPlans } from './assumedplans.ts';
import { swmMetrics } from './metrics.ts';
import type { SwmOptions } from './options.ts';
import { appHead, clusterCore, namespaceCore, planCore, withoutStatus } from './projections.ts';
import type { Referee } from './refereed.ts';
import { ROUND_KEY, RoundReconciler } from './roundreconciler.ts';
import type { Solver } from './solver.ts';

export interface SwmDeps {
  client: Client;
  informers: InformerFactory;
  recorder: Recorder;
  clock: Clock;
  log: Logger;
  registry: Registry;
  /** From `controllerMetrics(registry)`, which a process may call only once. */
  metrics?: (controller: string) => ControllerMetrics;
  /** `new WorkerSolver()` in production. */
  solver: Solver;
  /** The engine's own check of every result; a plan that it rejects is never written. */
  referee: Referee;
  options: SwmOptions;
}

/**
 * Right after a start, silence says nothing about a cluster: the hub may have been away itself, and clusters
 * report only now that it is back.
 */
const QUIET_MS = 60_000;

/** A change of what runs waits for others: after a deployment each app says so. */
const RUNNING_MS = 500;

/** Asks for the informers and returns the controllers for `Manager.addWork`. */
export function setupSwm(deps: SwmDeps): Controller[] {
  const { client, informers, recorder, clock, log, registry, solver, referee, options } = deps;
  const assumed = new AssumedPlans();
  const kept = <T extends KubeObject, C = T>(resource: Resource<T>, project: (object: T) => C) =>
    informers.informer<T, C>({ resource, project });
  const whole = <T extends KubeObject>(resource: Resource<T>) => informers.informer<T>({ resource });

  const apps = kept(CodecoAppResource, appHead);
  const revisions = informers.informer<ControllerRevision, AppRevision | undefined>({
    resource: ControllerRevisionResource,
    // Those of DaemonSets and StatefulSets stay on the server.
    labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}`,
    project: toAppRevision,
    indexers: { uid: (revision) => (revision?.uid === undefined ? [] : [revision.uid]) },
  });
  const plans = kept(AssignmentPlanResource, planCore);
  const clusters = kept(ManagedClusterResource, clusterCore);
  const sets = kept(ManagedClusterSetResource, withoutStatus);
  const bindings = whole(ManagedClusterSetBindingResource);
  const decisions = whole(PlacementDecisionResource);
  const namespaces = kept(NamespaceResource, namespaceCore);
  const capabilities = kept(ClusterCapabilityResource, withoutStatus);
  const telemetry = kept(ClusterTelemetryResource, withoutStatus);
  const topologies = kept(NetworkTopologyResource, withoutStatus);
  const datasets = whole(DatasetResource);
  const profiles = kept(PerformanceProfileResource, withoutStatus);
  const policies = kept(FederationPolicyResource, withoutStatus);

  const started = clock.monotonic();
  const quietForMs = () => started + Math.min(QUIET_MS, options.clusterGraceMs) - clock.monotonic();

  const reconciler = new RoundReconciler({
    client,
    recorder,
    clock,
    metrics: swmMetrics(registry),
    solver,
    referee,
    budget: { work: options.workBudget, deadlineMs: options.deadlineMs, seed: options.seed },
    assumed,
    improveEveryMs: options.improveEveryMs,
    quietForMs,
    gather: () => ({
      now: clock.now(),
      ...(quietForMs() > 0 ? {} : { clusterGraceMs: options.clusterGraceMs }),
      topologyNamespaces: options.topologyNamespaces,
      namespaces: namespaces.lister.list(),
      apps: apps.lister.list(),
      revisions: revisions.lister.list().filter((revision) => revision !== undefined),
      plans: plans.lister.list(),
      managedClusters: clusters.lister.list(),
      clusterSets: sets.lister.list(),
      setBindings: bindings.lister.list(),
      placementDecisions: decisions.lister.list(),
      capabilities: capabilities.lister.list(),
      telemetry: telemetry.lister.list(),
      topologies: topologies.lister.list(),
      datasets: datasets.lister.list(),
      profiles: profiles.lister.list(),
      policies: policies.lister.list(),
    }),
  });
  const controller = new Controller({
    name: 'swm',
    reconciler,
    // One round at a time: two would hand out the same capacity.
    workers: 1,
    clock,
    log,
    ...(deps.metrics ? { metrics: deps.metrics('swm') } : {}),
  });

  plans.onEvent((event) => {
    const known = assumed.observe(event);
    if (!known && planMatters(event)) controller.enqueue(ROUND_KEY);
    // What runs now frees room at most: nobody is decided on a moment later for it than for the app's own change.
    else if (runsOtherwise(event)) controller.enqueueAfter(ROUND_KEY, RUNNING_MS);
  });
  const wake = <C>(
    informer: Informer<C>,
    matters: (event: CacheEvent<C>) => boolean,
    giveWay: () => void = () => undefined,
  ) =>
    informer.onEvent((event) => {
      if (!matters(event)) return;
      controller.enqueue(ROUND_KEY);
      giveWay();
    });
  // A new model, or a lost cluster, waits for no look at what runs. Other facts come all the time.
  const first = () => reconciler.giveWay();
  wake(
    apps,
    (event) =>
      headText(event.old) !== headText(event.new) &&
      !cannotBeDecided(event, revisions.lister) &&
      !saidByRevision(event, revisions.lister),
    first,
  );
  wake(revisions, (event) => (event.new ?? event.old) !== undefined, first);
  wake(clusters, differs, first);
  const facts = [sets, bindings, decisions, namespaces, capabilities, telemetry, topologies];
  for (const informer of [...facts, datasets, profiles, policies])
    wake(informer as Informer<unknown>, differs);
  return [controller];
}

/** Equal for two states of an app that placement cannot tell apart, such as before and after a status write. */
function headText(head: AppHead | undefined): string {
  return JSON.stringify(head ?? null);
}

/** A heartbeat, or a status that is somebody else's, leaves what the cache keeps as it was. */
function differs({ old, new: now }: CacheEvent<unknown>): boolean {
  return old === undefined || now === undefined || contentText(old) !== contentText(now);
}

function contentText(object: unknown): string {
  const { metadata, ...content } = object as { metadata: ObjectMeta };
  const { name, labels, deletionTimestamp } = metadata;
  return JSON.stringify([name, labels, deletionTimestamp, content]);
}

/** An app that is new and has no model yet: its revision will be the news. */
function cannotBeDecided({ old, new: now }: CacheEvent<AppHead>, revisions: Lister<unknown>): boolean {
  if (old !== undefined || now === undefined || now.status?.acceptedRevision !== undefined) return false;
  return revisions.byIndex('uid', now.metadata.uid ?? '').length === 0;
}

/** A status that names a model as accepted which its revision has said to be, and nothing else. */
function saidByRevision(
  { old, new: now }: CacheEvent<AppHead>,
  revisions: Lister<AppRevision | undefined>,
): boolean {
  if (old === undefined || now === undefined) return false;
  if (headText({ ...old, status: {} }) !== headText({ ...now, status: {} })) return false;
  const { acceptedRevision: name = '', acceptedGeneration } = now.status ?? {};
  const revision = revisions.get({ namespace: now.metadata.namespace ?? '', name });
  return revision !== undefined && revision.generation === acceptedGeneration;
}

/** The spec of a plan is SWM's own; somebody else's hand in it is news. */
function planMatters({ old, new: now }: CacheEvent<AssignmentPlan>): boolean {
  return old === undefined || now === undefined || old.metadata.generation !== now.metadata.generation;
}

function runsOtherwise({ old, new: now }: CacheEvent<AssignmentPlan>): boolean {
  return JSON.stringify(old?.status?.running ?? []) !== JSON.stringify(now?.status?.running ?? []);
}
