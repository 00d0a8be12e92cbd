import { type Node, NodeResource } from '../../../src/api/core.ts';
import type { ManagedCluster } from '../../../src/api/ocm/managedcluster.ts';
import { parseQuantity } from '../../../src/api/quantity.ts';
import type { ApiServer } from '../controlplane/apiserver.ts';

/** What a managed cluster tells OCM of itself. */
export type ClusterReport = Pick<
  NonNullable<ManagedCluster['status']>,
  'capacity' | 'allocatable' | 'version' | 'clusterClaims'
>;

/** Reads the real nodes and the real version. */
export async function clusterReport(managed: ApiServer): Promise<ClusterReport> {
  const nodes = await managed.admin.list(NodeResource);
  const { gitVersion } = JSON.parse(await managed.admin.raw('/version')) as { gitVersion: string };
  return {
    capacity: sum(nodes, 'capacity'),
    allocatable: sum(
      nodes.filter(({ spec }) => !spec?.unschedulable),
      'allocatable',
    ),
    version: { kubernetes: gitVersion },
    clusterClaims: [
      { name: 'id.k8s.io', value: managed.name },
      { name: 'kubeversion.open-cluster-management.io', value: gitVersion },
    ],
  };
}

/** Sum over nodes in whole units: milli-cores, bytes, pieces. */
export function sum(nodes: readonly Node[], field: 'capacity' | 'allocatable'): Record<string, string> {
  const totals: Record<string, number> = {};
  for (const node of nodes) {
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
