import type { Condition } from '../../../src/api/conditions.ts';
import { type Lease, LeaseResource, type Node, NodeResource } from '../../../src/api/core.ts';
import {
  CLUSTER_SET_LABEL,
  type ManagedCluster,
  ManagedClusterResource,
} from '../../../src/api/ocm/managedcluster.ts';
import { parseQuantity } from '../../../src/api/quantity.ts';
import { isNotFound } from '../../../src/runtime/apierror.ts';
import type { ApiServer } from '../controlplane/apiserver.ts';
import { ensureNamespace } from '../identities.ts';

const FIELD_MANAGER = 'codeco-local-registration';
const LEASE = 'managed-cluster-lease';
const LEASE_SECONDS = 60;

export interface ClusterIdentity {
  name: string;
  set: string;
  labels?: Record<string, string>;
}

/**
 * Plays OCM's registration for one managed cluster: the ManagedCluster is accepted and joined, its
 * allocatable is the sum over the real nodes, its lease is renewed. Times and names are OCM's own.
 */
export async function register(hub: ApiServer, managed: ApiServer, identity: ClusterIdentity): Promise<void> {
  const { name, set, labels } = identity;
  const cluster = {
    apiVersion: 'cluster.open-cluster-management.io/v1',
    kind: 'ManagedCluster',
    metadata: { name, labels: { ...labels, [CLUSTER_SET_LABEL]: set, name } },
    spec: {
      hubAcceptsClient: true,
      leaseDurationSeconds: LEASE_SECONDS,
      managedClusterClientConfigs: [{ url: managed.url }],
    },
  };
  await hub.admin.apply(ManagedClusterResource, cluster, { fieldManager: FIELD_MANAGER, force: true });
  await ensureNamespace(hub, name, { 'open-cluster-management.io/cluster-name': name });
  await renewLease(hub, name);
  await reportCluster(hub, managed, name);
}

/** Writes what OCM's agent reports: capacity, version, claims, conditions. Unchanged content writes nothing new. */
export async function reportCluster(hub: ApiServer, managed: ApiServer, name: string): Promise<void> {
  const nodes = await managed.admin.list(NodeResource);
  const version = JSON.parse(await managed.admin.raw('/version')) as { gitVersion: string };
  const current = await hub.admin.get(ManagedClusterResource, { namespace: '', name });
  const condition = (type: string, reason: string, message: string): Condition => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime:
      current.status?.conditions?.find((existing) => existing.type === type)?.lastTransitionTime ??
      new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  const status: NonNullable<ManagedCluster['status']> = {
    capacity: sum(nodes, 'capacity'),
    allocatable: sum(nodes, 'allocatable'),
    version: { kubernetes: version.gitVersion },
    clusterClaims: [
      { name: 'id.k8s.io', value: name },
      { name: 'kubeversion.open-cluster-management.io', value: version.gitVersion },
    ],
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
  await hub.admin.applyStatus(
    ManagedClusterResource,
    { apiVersion: current.apiVersion, kind: current.kind, metadata: { name }, status },
    { fieldManager: FIELD_MANAGER, force: true },
  );
}

/** The heartbeat of OCM's registration agent. */
export async function renewLease(hub: ApiServer, name: string): Promise<void> {
  const key = { namespace: name, name: LEASE };
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: LEASE, namespace: name, labels: { 'open-cluster-management.io/cluster-name': name } },
    spec: { leaseDurationSeconds: LEASE_SECONDS, renewTime },
  };
  try {
    const current = await hub.admin.get(LeaseResource, key);
    await hub.admin.update(LeaseResource, { ...current, spec: { ...current.spec, renewTime } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await hub.admin.create(LeaseResource, lease);
  }
}

/** Sum over nodes; cordoned ones do not count as allocatable. Whole units: bytes, milli-cores, pieces. */
function sum(nodes: readonly Node[], field: 'capacity' | 'allocatable'): Record<string, string> {
  const totals: Record<string, number> = {};
  for (const node of nodes) {
    if (field === 'allocatable' && node.spec?.unschedulable) continue;
    for (const [resource, quantity] of Object.entries(node.status?.[field] ?? {})) {
      totals[resource] = (totals[resource] ?? 0) + parseQuantity(quantity);
    }
  }
  return Object.fromEntries(
    Object.entries(totals).map(([resource, amount]) => [
      resource,
      resource === 'cpu' ? `${Math.round(amount * 1000)}m` : String(Math.round(amount)),
    ]),
  );
}
