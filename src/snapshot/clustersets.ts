import { CLUSTER_SET_LABEL, type ManagedCluster } from '../api/ocm/managedcluster.ts';
import type { ManagedClusterSet } from '../api/ocm/managedclusterset.ts';
import type { ManagedClusterSetBinding } from '../api/ocm/managedclustersetbinding.ts';
import { PLACEMENT_LABEL, type PlacementDecision } from '../api/ocm/placementdecision.ts';
import { selects } from './labelselector.ts';
import { compareText } from './order.ts';

/**
 * The sets of each cluster: the exclusive one named by its label where that set exists, and every set whose
 * label selector takes it.
 */
export function setMembership(
  sets: readonly ManagedClusterSet[],
  clusters: readonly ManagedCluster[],
): (cluster: string) => readonly string[] {
  const members = new Map(
    clusters.map(({ metadata }) => [
      metadata.name,
      sets
        .filter((set) => isMember(set, metadata.labels ?? {}))
        .map((set) => set.metadata.name)
        .sort(compareText),
    ]),
  );
  return (cluster) => members.get(cluster) ?? [];
}

function isMember(set: ManagedClusterSet, labels: Readonly<Record<string, string>>): boolean {
  const selector = set.spec?.clusterSelector;
  // OCM's default: the exclusive label.
  if (selector?.selectorType !== 'LabelSelector') return labels[CLUSTER_SET_LABEL] === set.metadata.name;
  return selects(selector.labelSelector ?? {}, labels);
}

/** Sets bound to a namespace. */
export function setBindings(bindings: readonly ManagedClusterSetBinding[], namespace: string): Set<string> {
  return new Set(
    bindings.filter(({ metadata }) => metadata.namespace === namespace).map(({ spec }) => spec.clusterSet),
  );
}

/**
 * The clusters of a Placement: all pages of its decisions. Undefined without a Placement; empty while OCM
 * has not decided, since an app that asks to be narrowed must not start wide.
 */
export function placementClusters(
  decisions: readonly PlacementDecision[],
  namespace: string,
  placement: string | undefined,
): Set<string> | undefined {
  if (placement === undefined) return undefined;
  const pages = decisions.filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[PLACEMENT_LABEL] === placement,
  );
  return new Set(
    pages.flatMap(({ status }) => (status?.decisions ?? []).map(({ clusterName }) => clusterName)),
  );
}
