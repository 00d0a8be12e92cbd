import type { AppState } from '../../snapshot/appstate.ts';

/** What SWM owes an app. */
export type Need =
  | { kind: 'Nothing' }
  /** Must be solved now; `cause` goes into the decision. */
  | { kind: 'Solve'; cause: string }
  /** The last attempt failed: solved again only when something that matters to it has changed. */
  | { kind: 'Retry'; cause: string }
  /** The standing decision is right already (an edit was taken back): only the attempt is out of date. */
  | { kind: 'Confirm' };

const NOTHING: Need = { kind: 'Nothing' };

/**
 * Whether an app needs a decision. What runs is left alone: only a new accepted revision, or the end of a
 * cluster that the decision uses, asks for another one. A change of policy, class, label, price or load
 * never does; a cluster that is merely silent does not either.
 *
 * @param clusterExists whether the ManagedCluster is still there
 */
export function needsDecision(state: AppState, clusterExists: (cluster: string) => boolean): Need {
  const { accepted, head, plan, generation } = state;
  if (accepted === undefined || head.metadata.deletionTimestamp !== undefined) return NOTHING;
  // A suspended app keeps what it has, whatever was decided for it.
  if (head.spec.suspend === true) return NOTHING;

  const { decision, attempt } = plan?.spec ?? {};
  const aboutThis = attempt?.generation === generation && attempt.revision === accepted.name;
  const again = (cause: string): Need =>
    aboutThis && attempt.verdict !== 'Placed' ? { kind: 'Retry', cause } : { kind: 'Solve', cause };

  if (decision === undefined) return again('first decision');
  if (decision.revision !== accepted.name) return again(`model of generation ${generation}`);
  const lost = [...new Set(decision.assignments.map(({ cluster }) => cluster))]
    .filter((cluster) => !clusterExists(cluster))
    .sort();
  if (lost.length > 0) return again(`cluster ${lost.join(', ')} is gone`.slice(0, 256));
  return aboutThis && attempt.verdict === 'Placed' ? NOTHING : { kind: 'Confirm' };
}
