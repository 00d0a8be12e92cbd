import type { AppState } from '../../snapshot/appstate.ts';
import { type PolicyRules, policyRules } from '../../snapshot/policy.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { holdsPlace } from './decidedstate.ts';

/** An app that runs as decided, in a namespace whose policies let it be moved. */
export interface Movable {
  state: AppState;
  policy: PolicyRules;
}

/** Apps that run as decided and that policy lets SWM move, for whatever reason. */
export function movableApps(snapshot: Snapshot, states: ReadonlyMap<string, AppState>): Movable[] {
  const policies = new Map<string, PolicyRules>();
  const policyOf = (namespace: string) => {
    const known = policies.get(namespace) ?? policyRules(snapshot, namespace);
    policies.set(namespace, known);
    return known;
  };
  return [...states.values()]
    .filter(isSettled)
    .map((state) => ({ state, policy: policyOf(state.namespace) }))
    .filter(({ policy }) => policy.moveOnViolation || policy.moveForGain);
}

/** Runs what was decided for its accepted model, with all replicas ready: nothing is on its way. */
function isSettled(state: AppState): boolean {
  const { accepted, head, plan } = state;
  const decision = plan?.spec.decision;
  if (accepted === undefined || decision === undefined || !holdsPlace(state)) return false;
  if (head.spec.suspend === true || head.metadata.deletionTimestamp !== undefined) return false;
  if (decision.revision !== accepted.name || plan?.spec.attempt?.verdict !== 'Placed') return false;
  const running = plan.status?.running ?? [];
  const stray = running.some(
    ({ service, cluster }) =>
      !decision.assignments.some((each) => each.service === service && each.cluster === cluster),
  );
  return (
    !stray &&
    decision.assignments.every(({ service, cluster, replicas }) =>
      running.some((each) => each.service === service && each.cluster === cluster && each.ready >= replicas),
    )
  );
}
