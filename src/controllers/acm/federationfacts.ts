import { canonicalJson } from '../../api/hash.ts';
import type { ManagedCluster } from '../../api/ocm/managedcluster.ts';
import type { Predicate } from '../../runtime/predicates.ts';
import { type ClusterFacts, clusterFacts } from '../../snapshot/capability.ts';
import { setMembership } from '../../snapshot/clustersets.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** The objects of the hub that say where an application may run. */
export type FederationObjects = Pick<
  Snapshot,
  | 'managedClusters'
  | 'clusterSets'
  | 'setBindings'
  | 'placementDecisions'
  | 'capabilities'
  | 'policies'
  | 'namespaces'
  | 'datasets'
>;

/** Those objects, and what follows from them for each cluster: the same for every application. */
export interface FederationFacts extends FederationObjects {
  /** Cluster sets of each cluster. */
  setsOf: (cluster: string) => readonly string[];
  /** What administrators state about each cluster. */
  facts: ReadonlyMap<string, ClusterFacts>;
}

export function federationFacts(objects: FederationObjects): FederationFacts {
  const setsOf = setMembership(objects.clusterSets, objects.managedClusters);
  return { ...objects, setsOf, facts: clusterFacts(objects.capabilities, objects.managedClusters, setsOf) };
}

/** What an application may do there changed: not its lease, use or claims, which change all the time. */
export const clusterChanged: Predicate<ManagedCluster> = ({ old, new: now }) =>
  old === undefined ||
  now === undefined ||
  canonicalJson([old.metadata.labels, old.spec, old.metadata.deletionTimestamp]) !==
    canonicalJson([now.metadata.labels, now.spec, now.metadata.deletionTimestamp]);
