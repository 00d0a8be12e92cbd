import type { ClusterTelemetry } from '../api/codeco/v1alpha1/clustertelemetry.ts';
import { keyString } from '../api/meta.ts';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import type { ResourceAmounts } from '../engine/problem.ts';
import { larger, times, toAmounts } from './amounts.ts';
import type { ClusterFacts } from './capability.ts';
import type { ClusterUse } from './free.ts';
import type { Snapshot } from './snapshot.ts';

/** Share of cpu and memory kept for others where neither telemetry nor a capability says how much they use. */
const DEFAULT_RESERVE = 0.2;
/** Telemetry older than this no longer makes a cluster look emptier than its reserve. */
const VALID_MS = 10 * 60_000;

/**
 * What is known of a cluster's capacity: by its own telemetry, which lies in its namespace, else by what
 * OCM reports as allocatable. Of old telemetry the use counts on, and the reserve on top of what it lacks.
 */
export function clusterUse(
  snapshot: Pick<Snapshot, 'telemetry' | 'now'>,
  cluster: ManagedCluster,
  facts: ClusterFacts,
): { use: ClusterUse; shapes: ResourceAmounts[] | undefined } {
  const telemetry = ofCluster(snapshot.telemetry, cluster.metadata.name)?.spec;
  const allocatable = toAmounts(telemetry?.allocatable ?? cluster.status?.allocatable);
  const reserve = { ...defaultReserve(allocatable), ...facts.reserve };
  const others = telemetry?.requestedByOthers && toAmounts(telemetry.requestedByOthers);
  const fresh =
    telemetry?.observedAt === undefined || snapshot.now - Date.parse(telemetry.observedAt) <= VALID_MS;
  const observed = (telemetry?.applications ?? []).map(
    (app) => [keyString({ namespace: app.namespace, name: app.name }), toAmounts(app.requested)] as const,
  );
  return {
    use: {
      allocatable,
      requestedByOthers: others && !fresh ? larger(others, reserve) : others,
      observed: new Map(observed),
      reserve,
    },
    shapes: telemetry?.shapes?.map(toAmounts),
  };
}

function defaultReserve({ cpu, memory }: ResourceAmounts): ResourceAmounts {
  return times(
    { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) },
    DEFAULT_RESERVE,
  );
}

/** A cluster has one object; of several the last by name, so that the answer does not depend on their order. */
function ofCluster(telemetry: readonly ClusterTelemetry[], cluster: string): ClusterTelemetry | undefined {
  return telemetry
    .filter(({ metadata }) => metadata.namespace === cluster)
    .reduce<ClusterTelemetry | undefined>(
      (best, each) => (best === undefined || each.metadata.name > best.metadata.name ? each : best),
      undefined,
    );
}
