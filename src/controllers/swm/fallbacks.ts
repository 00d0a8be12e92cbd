import type { AssignmentPlanSpec, Decision } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { compareText } from '../../snapshot/order.ts';
import { shortenedEvidence } from './evidence.ts';

/** An app on more clusters than this gets plans for the loss of the first of them only, and a note. */
const MAX_FALLBACKS = 16;

/**
 * Adds to a decision where the app would go at the loss of each cluster that it uses. Each plan is a whole
 * placement that the engine found and the referee passed, with all other apps where they are now. A loss
 * without a way out is noted: the decision stands, for it is right while no cluster is lost.
 *
 * @param without decides on the app as if the cluster did not exist
 */
export async function withFallbacks(
  spec: AssignmentPlanSpec,
  without: (cluster: string) => Promise<AssignmentPlanSpec | undefined>,
): Promise<AssignmentPlanSpec> {
  const { decision } = spec;
  if (decision === undefined) return spec;
  const used = [...new Set(decision.assignments.map(({ cluster }) => cluster))].sort(compareText);
  const fallbacks: NonNullable<Decision['fallbacks']> = [];
  const notes: string[] = [];
  for (const lostCluster of used.slice(0, MAX_FALLBACKS)) {
    const { decision: other, attempt } = (await without(lostCluster)) ?? {};
    if (attempt?.verdict === 'Placed' && other !== undefined) {
      fallbacks.push({ lostCluster, assignments: other.assignments });
    } else {
      notes.push(
        `no fallback for the loss of ${lostCluster}: ${attempt?.reason ?? 'no answer'}`.slice(0, 512),
      );
    }
  }
  if (used.length > MAX_FALLBACKS) {
    notes.push(`fallbacks for ${used.length - MAX_FALLBACKS} of ${used.length} clusters were not computed`);
  }
  const evidence = {
    ...decision.evidence,
    ...(notes.length > 0 ? { notes: [...(decision.evidence.notes ?? []), ...notes].slice(0, 32) } : {}),
  };
  const extended = { ...decision, fallbacks, evidence };
  return { ...spec, decision: { ...extended, evidence: shortenedEvidence(extended) } };
}
