import type {
  ClusterCapability,
  ClusterCapabilityStatus,
} from '../../api/codeco/v1alpha1/clustercapability.ts';
import { type ConditionDraft, mergeConditions } from '../../api/conditions.ts';
import { specificityOf } from '../../snapshot/capability.ts';
import { type CapabilityConflict, conflictsOver } from '../../snapshot/capabilityconflicts.ts';
import { firstOf } from './conditions/reportinput.ts';
import type { FederationFacts } from './federationfacts.ts';

/** Clusters named in status. */
const SHOWN = 20;

/** Which clusters a capability takes, and where another one states a different thing about them. */
export function capabilityStatus(
  capability: ClusterCapability,
  { managedClusters, capabilities, setsOf }: FederationFacts,
  now: string,
): ClusterCapabilityStatus {
  const { name, generation = 1 } = capability.metadata;
  const matched = managedClusters.filter(
    (cluster) => specificityOf(capability.spec.select, cluster, setsOf(cluster.metadata.name)) > 0,
  );
  const conflicts = matched
    .flatMap((cluster) => conflictsOver(cluster, capabilities, setsOf(cluster.metadata.name)))
    .filter((conflict) => conflict.capabilities.includes(name));
  const drafts = [matchedCondition(capability, matched.length), conflictCondition(name, conflicts)];
  return {
    observedGeneration: generation,
    matched: matched.length,
    clusters: matched
      .map(({ metadata }) => metadata.name)
      .sort()
      .slice(0, SHOWN),
    conditions: mergeConditions(capability.status?.conditions, drafts, generation, now),
  };
}

function matchedCondition({ spec }: ClusterCapability, matched: number): ConditionDraft {
  const type = 'Matched';
  if (matched > 0)
    return { type, status: 'True', reason: 'ClustersMatched', message: 'the selection takes clusters' };
  const untrusted = spec.select.matchLabels !== undefined && spec.select.trustLabels !== true;
  return {
    type,
    status: 'False',
    reason: untrusted ? 'LabelsNotTrusted' : 'NoClusterMatched',
    message: untrusted
      ? 'select.matchLabels counts only with trustLabels: true, for a cluster can write its own labels'
      : 'no ManagedCluster is selected. Next: kubectl get managedclusters --show-labels',
  };
}

/** The fact counts as unknown, which is careful: whoever is placed by it must be able to see why. */
function conflictCondition(own: string, conflicts: readonly CapabilityConflict[]): ConditionDraft {
  const type = 'Conflict';
  if (conflicts.length === 0)
    return { type, status: 'False', reason: 'NoConflict', message: 'nothing that it states is contradicted' };
  const words = conflicts.map(({ cluster, fact, capabilities }) => {
    const others = capabilities.filter((name) => name !== own);
    return `${fact} of ${cluster}: ClusterCapability ${others.join(', ')} ${others.length > 1 ? 'are' : 'is'} as specific and ${others.length > 1 ? 'state' : 'states'} something else, so it counts as unknown`;
  });
  return { type, status: 'True', reason: 'EquallySpecific', message: firstOf(words) };
}
