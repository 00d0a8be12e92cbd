import type { ClusterCapability } from '../api/codeco/v1alpha1/clustercapability.ts';
import { canonicalJson } from '../api/hash.ts';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import { type ClusterFacts, specificityOf, stated } from './capability.ts';

/** A fact about a cluster that equally specific capabilities state differently: it counts as unknown. */
export interface CapabilityConflict {
  cluster: string;
  fact: keyof ClusterFacts;
  /** Names of the capabilities, sorted. */
  capabilities: string[];
}

/** Every fact of one cluster that its capabilities disagree on, by the rule of `clusterFacts`. */
export function conflictsOver(
  cluster: ManagedCluster,
  capabilities: readonly ClusterCapability[],
  sets: readonly string[],
): CapabilityConflict[] {
  const matching = capabilities
    .map(({ metadata, spec }) => ({
      name: metadata.name,
      specificity: specificityOf(spec.select, cluster, sets),
      facts: stated(spec),
    }))
    .filter(({ specificity }) => specificity > 0);
  const names = [...new Set(matching.flatMap(({ facts }) => Object.keys(facts)))] as (keyof ClusterFacts)[];
  return names.sort().flatMap((fact): CapabilityConflict[] => {
    const stating = matching.filter(({ facts }) => facts[fact] !== undefined);
    const best = Math.max(...stating.map(({ specificity }) => specificity));
    const equal = stating.filter(({ specificity }) => specificity === best);
    const values = new Set(equal.map(({ facts }) => canonicalJson(facts[fact])));
    if (values.size < 2) return [];
    return [{ cluster: cluster.metadata.name, fact, capabilities: equal.map(({ name }) => name).sort() }];
  });
}
