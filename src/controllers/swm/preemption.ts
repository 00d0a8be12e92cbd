import type { AssignmentPlanSpec, Decision } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { type AppState, heldByCluster } from '../../snapshot/appstate.ts';
import { compareText } from '../../snapshot/order.ts';
import { policyRules } from '../../snapshot/policy.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { holdsPlace } from './decidedstate.ts';
import { decisionId } from './plan.ts';

/** An app that a newcomer of a higher class may displace. */
export interface Displaceable {
  id: string;
  class: QosClass;
  /** Policies that allow it. */
  policies: readonly string[];
}

type QosClass = 'Gold' | 'Silver' | 'BestEffort';

const RANK: Readonly<Record<QosClass, number>> = { Gold: 0, Silver: 1, BestEffort: 2 };
/** Of a set that suffices, so many are tried to be left out. */
const MOST_PRUNED = 16;

/**
 * Which running apps a newcomer may displace: those of a lower class, where the policies of its own namespace
 * and of theirs both allow it. Lowest class first, then the smaller ones.
 *
 * @param untouchable apps that are decided in the same round
 */
export function displaceable(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  newcomer: AppState,
  untouchable: ReadonlySet<string>,
): Displaceable[] {
  const own = policyRules(snapshot, newcomer.namespace).preemption;
  const rank = RANK[qosClass(newcomer)];
  if (own.length === 0 || rank === RANK.BestEffort) return [];
  const allowed = new Map<string, readonly string[]>();
  const policiesOf = (namespace: string) => {
    const known = allowed.get(namespace) ?? policyRules(snapshot, namespace).preemption;
    allowed.set(namespace, known);
    return known;
  };
  return [...states.values()]
    .filter(
      (state) =>
        state.id !== newcomer.id &&
        holdsPlace(state) &&
        !untouchable.has(state.id) &&
        RANK[qosClass(state)] > rank &&
        policiesOf(state.namespace).length > 0,
    )
    .map((state) => ({ state, cpu: heldCpu(state) }))
    .sort(
      (a, b) =>
        RANK[qosClass(b.state)] - RANK[qosClass(a.state)] ||
        a.cpu - b.cpu ||
        compareText(a.state.id, b.state.id),
    )
    .map(({ state }) => ({
      id: state.id,
      class: qosClass(state),
      policies: [...new Set([...own, ...policiesOf(state.namespace)])].sort(compareText),
    }));
}

/**
 * A small set of apps whose going makes room, and the placement that they make room for: found by doubling,
 * then by leaving out again who need not go. Undefined when not even all of them would do.
 *
 * @param placedWithout a placement of the newcomer as if these apps were not there
 */
export async function displacement(
  candidates: readonly Displaceable[],
  placedWithout: (ids: ReadonlySet<string>) => Promise<AssignmentPlanSpec | undefined>,
): Promise<{ spec: AssignmentPlanSpec; victims: readonly Displaceable[] } | undefined> {
  const ids = (some: readonly Displaceable[]) => new Set(some.map(({ id }) => id));
  let found: { spec: AssignmentPlanSpec; victims: readonly Displaceable[] } | undefined;
  for (let count = 1; candidates.length > 0; count = Math.min(candidates.length, count * 2)) {
    const victims = candidates.slice(0, count);
    const spec = await placedWithout(ids(victims));
    if (spec) {
      found = { spec, victims };
      break;
    }
    if (count === candidates.length) return undefined;
  }
  if (found === undefined) return undefined;
  for (const each of found.victims.slice(0, MOST_PRUNED)) {
    if (found.victims.length === 1) break;
    const victims: readonly Displaceable[] = found.victims.filter(({ id }) => id !== each.id);
    const spec = await placedWithout(ids(victims));
    if (spec) found = { spec, victims };
  }
  return found;
}

/** What the author of the newcomer reads. */
export function displacingSpec(
  spec: AssignmentPlanSpec,
  victims: readonly Displaceable[],
): AssignmentPlanSpec {
  if (spec.decision === undefined || spec.attempt === undefined) return spec;
  const who = victims
    .slice(0, 5)
    .map((victim) => `${victim.id} (${victim.class})`)
    .join(', ');
  const named = victims.length > 5 ? `${who} and ${victims.length - 5} more` : who;
  const by = policyText(victims[0]?.policies ?? []);
  return {
    decision: { ...spec.decision, cause: `${spec.decision.cause}, displaces ${named}`.slice(0, 256) },
    attempt: {
      ...spec.attempt,
      reason: `${spec.attempt.reason}; displaces ${named}, which ${by} allows`.slice(0, 2048),
    },
  };
}

/** What the author of an app reads that had to go: it has no place, and waits for one. */
export function displacedSpec(state: AppState, by: AppState, victim: Displaceable): AssignmentPlanSpec {
  const standing = state.plan?.spec.decision;
  const revision = state.accepted?.name ?? '';
  const cause = `displaced by ${by.id} (${qosClass(by)})`;
  const decision: Decision | undefined = standing && {
    id: decisionId(standing.revision, []),
    revision: standing.revision,
    cause: cause.slice(0, 256),
    ...(standing.movedAt === undefined ? {} : { movedAt: standing.movedAt }),
    assignments: [],
    channels: [],
    evidence: { ...standing.evidence, terms: [], reasons: [] },
  };
  return {
    ...(decision ? { decision } : {}),
    attempt: {
      generation: state.generation,
      revision,
      verdict: 'Deferred',
      reason: `${cause}: this app is ${victim.class}, and ${policyText(victim.policies)} lets a higher class displace it. It is placed again when room frees. Next: kubectl get codecoapps -A`,
    },
  };
}

/** The class that counts while an app runs is the one of the model that runs. */
function qosClass(state: AppState): QosClass {
  return (state.decided ?? state.accepted)?.spec.qosClass ?? 'BestEffort';
}

function heldCpu(state: AppState): number {
  return [...heldByCluster(state).values()].reduce((sum, { cpu = 0 }) => sum + cpu, 0);
}

function policyText(policies: readonly string[]): string {
  return `FederationPolicy ${policies.join(', ')}`;
}
