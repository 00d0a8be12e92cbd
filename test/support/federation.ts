import type { AssignmentPlan, AssignmentPlanSpec } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { AssignmentPlanResource } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoAppSpec } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { CLUSTER_SET_LABEL, type ManagedCluster } from '../../src/api/ocm/managedcluster.ts';
import { apiVersionOf } from '../../src/api/resource.ts';
import type { AppHead } from '../../src/snapshot/appstate.ts';
import type { AppRevision } from '../../src/snapshot/revision.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';

/** Builders for pictures of a small federation: clusters of one set, bound to namespace `shop`. */

export const NOW = Date.UTC(2026, 0, 1);

export function aCluster(
  name: string,
  changes: { cpu?: string; labels?: Record<string, string>; available?: boolean } = {},
): ManagedCluster {
  const { cpu = '10', labels = {}, available = true } = changes;
  return {
    apiVersion: 'cluster.open-cluster-management.io/v1',
    kind: 'ManagedCluster',
    metadata: { name, labels: { [CLUSTER_SET_LABEL]: 'all', ...labels } },
    spec: { hubAcceptsClient: true },
    status: {
      allocatable: { cpu, memory: '64Gi', pods: '100' },
      conditions: [
        {
          type: 'ManagedClusterConditionAvailable',
          status: available ? 'True' : 'Unknown',
          reason: available ? 'ManagedClusterAvailable' : 'ManagedClusterLeaseUpdateStopped',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    },
  };
}

/** An app of namespace `shop` with one accepted revision, `<name>-r1`. */
export function anApp(name: string, spec: CodecoAppSpec): { head: AppHead; revision: AppRevision } {
  return {
    head: {
      metadata: { namespace: 'shop', name, uid: `uid-${name}` },
      spec: {},
      status: { acceptedRevision: `${name}-r1`, acceptedGeneration: 1 },
    },
    revision: { namespace: 'shop', name: `${name}-r1`, app: name, generation: 1, spec },
  };
}

export function aPlan(app: string, spec: AssignmentPlanSpec): AssignmentPlan {
  return {
    apiVersion: apiVersionOf(AssignmentPlanResource),
    kind: 'AssignmentPlan',
    metadata: { namespace: 'shop', name: `${app}-assignment-plan`, uid: `plan-${app}`, resourceVersion: '1' },
    spec,
  };
}

export function aSnapshot(
  parts: { clusters: ManagedCluster[]; apps: { head: AppHead; revision: AppRevision }[] } & Partial<
    Omit<Snapshot, 'apps'>
  >,
): Snapshot {
  const { clusters, apps, ...rest } = parts;
  return {
    now: NOW,
    topologyNamespaces: ['codeco-system'],
    namespaces: [{ metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' } } }],
    apps: apps.map(({ head }) => head),
    revisions: apps.map(({ revision }) => revision),
    plans: [],
    managedClusters: clusters,
    clusterSets: [
      {
        apiVersion: 'cluster.open-cluster-management.io/v1beta2',
        kind: 'ManagedClusterSet',
        metadata: { name: 'all' },
        spec: { clusterSelector: { selectorType: 'ExclusiveClusterSetLabel' } },
      },
    ],
    setBindings: [
      {
        apiVersion: 'cluster.open-cluster-management.io/v1beta2',
        kind: 'ManagedClusterSetBinding',
        metadata: { namespace: 'shop', name: 'all' },
        spec: { clusterSet: 'all' },
      },
    ],
    placementDecisions: [],
    capabilities: [],
    telemetry: [],
    topologies: [],
    datasets: [],
    profiles: [],
    policies: [],
    ...rest,
  };
}
