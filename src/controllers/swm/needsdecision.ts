import type { AppState } from '../../snapshot/appstate.ts';

/** What SWM owes an app. `lost` are the clusters it lost, where that is the cause. */
export type Need =
  | { kind: 'Nothing' }
  /** Must be solved now; `cause` goes into the decision. */
  | { kind: 'Solve'; cause: string; lost?: readonly string[] }
  /** The last attempt failed: solved again only when something that matters to it has changed. */
  | { kind: 'Retry'; cause: string }
  /** The standing decision is right already (an edit was taken back): only the attempt is out of date. */
  | { kind: 'Confirm' };

const NOTHING: Need = { kind: 'Nothing' };

/**
 * Whether an app needs a decision. What runs is left alone: only a new accepted revision, or the loss of a
 * cluster that the decision uses, asks for another one. A change of policy, class, label, price or load
 * never does; a cluster that is merely silent does not either.
 *
 * @param lostBecause why a cluster counts as lost; undefined for one that does not
 */
export function needsDecision(state: AppState, lostBecause: (cluster: string) => string | undefined): Need {
  const { accepted, head, plan, generation } = state;
  if (accepted === undefined || head.metadata.deletionTimestamp !== undefined) return NOTHING;
  // A suspended app keeps what it has, whatever was decided for it.
  if (head.spec.suspend === true) return NOTHING;

  const { decision, attempt } = plan?.spec ?? {};
  const aboutThis = attempt?.generation === generation && attempt.revision === accepted.name;
  const again = (cause: string, lost: readonly string[] = []): Need =>
    aboutThis && attempt.verdict !== 'Placed'
      ? { kind: 'Retry', cause }
      : { kind: 'Solve', cause, ...(lost.length > 0 ? { lost } : {}) };

  if (decision === undefined) return again('first decision');
  if (decision.revision !== accepted.name) return again(`model of generation ${generation}`);
  if (decision.assignments.length === 0) return again('placed again after it was displaced');
  const lost = [...new Set(decision.assignments.map(({ cluster }) => cluster))]
    .filter((cluster) => lostBecause(cluster) !== undefined)
    .sort();
  if (lost.length > 0) return again(lossText(lost, lostBecause).slice(0, 256), lost);
  return aboutThis && attempt.verdict === 'Placed' ? NOTHING : { kind: 'Confirm' };
}

/** `cluster a, b is gone; cluster c has not been available for 6 min`. */
function lossText(lost: readonly string[], why: (cluster: string) => string | undefined): string {
  return [...Map.groupBy(lost, (cluster) => why(cluster) ?? '')]
    .map(([reason, clusters]) => `cluster ${clusters.join(', ')} ${reason}`)
    .join('; ');
}
