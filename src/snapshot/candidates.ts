import type { CodecoAppSpec } from '../api/codeco/v1alpha1/codecoapp.ts';
import { findCondition } from '../api/conditions.ts';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import { compareText } from './order.ts';
import type { PolicyRules } from './policy.ts';

/** The clusters that an app may use, and why it may not use the others. */
export interface Candidates {
  /** Sorted. */
  names: readonly string[];
  /**
   * Those of `names` that are not available now. They stay candidates of the services that run there, since
   * a silent cluster is not a lost one, and of no others.
   */
  silent: readonly string[];
  excluded: Record<string, string>;
}

/** What the namespace, the app and the federation say about candidates. */
export interface CandidateInput {
  namespace: string;
  spec: Pick<CodecoAppSpec, 'clusterSets' | 'placementRef'>;
  clusters: readonly ManagedCluster[];
  /** Sets of each cluster by name. */
  setsOf: (cluster: string) => readonly string[];
  /** Sets bound to the namespace by a ManagedClusterSetBinding. */
  boundSets: ReadonlySet<string>;
  policy: Pick<PolicyRules, 'grantedSets' | 'denied'>;
  /** Union of all PlacementDecisions of the referenced Placement; undefined without a reference. */
  placement: ReadonlySet<string> | undefined;
  /** Why a cluster counts as lost; undefined for one that does not. */
  lost?: (cluster: string) => string | undefined;
  /** Clusters that hold something of the app now. */
  runsOn: ReadonlySet<string>;
}

/**
 * Accepted, available, in a cluster set that is bound to the namespace or granted to it, not denied, in the
 * sets that the app names, and among the decisions of the Placement that it refers to.
 */
export function candidatesOf(input: CandidateInput): Candidates {
  const names: string[] = [];
  const silent: string[] = [];
  const excluded: Record<string, string> = {};
  for (const cluster of input.clusters) {
    const name = cluster.metadata.name;
    const reason = exclusion(cluster, input);
    if (reason !== undefined) {
      excluded[name] = reason;
      continue;
    }
    const quiet = silence(cluster);
    if (quiet !== undefined && !input.runsOn.has(name)) {
      excluded[name] = quiet;
      continue;
    }
    names.push(name);
    if (quiet !== undefined) silent.push(name);
  }
  return { names: names.sort(compareText), silent: silent.sort(compareText), excluded };
}

/** Why no service of the app may use the cluster, whatever it does now. */
function exclusion(cluster: ManagedCluster, input: CandidateInput): string | undefined {
  const { name, deletionTimestamp } = cluster.metadata;
  if (!cluster.spec.hubAcceptsClient) return 'not accepted by the hub (spec.hubAcceptsClient)';
  if (deletionTimestamp !== undefined) return 'is being detached';
  const lost = input.lost?.(name);
  if (lost !== undefined) return lost;
  const sets = input.setsOf(name);
  const denied = input.policy.denied(name, sets);
  if (denied !== undefined) return denied;
  const usable = sets.filter((set) => input.boundSets.has(set) || input.policy.grantedSets.has(set));
  if (usable.length === 0) {
    const which = sets.length === 0 ? 'is in no cluster set' : `is in cluster set ${sets.join(', ')}`;
    return `${which}; none is bound to namespace ${input.namespace} or granted to it`;
  }
  const wanted = input.spec.clusterSets;
  if (wanted !== undefined && wanted.length > 0 && !usable.some((set) => wanted.includes(set))) {
    return `not in spec.clusterSets (${wanted.join(', ')})`;
  }
  if (input.placement !== undefined && !input.placement.has(name)) {
    return `not chosen by Placement ${input.spec.placementRef?.name}`;
  }
  return undefined;
}

/** Why nothing new goes to the cluster for now. */
function silence(cluster: ManagedCluster): string | undefined {
  const available = findCondition(cluster.status?.conditions, 'ManagedClusterConditionAvailable');
  if (available === undefined) return 'has not joined yet';
  if (available.status === 'True') return undefined;
  return `not available (${available.reason || available.status})`;
}
