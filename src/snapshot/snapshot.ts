import type { AssignmentPlan } from '../api/codeco/v1alpha1/assignmentplan.ts';
import type { ClusterCapability } from '../api/codeco/v1alpha1/clustercapability.ts';
import type { ClusterTelemetry } from '../api/codeco/v1alpha1/clustertelemetry.ts';
import type { Dataset } from '../api/codeco/v1alpha1/dataset.ts';
import type { FederationPolicy } from '../api/codeco/v1alpha1/federationpolicy.ts';
import type { NetworkTopology } from '../api/codeco/v1alpha1/networktopology.ts';
import type { PerformanceProfile } from '../api/codeco/v1alpha1/performanceprofile.ts';
import type { Namespace } from '../api/core.ts';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import type { ManagedClusterSet } from '../api/ocm/managedclusterset.ts';
import type { ManagedClusterSetBinding } from '../api/ocm/managedclustersetbinding.ts';
import type { PlacementDecision } from '../api/ocm/placementdecision.ts';
import type { AppHead } from './appstate.ts';
import type { AppRevision } from './revision.ts';

/**
 * One picture of the hub: every object that a placement depends on, as read, in any order. Nothing here is
 * changed, and the same objects give the same problem.
 */
export interface Snapshot {
  /** Wall time of the picture, ms since the epoch: what is older than its validity counts as unknown. */
  now: number;
  /** A cluster that has not been available for longer than this, ms, is lost. Left out: only one that is gone. */
  clusterGraceMs?: number;
  /** Namespaces whose NetworkTopology objects are declared by an administrator. */
  topologyNamespaces: readonly string[];
  namespaces: readonly Pick<Namespace, 'metadata'>[];
  apps: readonly AppHead[];
  revisions: readonly AppRevision[];
  plans: readonly AssignmentPlan[];
  managedClusters: readonly ManagedCluster[];
  clusterSets: readonly ManagedClusterSet[];
  setBindings: readonly ManagedClusterSetBinding[];
  placementDecisions: readonly PlacementDecision[];
  capabilities: readonly ClusterCapability[];
  telemetry: readonly ClusterTelemetry[];
  topologies: readonly NetworkTopology[];
  datasets: readonly Dataset[];
  profiles: readonly PerformanceProfile[];
  policies: readonly FederationPolicy[];
}
