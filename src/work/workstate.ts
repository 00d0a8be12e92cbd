import type { Condition } from '../api/conditions.ts';
import { hashOf } from '../api/hash.ts';
import type { ObjectMeta } from '../api/meta.ts';
import type { ManifestStatus, ManifestWork } from '../api/ocm/manifestwork.ts';
import { manifestKey } from './split.ts';

/** What a cache keeps of a ManifestWork: a work can be 400 kB, its hash and status are a few. */
export interface WorkState {
  metadata: ObjectMeta;
  /** Of the spec as it lies on the hub: any edit by hand shows. */
  specHash: string;
  manifestKeys: readonly string[];
  conditions: readonly Condition[];
  manifests: readonly ManifestStatus[];
}

export function toWorkState({ metadata, spec, status }: ManifestWork): WorkState {
  return {
    metadata,
    specHash: hashOf(spec),
    manifestKeys: (spec.workload.manifests ?? []).map(manifestKey),
    conditions: status?.conditions ?? [],
    manifests: status?.resourceStatus?.manifests ?? [],
  };
}

/** Whether the work agent has applied the work as it is now. */
export function isApplied(work: WorkState): boolean {
  const applied = work.conditions.find(({ type }) => type === 'Applied');
  return applied?.status === 'True' && applied.observedGeneration === work.metadata.generation;
}

/** Whether the work agent has looked at the work as it is now, with whatever result. */
export function isObserved(work: WorkState): boolean {
  return work.conditions.some(
    ({ type, observedGeneration }) => type === 'Applied' && observedGeneration === work.metadata.generation,
  );
}
