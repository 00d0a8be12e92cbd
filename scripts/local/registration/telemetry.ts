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
import { largestFits } from './shapes.ts';

/**
 * Plays the suite's agent on a managed cluster: what its real nodes offer, what others asked of them, and the
 * largest Pods that still fit.
 */
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
  const holding = pods.filter(holdsResources);
  const others = holding.filter((pod) => pod.metadata.labels?.[APP_UID_LABEL] === undefined);
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
    shapes: largestFits(nodes.filter(isReady), holding).map(quantities),
    nodes: { ready: nodes.filter(isReady).length, total: nodes.length },
  };
}

function quantities(amounts: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(amounts).map(([resource, amount]) => [
      resource,
      resource === 'cpu' ? `${Math.round(amount * 1000)}m` : String(Math.round(amount)),
    ]),
  );
}

function holdsResources({ spec, status }: Pod): boolean {
  return spec.nodeName !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: held }) => type === 'Ready' && held === 'True') ?? false;
}
