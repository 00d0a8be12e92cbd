import { ClusterTelemetryResource } from '../../../src/api/codeco/v1alpha1/clustertelemetry.ts';
import { API_VERSION } from '../../../src/api/codeco/v1alpha1/group.ts';
import { NodeResource, type Pod, PodResource } from '../../../src/api/core.ts';
import { APP_UID_LABEL } from '../../../src/api/labels.ts';
import { parseQuantity } from '../../../src/api/quantity.ts';
import type { ApiServer } from '../controlplane/apiserver.ts';

/** Plays the suite's agent on a managed cluster: what its real nodes offer, and what others asked of them. */
export async function reportTelemetry(hub: ApiServer, managed: ApiServer, name: string): Promise<void> {
  const nodes = await managed.admin.list(NodeResource);
  const pods = await managed.admin.list(PodResource);
  const others = pods.filter((pod) => pod.metadata.labels?.[APP_UID_LABEL] === undefined);
  const total = (resource: string, amounts: (Record<string, string> | undefined)[]) =>
    amounts.reduce((sum, each) => sum + parseQuantity(each?.[resource] ?? 0), 0);
  const allocatable = nodes.map(({ status }) => status?.allocatable);
  const requested = others.flatMap(requestsOf);
  await hub.admin.apply(
    ClusterTelemetryResource,
    {
      apiVersion: API_VERSION,
      kind: 'ClusterTelemetry',
      metadata: { name, namespace: name },
      spec: {
        observedAt: new Date().toISOString(),
        allocatable: quantities((resource) => total(resource, allocatable)),
        requestedByOthers: quantities((resource) =>
          resource === 'pods' ? others.length : total(resource, requested),
        ),
        nodes: { ready: nodes.length, total: nodes.length },
      },
    },
    { fieldManager: 'codeco-local-agent', force: true },
  );
}

function quantities(amount: (resource: string) => number): Record<string, string> {
  return {
    cpu: `${Math.round(amount('cpu') * 1000)}m`,
    memory: String(Math.round(amount('memory'))),
    pods: String(Math.round(amount('pods'))),
  };
}

function requestsOf(pod: Pod): Record<string, string>[] {
  return (pod.spec?.containers ?? []).map(
    ({ resources }) => (resources?.requests ?? {}) as Record<string, string>,
  );
}
