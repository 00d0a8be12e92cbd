import type { ApiAccess } from '../../../../scripts/local/controlplane/apiserver.ts';
import { ensureNamespace } from '../../../../scripts/local/identities.ts';
import {
  type ClusterTelemetry,
  ClusterTelemetryResource,
} from '../../../../src/api/codeco/v1alpha1/clustertelemetry.ts';
import { API_VERSION } from '../../../../src/api/codeco/v1alpha1/group.ts';
import { type Lease, LeaseResource } from '../../../../src/api/core.ts';
import {
  CLUSTER_SET_LABEL,
  type ManagedCluster,
  ManagedClusterResource,
} from '../../../../src/api/ocm/managedcluster.ts';
import { microTime } from '../../../../src/kube/leasedecision.ts';
import { hasCode } from '../../../../src/runtime/apierror.ts';

const APPLY = { fieldManager: 'codeco-bench', force: true };
const LEASE = 'managed-cluster-lease';
const LEASE_SECONDS = 60;
const ALLOCATABLE = { cpu: '11000m', memory: String(80 * 2 ** 30), pods: '500' };

type Hub = Pick<ApiAccess, 'admin'>;

/** Appears on the hub as a cluster that OCM has accepted and joined and that reports telemetry. */
export async function join(hub: Hub, name: string, set: string): Promise<void> {
  const identity = {
    apiVersion: 'cluster.open-cluster-management.io/v1',
    kind: 'ManagedCluster',
    metadata: { name, labels: { [CLUSTER_SET_LABEL]: set, name } },
  };
  await ensureNamespace(hub as ApiAccess, name, { 'open-cluster-management.io/cluster-name': name });
  await renew(hub, name);
  await hub.admin.apply(
    ManagedClusterResource,
    { ...identity, spec: { hubAcceptsClient: true, leaseDurationSeconds: LEASE_SECONDS } },
    APPLY,
  );
  const status: ManagedCluster['status'] = {
    allocatable: ALLOCATABLE,
    capacity: ALLOCATABLE,
    version: { kubernetes: 'v1.35.4' },
    conditions: [
      condition('HubAcceptedManagedCluster', 'HubClusterAdminAccepted', 'Accepted by hub cluster admin'),
      condition('ManagedClusterJoined', 'ManagedClusterJoined', 'Managed cluster joined'),
      condition(
        'ManagedClusterConditionAvailable',
        'ManagedClusterAvailable',
        'Managed cluster is available',
      ),
    ],
  };
  await hub.admin.applyStatus(ManagedClusterResource, { ...identity, status }, APPLY);
}

/** What goes on as long as the cluster lives: its lease, and its telemetry as the suite's agent writes it. */
export async function renew(hub: Hub, name: string): Promise<void> {
  const spec = { leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime(Date.now()) };
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: LEASE, namespace: name, labels: { 'open-cluster-management.io/cluster-name': name } },
    spec,
  };
  try {
    await hub.admin.create(LeaseResource, lease);
  } catch (error) {
    if (!hasCode(error, 'AlreadyExists')) throw error;
    await hub.admin.mergePatch(LeaseResource, { namespace: name, name: LEASE }, { spec });
  }
  const telemetry: ClusterTelemetry = {
    apiVersion: API_VERSION,
    kind: 'ClusterTelemetry',
    metadata: { name, namespace: name },
    spec: {
      observedAt: new Date().toISOString(),
      allocatable: ALLOCATABLE,
      requestedByOthers: { cpu: '500m', memory: String(2 ** 30), pods: '10' },
      nodes: { ready: 4, total: 4 },
    },
  };
  await hub.admin.apply(ClusterTelemetryResource, telemetry, APPLY);
}

function condition(type: string, reason: string, message: string) {
  return { type, status: 'True' as const, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
}
