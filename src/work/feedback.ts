import type { ManifestStatus } from '../api/ocm/manifestwork.ts';
import { FEEDBACK, FIELD_MANAGER } from './manifestwork.ts';
import { isObserved, type WorkState } from './workstate.ts';

/** How a Deployment stands on its cluster, as its controller there last said. */
export interface WorkloadState {
  name: string;
  desired: number;
  /** Ready replicas of the spec as it is now. */
  ready: number;
  /** Ready replicas of whatever spec: what answers calls, also while an update rolls. */
  serving: number;
  /** False: the figures are about an older spec. */
  current: boolean;
  /** The Deployment gave up waiting for its Pods. */
  deadlineExceeded: boolean;
}

/** Why a manifest is not on its cluster as it should be. */
export type TroubleKind =
  | 'FieldConflict'
  | 'ExecutorRefused'
  | 'PermissionEscalation'
  | 'PermissionMissing'
  | 'NotApplied';

export interface Trouble {
  kind: TroubleKind;
  cluster: string;
  /** Name of the work, and place of the manifest in it. */
  work: string;
  ordinal: number;
  /** `Deployment shop/web`. */
  object: string;
  /** In words, with field and manager where the agent names them. */
  detail: string;
}

/** State of every Deployment in a work that has reported at all. */
export function workloadsOf(work: WorkState): WorkloadState[] {
  return work.manifests
    .filter(({ resourceMeta }) => resourceMeta.kind === 'Deployment')
    .map((manifest) => {
      const number = (name: string) => feedbackValue(manifest, name)?.integer ?? 0;
      const generation = number(FEEDBACK.generation);
      const current =
        isObserved(work) && generation > 0 && number(FEEDBACK.observedGeneration) === generation;
      const desired = number(FEEDBACK.replicas);
      return {
        name: manifest.resourceMeta.name ?? '',
        desired,
        // Old Pods of a rolling update are ready, too, and do not count for the new spec.
        ready: current ? Math.min(number(FEEDBACK.ready), number(FEEDBACK.updated)) : 0,
        serving: number(FEEDBACK.ready),
        current,
        deadlineExceeded:
          current && feedbackValue(manifest, FEEDBACK.progressing)?.string === 'ProgressDeadlineExceeded',
      };
    });
}

function feedbackValue({ statusFeedback }: ManifestStatus, name: string) {
  return statusFeedback?.values?.find((value) => value.name === name)?.fieldValue;
}

/**
 * Manifests that the agent could not apply, each as what it is. What it said about an older generation of
 * the work is no longer true of this one.
 */
export function troublesOf(work: WorkState): Trouble[] {
  if (!isObserved(work)) return [];
  return work.manifests.flatMap((manifest, index) => {
    const applied = manifest.conditions.find(({ type }) => type === 'Applied');
    if (applied === undefined || applied.status === 'True') return [];
    const { kind = '', namespace = '', name = '', ordinal = index } = manifest.resourceMeta;
    const object = `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
    return [
      {
        kind: kindOf(applied.message),
        cluster: work.metadata.namespace ?? '',
        work: work.metadata.name,
        ordinal,
        object,
        detail: detailOf(applied.message),
      },
    ];
  });
}

/**
 * OCM gives one reason (AppliedManifestFailed) for all of these; only the message of its agent tells them
 * apart. The patterns are those that its agent was seen to write.
 */
function kindOf(message: string): TroubleKind {
  if (/conflicts? with |Apply failed with \d+ conflict/.test(message)) return 'FieldConflict';
  if (/permission escalation/.test(message)) return 'PermissionEscalation';
  if (/not allowed to apply the resource/.test(message)) return 'ExecutorRefused';
  if (/is forbidden/.test(message)) return 'PermissionMissing';
  return 'NotApplied';
}

function detailOf(message: string): string {
  const conflicts = conflictsIn(message);
  if (conflicts.length > 0) return conflicts.join('; ');
  return message
    .replace(/^Failed to apply manifest: /, '')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);
}

/**
 * The API server names every manager with its fields: `conflict with "a" using v1: .x` for one, and
 * `conflicts with "a" using v1:` with a line `- .x` for each of several.
 */
function conflictsIn(message: string): string[] {
  const parts = message.matchAll(/conflicts? with "([^"]+)"[^:]*:((?:\s+-?\s*\.\S+)+)/g);
  return [...parts].map(([, manager, list = '']) => {
    const fields = list.split(/\s+/).filter((word) => word.startsWith('.'));
    return `field${fields.length > 1 ? 's' : ''} ${fields.join(', ')} belong${fields.length > 1 ? '' : 's'} to ${manager}`;
  });
}

/** What a person can do about it. */
export function nextStepOf({ kind, cluster, object, work, ordinal }: Trouble): string {
  switch (kind) {
    case 'FieldConflict':
      return `stop the other manager and take the field back: kubectl get manifestworks -n ${cluster} ${work} -o jsonpath='{.spec.workload.manifests[${ordinal}]}' | kubectl --context ${cluster} apply --server-side --field-manager=${FIELD_MANAGER} --force-conflicts -f -`;
    case 'ExecutorRefused':
      return `grant the executor the right on ${cluster} (config/rbac/managed); the agent tries again every minute`;
    case 'PermissionEscalation':
      return `bind ClusterRole codeco-workload to codeco-base on ${cluster} (config/rbac/managed)`;
    case 'PermissionMissing':
      return `grant the work agent on ${cluster} the right on ${object.split(' ')[0]} objects`;
    case 'NotApplied':
      return `look at the work: kubectl get manifestworks -n ${cluster} ${work} -o yaml`;
  }
}
