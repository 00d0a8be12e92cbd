import type { KubeObject } from '../api/meta.ts';

export function hasFinalizer(object: Pick<KubeObject, 'metadata'>, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/**
 * Merge patch that adds or removes one finalizer. It carries the resourceVersion: a merge patch replaces
 * the whole list, and must not undo what somebody else added meanwhile.
 */
export function finalizerPatch(
  object: Pick<KubeObject, 'metadata'>,
  finalizer: string,
  change: 'Add' | 'Remove',
): { metadata: { resourceVersion: string | undefined; finalizers: string[] } } {
  const others = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  return {
    metadata: {
      resourceVersion: object.metadata.resourceVersion,
      finalizers: change === 'Add' ? [...others, finalizer] : others,
    },
  };
}
