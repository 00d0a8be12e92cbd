/**
 * Conditions after the API conventions of Kubernetes (metav1.Condition): one entry per type,
 * `lastTransitionTime` moves only when `status` changes, `observedGeneration` is always set.
 */

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface Condition {
  type: string;
  status: ConditionStatus;
  observedGeneration?: number | undefined;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

/** What a decision knows of a condition; time and generation are added on writing. */
export interface ConditionDraft {
  type: string;
  status: ConditionStatus;
  reason: string;
  message: string;
}

/** metav1.Condition allows 32,768; shorter is kinder to `kubectl describe` and to etcd. */
export const MAX_MESSAGE_LENGTH = 2048;

/**
 * The conditions after `drafts` are laid over `existing`. Types that no draft names are kept;
 * a draft equal to what is there keeps its transition time, so an unchanged world gives equal bytes.
 */
export function mergeConditions(
  existing: readonly Condition[] | undefined,
  drafts: readonly ConditionDraft[],
  observedGeneration: number,
  now: string,
): Condition[] {
  const result = new Map((existing ?? []).map((condition) => [condition.type, condition]));
  for (const draft of drafts) {
    const previous = result.get(draft.type);
    result.set(draft.type, {
      type: draft.type,
      status: draft.status,
      observedGeneration,
      lastTransitionTime: previous?.status === draft.status ? previous.lastTransitionTime : now,
      reason: draft.reason,
      message: boundedMessage(draft.message),
    });
  }
  return [...result.values()];
}

/** The conditions without those of the given types: for conditions that exist only while they apply. */
export function withoutConditions(
  existing: readonly Condition[] | undefined,
  types: readonly string[],
): Condition[] {
  return (existing ?? []).filter((condition) => !types.includes(condition.type));
}

export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function boundedMessage(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH - 1)}…`;
}
