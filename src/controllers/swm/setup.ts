import type { Registry } from 'prom-client';
import { type AssignmentPlan, AssignmentPlanResource } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { ClusterCapabilityResource } from '../../api/codeco/v1alpha1/clustercapability.ts';
import { ClusterTelemetryResource } from '../../api/codeco/v1alpha1/clustertelemetry.ts';
import { type CodecoApp, CodecoAppResource } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { DatasetResource } from '../../api/codeco/v1alpha1/dataset.ts';
import { FederationPolicyResource } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { NetworkTopologyResource } from '../../api/codeco/v1alpha1/networktopology.ts';
import { PerformanceProfileResource } from '../../api/codeco/v1alpha1/performanceprofile.ts';
import { type ControllerRevision, ControllerRevisionResource, NamespaceResource } from '../../api/core.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import { ManagedClusterResource } from '../../api/ocm/managedcluster.ts';
import { ManagedClusterSetResource } from '../../api/ocm/managedclusterset.ts';
import { ManagedClusterSetBindingResource } from '../../api/ocm/managedclustersetbinding.ts';
import { PlacementDecisionResource } from '../../api/ocm/placementdecision.ts';
import type { Resource } from '../../api/resource.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { Controller } from '../../runtime/controller.ts';
import type { ControllerMetrics } from '../../runtime/controllermetrics.ts';
import type { CacheEvent, Informer, InformerFactory } from '../../runtime/informer.ts';
import type { Logger } from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import type { AppHead } from '../../snapshot/appstate.ts';
import { type AppRevision, toAppRevision } from '../../snapshot/revision.ts';
import { AssumedPlans } from './assumedplans.ts';
import { swmMetrics } from './metrics.ts';
import type { SwmOptions } from './options.ts';
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

/** Asks for the informers and returns the controllers for `Manager.addWork`. */
export function setupSwm(deps: SwmDeps): Controller[] {
  const { client, informers, recorder, clock, log, registry, solver, referee, options } = deps;
  const assumed = new AssumedPlans();
  const whole = <T extends KubeObject>(resource: Resource<T>) => informers.informer<T>({ resource });

  const apps = informers.informer<CodecoApp, AppHead>({ resource: CodecoAppResource, project: toHead });
  const revisions = informers.informer<ControllerRevision, AppRevision | undefined>({
    resource: ControllerRevisionResource,
    // Those of DaemonSets and StatefulSets stay on the server.
    labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}`,
    project: toAppRevision,
  });
  const plans = whole(AssignmentPlanResource);
  const clusters = whole(ManagedClusterResource);
  const sets = whole(ManagedClusterSetResource);
  const bindings = whole(ManagedClusterSetBindingResource);
  const decisions = whole(PlacementDecisionResource);
  const namespaces = whole(NamespaceResource);
  const capabilities = whole(ClusterCapabilityResource);
  const telemetry = whole(ClusterTelemetryResource);
  const topologies = whole(NetworkTopologyResource);
  const datasets = whole(DatasetResource);
  const profiles = whole(PerformanceProfileResource);
  const policies = whole(FederationPolicyResource);

  const reconciler = new RoundReconciler({
    client,
    recorder,
    clock,
    metrics: swmMetrics(registry),
    solver,
    referee,
    budget: { work: options.workBudget, deadlineMs: options.deadlineMs, seed: options.seed },
    assumed,
    gather: () => ({
      now: clock.now(),
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

  plans.onEvent((event) => assumed.observe(event));
  const wake = <C>(informer: Informer<C>, matters: (event: CacheEvent<C>) => boolean = () => true) =>
    informer.onEvent((event) => {
      if (matters(event)) controller.enqueue(ROUND_KEY);
    });
  wake(apps, ({ old, new: now }) => headText(old) !== headText(now));
  wake(revisions, (event) => (event.new ?? event.old) !== undefined);
  wake(plans, planMatters);
  for (const informer of [clusters, sets, bindings, decisions, namespaces])
    wake(informer as Informer<unknown>);
  for (const informer of [capabilities, telemetry, topologies, datasets, profiles, policies]) {
    wake(informer as Informer<unknown>);
  }
  return [controller];
}

/** Of an app the cache keeps what placement reads: the model comes from the accepted revision. */
function toHead({ metadata, spec, status }: CodecoApp): AppHead {
  const { name, namespace, uid, creationTimestamp, deletionTimestamp } = metadata;
  const { acceptedRevision, acceptedGeneration } = status ?? {};
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: spec.suspend === undefined ? {} : { suspend: spec.suspend },
    status: { acceptedRevision, acceptedGeneration },
  };
}

/** Equal for two states of an app that placement cannot tell apart, such as before and after a status write. */
function headText(head: AppHead | undefined): string {
  return JSON.stringify(head ?? null);
}

/** The spec of a plan is SWM's own; somebody else's hand in it, or what runs, is news. */
function planMatters({ old, new: now }: CacheEvent<AssignmentPlan>): boolean {
  if (old === undefined || now === undefined) return true;
  return (
    old.metadata.generation !== now.metadata.generation ||
    JSON.stringify(old.status?.running) !== JSON.stringify(now.status?.running)
  );
}
