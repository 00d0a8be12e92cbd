import { type AssignmentPlan, planName } from '../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp } from '../api/codeco/v1alpha1/codecoapp.ts';
import { keyString } from '../api/meta.ts';
import type { ResourceAmounts, Share } from '../engine/problem.ts';
import { acceptance } from './acceptance.ts';
import { plus, times } from './amounts.ts';
import { podDemand } from './demand.ts';
import { compareText } from './order.ts';
import { perObject } from './perobject.ts';
import type { AppRevision } from './revision.ts';

/** Of a CodecoApp, what placement reads: identity, the accepted revision, and whether it may be decided. */
export type AppHead = Pick<CodecoApp, 'metadata'> & {
  spec: { suspend?: boolean | undefined };
  status?: { acceptedRevision?: string | undefined; acceptedGeneration?: number | undefined };
};

/** An app with its models and its plan, found once for all that follows. */
export interface AppState {
  /** `namespace/name`: the application's id in a problem. */
  id: string;
  namespace: string;
  name: string;
  head: AppHead;
  /** Generation of the app that the accepted model was taken from. */
  generation: number;
  /** The model to decide on; undefined before ACM accepted one. */
  accepted: AppRevision | undefined;
  /** The model that the standing decision was made of. */
  decided: AppRevision | undefined;
  /** Newest generation first. */
  revisions: readonly AppRevision[];
  plan: AssignmentPlan | undefined;
}

/** The last state of each app as read: it is kept while nothing of it has changed, with all found about it. */
const lastStates = new WeakMap<AppHead, AppState>();

/** In order of ids. An app of which nothing has changed has the very state that it had before. */
export function appStates(input: {
  apps: readonly AppHead[];
  revisions: readonly AppRevision[];
  plans: readonly AssignmentPlan[];
}): Map<string, AppState> {
  const plans = new Map(input.plans.map((plan) => [idOf(plan.metadata), plan]));
  const revisions = Map.groupBy(input.revisions, ({ namespace, app }) => keyString({ namespace, name: app }));
  const states = input.apps.map((head): AppState => {
    const key = { namespace: head.metadata.namespace ?? '', name: head.metadata.name };
    const own = revisions.get(keyString(key)) ?? [];
    const found = plans.get(keyString({ ...key, name: planName(key.name) }));
    const plan = found && isOf(found, head) ? found : undefined;
    const before = lastStates.get(head);
    if (before !== undefined && before.plan === plan && sameItems(before.revisions, own)) return before;
    const state = stateOf(head, own, plan);
    lastStates.set(head, state);
    return state;
  });
  return new Map(states.sort((a, b) => compareText(a.id, b.id)).map((state) => [state.id, state]));
}

function stateOf(head: AppHead, revisions: readonly AppRevision[], plan: AppState['plan']): AppState {
  const namespace = head.metadata.namespace ?? '';
  const name = head.metadata.name;
  const own = [...revisions].sort((a, b) => b.generation - a.generation || compareText(a.name, b.name));
  const named = (revision: string | undefined) => own.find((each) => each.name === revision);
  const inForce = acceptance(
    head.status,
    own.filter(({ uid }) => uid !== undefined && uid === head.metadata.uid),
  );
  return {
    id: keyString({ namespace, name }),
    namespace,
    name,
    head,
    generation: inForce?.generation ?? 0,
    accepted: named(inForce?.revision),
    decided: named(plan?.spec.decision?.revision),
    revisions: own,
    plan,
  };
}

/** Whether two lists hold the same objects, in any order. */
function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

/**
 * Whether a plan is this app's, and not that of an earlier app of the same name, which the garbage collector
 * is about to take away: deciding beside that one would leave the new app without a plan.
 */
export function isOf(plan: AssignmentPlan, app: Pick<CodecoApp, 'metadata'>): boolean {
  const owners = plan.metadata.ownerReferences ?? [];
  return owners.length === 0 || owners.some(({ uid }) => uid === app.metadata.uid);
}

/**
 * Replicas by service and cluster that hold capacity: the larger of decided and running, so that an app
 * that moves counts on the old cluster until its works are gone.
 */
export const heldReplicas = perObject((state: AppState): ReadonlyMap<string, ReadonlyMap<string, number>> => {
  const held = new Map<string, Map<string, number>>();
  const add = (service: string, cluster: string, replicas: number) => {
    const clusters = held.get(service) ?? new Map<string, number>();
    clusters.set(cluster, Math.max(clusters.get(cluster) ?? 0, replicas));
    held.set(service, clusters);
  };
  const decision = state.plan?.spec.decision;
  for (const { service, cluster, replicas } of sumByPlace(decision?.assignments))
    add(service, cluster, replicas);
  for (const { service, cluster, replicas } of sumByPlace(state.plan?.status?.running))
    add(service, cluster, replicas);
  return held;
});

/** What an app holds of each cluster by its plan, whatever the clusters say. */
export const heldByCluster = perObject((state: AppState): ReadonlyMap<string, ResourceAmounts> => {
  const byCluster = new Map<string, ResourceAmounts>();
  for (const [service, clusters] of heldReplicas(state)) {
    const demand = demandOf(state, service);
    for (const [cluster, replicas] of clusters) {
      byCluster.set(cluster, plus(byCluster.get(cluster) ?? {}, times(demand, replicas)));
    }
  }
  return byCluster;
});

/**
 * Where the services of an app are, for the engine: as decided, else as running. What was just decided is
 * on its way there, and the old place is on its way out.
 */
export const runningShares = perObject((state: AppState): ReadonlyMap<string, readonly Share[]> => {
  const shares = new Map<string, Share[]>();
  const decision = state.plan?.spec.decision;
  for (const list of [decision?.assignments, state.plan?.status?.running]) {
    const known = new Set(shares.keys());
    for (const { service, cluster, replicas } of sumByPlace(list)) {
      if (known.has(service) || replicas < 1) continue;
      shares.set(service, [...(shares.get(service) ?? []), { location: cluster, replicas }]);
    }
  }
  return shares;
});

/** Demand of one replica by the decided model. */
function demandOf(state: AppState, service: string): ResourceAmounts {
  const known = state.decided ? [state.decided] : [];
  // A service that the decided model no longer has is leaving: the newest model that knows it tells its size.
  for (const revision of [...known, ...state.revisions]) {
    const found = revision.spec['codecoapp-msspec'].find(({ serviceName }) => serviceName === service);
    if (found) return podDemand(found.podspec);
  }
  return { pods: 1 };
}

interface Place {
  service: string;
  cluster: string;
  replicas: number;
}

/** One entry per service and cluster, in that order. */
function sumByPlace(list: readonly Place[] | undefined): Place[] {
  const sums = new Map<string, Place>();
  for (const { service, cluster, replicas } of list ?? []) {
    const id = `${service}\n${cluster}`;
    sums.set(id, { service, cluster, replicas: replicas + (sums.get(id)?.replicas ?? 0) });
  }
  return [...sums.values()].sort(
    (a, b) => compareText(a.service, b.service) || compareText(a.cluster, b.cluster),
  );
}

function idOf({ namespace = '', name }: { namespace?: string; name: string }): string {
  return keyString({ namespace, name });
}
