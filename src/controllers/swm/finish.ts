import type { AssignmentPlanSpec, Decision } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { runningShares } from '../../snapshot/appstate.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { survivalOf } from '../../snapshot/survival.ts';
import { readTolerance } from '../../snapshot/tolerance.ts';
import { brokenWithout } from './afterloss.ts';
import { decidedAs } from './decidedstate.ts';
import { shortenedEvidence } from './evidence.ts';
import type { Referee } from './refereed.ts';

/** What a decision is made in. */
export interface World {
  snapshot: Snapshot;
  states: ReadonlyMap<string, AppState>;
  /** Failure domain of a cluster. */
  zoneOf: (cluster: string) => string;
  referee: Referee;
}

/**
 * A decision with what only its history and its surroundings tell: when the app was last moved, and what the
 * loss of each cluster would do. `before` is the state that the decision replaces.
 */
export function finished(spec: AssignmentPlanSpec, before: AppState, world: World): AssignmentPlanSpec {
  const { decision } = spec;
  if (decision === undefined || spec.attempt?.verdict !== 'Placed') return spec;
  const { snapshot, states, zoneOf, referee } = world;
  const movedAt = moves(before, decision)
    ? new Date(snapshot.now).toISOString()
    : before.plan?.spec.decision?.movedAt;
  const text = before.accepted?.spec.appFailureTolerance ?? '';
  const lost = new Set((decision.fallbacks ?? []).map(({ lostCluster }) => lostCluster));
  const survival = survivalOf(text, readTolerance(text), decision.assignments, zoneOf, lost, (cluster) => {
    const decided = new Map(states).set(before.id, decidedAs(before, spec));
    const judged = { snapshot, states: decided, referee };
    return brokenWithout(judged, before.id, decision.assignments, (each) => zoneOf(each) === zoneOf(cluster));
  });
  const { movedAt: _, ...rest } = decision;
  const next: Decision = {
    ...rest,
    ...(movedAt === undefined ? {} : { movedAt }),
    evidence: { ...decision.evidence, ...(survival ? { survival } : {}) },
  };
  return { ...spec, decision: { ...next, evidence: shortenedEvidence(next) } };
}

/** Whether replicas leave a cluster for another one; scaling moves nothing. */
function moves(before: AppState, { assignments }: Decision): boolean {
  for (const [service, shares] of runningShares(before)) {
    const next = assignments.filter((each) => each.service === service);
    const total = (list: readonly { replicas: number }[]) =>
      list.reduce((sum, { replicas }) => sum + replicas, 0);
    const stay = shares.reduce(
      (sum, { location, replicas }) =>
        sum + Math.min(replicas, total(next.filter(({ cluster }) => cluster === location))),
      0,
    );
    if (stay < Math.min(total(shares), total(next))) return true;
  }
  return false;
}
