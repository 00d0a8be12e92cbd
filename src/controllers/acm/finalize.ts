import type { CodecoApp, CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { mergeConditions } from '../../api/conditions.ts';
import { ABANDON_CLUSTERS_ANNOTATION } from '../../api/labels.ts';
import type { WorkState } from '../../work/workstate.ts';

/** A deletion that takes longer says what it waits for. */
export const DELETION_QUIET_MS = 60_000;

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

/** The status of an app whose deletion waits for works on `waiting`, with the way out. */
export function deletingStatus(app: CodecoApp, waiting: readonly string[], now: string): CodecoAppStatus {
  const { name, namespace = '', generation = 1 } = app.metadata;
  const clusters = waiting.join(',');
  const message = `the deletion waits for the work agents of ${waiting.join(', ')} to remove the works there. Next: kubectl get managedclusters ${waiting.join(' ')}; where one never comes back: kubectl annotate codecoapp -n ${namespace} ${name} ${ABANDON_CLUSTERS_ANNOTATION}=${clusters}`;
  const ready = { type: 'Ready', status: 'False', reason: 'Deleting', message } as const;
  return {
    ...app.status,
    conditions: mergeConditions(app.status?.conditions, [ready], generation, now),
  };
}
