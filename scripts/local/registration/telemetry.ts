import {
  type ClusterTelemetry,
  ClusterTelemetryResource,
} from '../../../src/api/codeco/v1alpha1/clustertelemetry.ts';
import { API_VERSION } from '../../../src/api/codeco/v1alpha1/group.ts';
import { type Node, NodeResource, type Pod, PodResource } from '../../../src/api/core.ts';
import { APP_UID_LABEL } from '../../../src/api/labels.ts';
import { parseQuantity } from '../../../src/api/quantity.ts';
import type { ApiServer } from '../controlplane/apiserver.ts';
import { sum } from './report.ts';

/** Plays the suite's agent on a managed cluster: what its real nodes offer, and what others asked of them. */
export async function reportTelemetry(hub: ApiServer, managed: ApiServer, name: string): Promise<void> {
  const [nodes, pods] = await Promise.all([
    managed.admin.list(NodeResource),
    managed.admin.list(PodResource),
  ]);
  const telemetry = {
    apiVersion: API_VERSION,
    kind: 'ClusterTelemetry',
    metadata: { name, namespace: name },
    spec: { observedAt: new Date().toISOString(), ...telemetryOf(nodes, pods) },
  };
  await hub.admin.apply(ClusterTelemetryResource, telemetry, {
    fieldManager: 'codeco-local-agent',
    force: true,
  });
}

/** Pods of the suite's applications are left out of `requestedByOthers`: decisions already count them. */
export function telemetryOf(
  nodes: readonly Node[],
  pods: readonly Pod[],
): Omit<ClusterTelemetry['spec'], 'observedAt'> {
  const others = pods.filter(
    (pod) => pod.metadata.labels?.[APP_UID_LABEL] === undefined && holdsResources(pod),
  );
  const requested = { cpu: 0, memory: 0 };
  for (const { resources } of others.flatMap((pod) => pod.spec.containers)) {
    requested.cpu += parseQuantity(resources?.requests?.['cpu'] ?? 0);
    requested.memory += parseQuantity(resources?.requests?.['memory'] ?? 0);
  }
  return {
    allocatable: sum(nodes, 'allocatable'),
    requestedByOthers: {
      cpu: `${Math.round(requested.cpu * 1000)}m`,
      memory: String(Math.round(requested.memory)),
      pods: String(others.length),
    },
    nodes: { ready: nodes.filter(isReady).length, total: nodes.length },
  };
}

function holdsResources({ spec, status }: Pod): boolean {
  return spec.nodeName !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: held }) => type === 'Ready' && held === 'True') ?? false;
}
