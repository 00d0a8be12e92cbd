import type { ClusterCapability } from '../api/codeco/v1alpha1/clustercapability.ts';
import { canonicalJson } from '../api/hash.ts';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import type { ResourceAmounts } from '../engine/problem.ts';
import { toAmounts } from './amounts.ts';
import { complianceRank, securityRank } from './classes.ts';
import { setMembership } from './clustersets.ts';
import { selects } from './labelselector.ts';
import type { Snapshot } from './snapshot.ts';

/** What administrators state about one cluster, in engine units. Absent: nobody does, or they disagree. */
export interface ClusterFacts {
  zone?: string;
  region?: string;
  jurisdiction?: string;
  securityClass?: number;
  complianceClass?: number;
  priceUSDPerHour?: ResourceAmounts;
  wattsPerCore?: number;
  gramsPerKWh?: number;
  availability?: number;
  egressUSDPerGB?: ResourceAmounts;
  /** Kept for others where nobody measures them. */
  reserve?: ResourceAmounts;
}

type Capability = ClusterCapability['spec'];

/** How exactly a capability names a cluster; higher wins. */
const SPECIFICITY = { names: 3, clusterSets: 2, matchLabels: 1 } as const;

/**
 * The facts about each cluster. For each fact the most specific capability that states it wins: names, then
 * sets, then labels (only where the capability trusts labels, which a cluster can write itself). Two
 * equally specific ones that differ make the fact unknown, which is careful and visible, rather than a draw.
 */
export function clusterFacts(
  capabilities: readonly ClusterCapability[],
  clusters: readonly ManagedCluster[],
  setsOf: (cluster: string) => readonly string[],
): Map<string, ClusterFacts> {
  return new Map(
    clusters.map((cluster) => {
      const name = cluster.metadata.name;
      const matching = capabilities.flatMap(({ spec }) => {
        const specificity = specificityOf(spec.select, cluster, setsOf(name));
        return specificity === 0 ? [] : [{ specificity, facts: stated(spec) }];
      });
      return [name, combined(matching)];
    }),
  );
}

/** How exactly a capability takes a cluster, 3 for its name down to 1 for its labels; 0: not at all. */
export function specificityOf(
  select: Capability['select'],
  { metadata }: ManagedCluster,
  sets: readonly string[],
): number {
  if (select.names?.includes(metadata.name)) return SPECIFICITY.names;
  if (select.clusterSets?.some((set) => sets.includes(set))) return SPECIFICITY.clusterSets;
  const labels = select.matchLabels ?? {};
  const trusted = select.trustLabels === true && Object.keys(labels).length > 0;
  return trusted && selects({ matchLabels: labels }, metadata.labels ?? {}) ? SPECIFICITY.matchLabels : 0;
}

function combined(matching: readonly { specificity: number; facts: ClusterFacts }[]): ClusterFacts {
  const result: Record<string, unknown> = {};
  const names = new Set(matching.flatMap(({ facts }) => Object.keys(facts)));
  for (const name of [...names].sort()) {
    const stating = matching
      .map(({ specificity, facts }) => ({ specificity, value: facts[name as keyof ClusterFacts] }))
      .filter(({ value }) => value !== undefined);
    const best = Math.max(...stating.map(({ specificity }) => specificity));
    const values = stating.filter(({ specificity }) => specificity === best).map(({ value }) => value);
    if (new Set(values.map(canonicalJson)).size === 1) result[name] = values[0];
  }
  return result as ClusterFacts;
}

/** One capability's statements. Power is what a busy core adds, at the meter of the site. */
export function stated(spec: Capability): ClusterFacts {
  const { power, grid, reserve, priceUSDPerHour } = spec;
  const facts: ClusterFacts = {};
  if (spec.zone !== undefined) facts.zone = spec.zone;
  if (spec.region !== undefined) facts.region = spec.region;
  if (spec.jurisdiction !== undefined) facts.jurisdiction = spec.jurisdiction;
  if (spec.securityClass !== undefined) facts.securityClass = securityRank(spec.securityClass);
  if (spec.complianceClass !== undefined) facts.complianceClass = complianceRank(spec.complianceClass);
  if (priceUSDPerHour !== undefined) facts.priceUSDPerHour = prices(priceUSDPerHour);
  if (power?.wattsFullPerVCPU !== undefined) {
    facts.wattsPerCore =
      Math.max(0, power.wattsFullPerVCPU - (power.wattsIdlePerVCPU ?? 0)) * (power.pue ?? 1);
  }
  if (grid?.gramsPerKWh !== undefined) facts.gramsPerKWh = grid.gramsPerKWh;
  if (spec.availability !== undefined) facts.availability = spec.availability;
  if (spec.egressUSDPerGB !== undefined) facts.egressUSDPerGB = spec.egressUSDPerGB;
  if (reserve !== undefined) facts.reserve = toAmounts(reserve);
  return facts;
}

/** `memoryGiB` is the engine's memory, which is counted in GiB. */
function prices(stated: Readonly<Record<string, number>>): ResourceAmounts {
  return Object.fromEntries(
    Object.entries(stated).map(([name, price]) => [name === 'memoryGiB' ? 'memory' : name, price]),
  );
}

/** The failure domain of each cluster: its zone, and itself where it has none. */
export function failureDomains(
  snapshot: Pick<Snapshot, 'capabilities' | 'managedClusters' | 'clusterSets'>,
): (cluster: string) => string {
  const setsOf = setMembership(snapshot.clusterSets, snapshot.managedClusters);
  const facts = clusterFacts(snapshot.capabilities, snapshot.managedClusters, setsOf);
  return (cluster) => {
    const zone = facts.get(cluster)?.zone;
    return zone === undefined ? `cluster ${cluster}` : `zone ${zone}`;
  };
}
