import { type Condition, type ConditionDraft, mergeConditions } from '../../../src/api/conditions.ts';
import type { ManifestStatus, ManifestWorkStatus } from '../../../src/api/ocm/manifestwork.ts';
import { aggregatedConditions, isRuleMade } from './conditions/rules.ts';
import type { Feedback } from './feedback/values.ts';

/** What the agent knows of one manifest. */
export interface ManifestResult {
  resourceMeta: ManifestStatus['resourceMeta'];
  applied: ConditionDraft;
  available: ConditionDraft;
  feedback: Feedback;
  /** Conditions that the work's rules have made of the object. */
  ruled: readonly ConditionDraft[];
}

/**
 * The status of a work out of what is known of its manifests. Pure: the same results over the same previous
 * status give the same bytes, so that an unchanged world is not written.
 *
 * @param now RFC 3339, for conditions that change
 */
export function workStatus(
  previous: ManifestWorkStatus | undefined,
  results: readonly ManifestResult[],
  generation: number,
  now: string,
): ManifestWorkStatus {
  const manifests = results.map((result) =>
    manifestStatus(findPrevious(previous, result), result, generation, now),
  );
  const drafts = [
    appliedOf(results.map(({ applied }) => applied)),
    availableOfWork(results.map(({ available }) => available)),
    ...aggregatedConditions(results.map(({ ruled }) => ruled)),
  ];
  return {
    conditions: mergeConditions(withoutRuleMade(previous?.conditions, drafts), drafts, generation, now),
    resourceStatus: { manifests },
  };
}

function manifestStatus(
  previous: ManifestStatus | undefined,
  { resourceMeta, applied, available, feedback, ruled }: ManifestResult,
  generation: number,
  now: string,
): ManifestStatus {
  const drafts = [applied, available, ...(feedback.condition ? [feedback.condition] : []), ...ruled];
  return {
    resourceMeta,
    statusFeedback: feedback.values.length === 0 ? {} : { values: feedback.values },
    conditions: mergeConditions(withoutRuleMade(previous?.conditions, drafts), drafts, generation, now).map(
      asReported,
    ),
  };
}

/** What a look at the object gave: OCM's agent says no generation with it. */
const LOOKED_AT = ['Available', 'StatusFeedbackSynced'];

function asReported(condition: Condition): Condition {
  if (!LOOKED_AT.includes(condition.type) || isRuleMade(condition)) return condition;
  const { observedGeneration: _, ...rest } = condition;
  return rest;
}

/** A condition goes with the rule that made it. */
function withoutRuleMade(
  existing: readonly Condition[] | undefined,
  drafts: readonly ConditionDraft[],
): Condition[] {
  const made = new Set(drafts.map(({ type }) => type));
  return (existing ?? []).filter((condition) => !isRuleMade(condition) || made.has(condition.type));
}

/** By identity and not by place: a manifest keeps its transition times when others come or go. */
function findPrevious(
  previous: ManifestWorkStatus | undefined,
  { resourceMeta }: ManifestResult,
): ManifestStatus | undefined {
  const identity = (meta: ManifestStatus['resourceMeta']) =>
    JSON.stringify([meta.group ?? '', meta.kind ?? '', meta.namespace ?? '', meta.name ?? '']);
  const wanted = identity(resourceMeta);
  const same = (previous?.resourceStatus?.manifests ?? []).filter(
    (manifest) => identity(manifest.resourceMeta) === wanted,
  );
  return same.find((manifest) => manifest.resourceMeta.ordinal === resourceMeta.ordinal) ?? same[0];
}

function appliedOf(drafts: readonly ConditionDraft[]): ConditionDraft {
  return drafts.every(({ status }) => status === 'True')
    ? draft('Applied', 'True', 'AppliedManifestWorkComplete', 'Apply manifest work complete')
    : draft('Applied', 'False', 'AppliedManifestWorkFailed', 'Failed to apply manifest work');
}

/** False if any is False, then Unknown, then True. */
function availableOfWork(drafts: readonly ConditionDraft[]): ConditionDraft {
  const count = (status: ConditionDraft['status']) => drafts.filter((each) => each.status === status).length;
  const [missing, unknown] = [count('False'), count('Unknown')];
  if (missing > 0) {
    const message = `${missing} of ${drafts.length} resources are not available`;
    return draft('Available', 'False', 'ResourcesNotAvailable', message);
  }
  if (unknown > 0) {
    const message = `${unknown} of ${drafts.length} resources have unknown status`;
    return draft('Available', 'Unknown', 'ResourcesStatusUnknown', message);
  }
  return draft('Available', 'True', 'ResourcesAvailable', 'All resources are available');
}

function draft(
  type: string,
  status: ConditionDraft['status'],
  reason: string,
  message: string,
): ConditionDraft {
  return { type, status, reason, message };
}
