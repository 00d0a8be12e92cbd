import type { WorkState } from '../../work/workstate.ts';

/** What deleting an app still waits for. */
export interface DeletionState {
  /** Works to ask the deletion of. */
  remove: WorkState[];
  /** Clusters whose works are still going. */
  waiting: string[];
  /** Clusters that are not waited for, where something may still run: abandoned, or gone from the hub. */
  left: string[];
}

/**
 * Decides how far the deletion of an app is. A work counts until it is gone, for only then are its objects
 * gone; not waited for are clusters that no longer exist, and those that the user gave up by annotation.
 */
export function deletionState(
  works: readonly WorkState[],
  clusters: ReadonlySet<string>,
  abandoned: ReadonlySet<string>,
): DeletionState {
  const clusterOf = ({ metadata }: WorkState) => metadata.namespace ?? '';
  const givenUp = (work: WorkState) => abandoned.has(clusterOf(work)) || !clusters.has(clusterOf(work));
  const names = (list: readonly WorkState[]) => [...new Set(list.map(clusterOf))].sort();
  return {
    remove: works.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    waiting: names(works.filter((work) => !givenUp(work))),
    left: names(works.filter(givenUp)),
  };
}
