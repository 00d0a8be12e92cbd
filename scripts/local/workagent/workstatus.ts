import { type ConditionDraft, mergeConditions, withoutConditions } from '../../../src/api/conditions.ts';
import type { ManifestStatus, ManifestWorkStatus } from '../../../src/api/ocm/manifestwork.ts';
import type { Feedback } from './feedback/values.ts';

/** What the agent knows of one manifest. */
export interface ManifestResult {
  resourceMeta: ManifestStatus['resourceMeta'];
  applied: ConditionDraft;
  available: ConditionDraft;
  feedback: Feedback;
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
  ];
  return {
    conditions: mergeConditions(previous?.conditions, drafts, generation, now),
    resourceStatus: { manifests },
  };
}

function manifestStatus(
  previous: ManifestStatus | undefined,
  { resourceMeta, applied, available, feedback }: ManifestResult,
  generation: number,
  now: string,
): ManifestStatus {
  const drafts = [applied, available, ...(feedback.condition ? [feedback.condition] : [])];
  const kept = feedback.condition
    ? previous?.conditions
    : withoutConditions(previous?.conditions, ['StatusFeedbackSynced']);
  return {
    resourceMeta,
    statusFeedback: feedback.values.length === 0 ? {} : { values: feedback.values },
    conditions: mergeConditions(kept, drafts, generation, now),
  };
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
