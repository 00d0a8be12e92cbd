import { ManagedClusterSetResource } from '../../../src/api/ocm/managedclusterset.ts';
import { ManagedClusterSetBindingResource } from '../../../src/api/ocm/managedclustersetbinding.ts';
import type { ApiServer } from '../controlplane/apiserver.ts';
import { ensureNamespace } from '../identities.ts';

const API_VERSION = 'cluster.open-cluster-management.io/v1beta2';
const APPLY = { fieldManager: 'codeco-local', force: true };

/** OCM's own set `global`, which every cluster is in, and one that clusters join by OCM's exclusive label. */
export async function createSets(hub: ApiServer, name: string): Promise<void> {
  const selectors = {
    global: { selectorType: 'LabelSelector' as const, labelSelector: {} },
    [name]: { selectorType: 'ExclusiveClusterSetLabel' as const },
  };
  for (const [set, clusterSelector] of Object.entries(selectors)) {
    await hub.admin.apply(
      ManagedClusterSetResource,
      {
        apiVersion: API_VERSION,
        kind: 'ManagedClusterSet',
        metadata: { name: set },
        spec: { clusterSelector },
      },
      APPLY,
    );
  }
}

/** Makes the clusters of a set usable from a namespace, which is created where it is missing. */
export async function bindSet(hub: ApiServer, set: string, namespace: string): Promise<void> {
  await ensureNamespace(hub, namespace);
  const binding = {
    apiVersion: API_VERSION,
    kind: 'ManagedClusterSetBinding',
    metadata: { name: set, namespace },
    spec: { clusterSet: set },
  };
  await hub.admin.apply(ManagedClusterSetBindingResource, binding, APPLY);
  await hub.admin.applyStatus(
    ManagedClusterSetBindingResource,
    {
      ...binding,
      status: {
        conditions: [
          {
            type: 'Bound',
            status: 'True',
            reason: 'ClusterSetBound',
            message: '',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
    },
    APPLY,
  );
}
