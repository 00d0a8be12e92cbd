import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import type { Location, ResourceAmounts } from '../engine/problem.ts';
import type { ClusterFacts } from './capability.ts';

/**
 * Taints that OCM sets while a cluster does not report. Availability is judged from the condition itself,
 * which tells a silent cluster (what runs there stays) from one that is ruled out for good.
 */
const AVAILABILITY_TAINTS: ReadonlySet<string> = new Set([
  'cluster.open-cluster-management.io/unavailable',
  'cluster.open-cluster-management.io/unreachable',
]);

/** A managed cluster as a location. Labels serve selectors of the users only; facts come from the capability. */
export function toLocation(
  cluster: ManagedCluster,
  facts: ClusterFacts,
  free: ResourceAmounts,
  shapes: ResourceAmounts[] | undefined,
): Location {
  const taints = (cluster.spec.taints ?? [])
    .filter(({ key }) => !AVAILABILITY_TAINTS.has(key))
    .map(({ key, value = '', effect }) => ({ key, value, effect }));
  return {
    id: cluster.metadata.name,
    ...optional({
      zone: facts.zone,
      region: facts.region,
      jurisdiction: facts.jurisdiction,
      securityClass: facts.securityClass,
      complianceClass: facts.complianceClass,
      priceUSDPerHour: facts.priceUSDPerHour,
      wattsPerCore: facts.wattsPerCore,
      gramsPerKWh: facts.gramsPerKWh,
      availability: facts.availability,
      egressUSDPerGB: facts.egressUSDPerGB,
      shapes,
    }),
    labels: { ...cluster.metadata.labels },
    taints,
    free,
  };
}

/** Without the keys whose value is unknown: absent, never zero. */
function optional<T extends object>(facts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
