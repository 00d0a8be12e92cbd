import { type Node, NodeResource } from '../../../src/api/core.ts';
import {
  type ClusterClaim,
  ClusterClaimResource,
  SPOKE_ONLY_LABEL,
} from '../../../src/api/ocm/clusterclaim.ts';
import type { ManagedCluster } from '../../../src/api/ocm/managedcluster.ts';
import { parseQuantity } from '../../../src/api/quantity.ts';
import type { ApiServer } from '../controlplane/apiserver.ts';

/** What a managed cluster tells OCM of itself. */
export type ClusterReport = Pick<
  NonNullable<ManagedCluster['status']>,
  'capacity' | 'allocatable' | 'version' | 'clusterClaims'
>;

type Claim = NonNullable<ClusterReport['clusterClaims']>[number];

/** As OCM's registration does unless it is told otherwise. */
const MOST_CUSTOM_CLAIMS = 20;

/** Reads the real nodes, the real version, and what the cluster claims of itself. */
export async function clusterReport(managed: ApiServer): Promise<ClusterReport> {
  const [nodes, claims] = await Promise.all([
    managed.admin.list(NodeResource),
    managed.admin.list(ClusterClaimResource),
  ]);
  const { gitVersion } = JSON.parse(await managed.admin.raw('/version')) as { gitVersion: string };
  return {
    capacity: sum(nodes, 'capacity'),
    allocatable: sum(
      nodes.filter(({ spec }) => !spec?.unschedulable),
      'allocatable',
    ),
    version: { kubernetes: gitVersion },
    clusterClaims: reportedClaims(claims, [
      { name: 'id.k8s.io', value: managed.name },
      { name: 'kubeversion.open-cluster-management.io', value: gitVersion },
    ]),
  };
}

/**
 * Reserved claims first; then those that the cluster's administrators made, by name, as many as OCM reports.
 * A claim that an object makes under a reserved name takes its place.
 */
export function reportedClaims(claims: readonly ClusterClaim[], reserved: readonly Claim[]): Claim[] {
  const made = claims
    .filter(({ metadata }) => metadata.labels?.[SPOKE_ONLY_LABEL] === undefined)
    .map(({ metadata, spec }) => ({ name: metadata.name, value: spec?.value ?? '' }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = new Set(reserved.map(({ name }) => name));
  return [
    ...reserved.map((claim) => made.find(({ name }) => name === claim.name) ?? claim),
    ...made.filter(({ name }) => !names.has(name)).slice(0, MOST_CUSTOM_CLAIMS),
  ];
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
