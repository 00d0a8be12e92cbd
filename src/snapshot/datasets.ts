import type { Dataset } from '../api/codeco/v1alpha1/dataset.ts';
import { keyOf, keyString } from '../api/meta.ts';
import { tryParseQuantity } from '../api/quantity.ts';
import type { Application, Problem } from '../engine/problem.ts';
import { sortedBy } from './order.ts';
import type { Snapshot } from './snapshot.ts';

type EngineDataset = Problem['datasets'][number];
type Replica = { cluster: string; lastChange?: string | undefined };

/**
 * The data sets that the applications need, and only those. One that no longer exists has no holder, so
 * that a Required need is refused with its name rather than met by nothing.
 */
export function toDatasets(
  snapshot: Pick<Snapshot, 'datasets' | 'now'>,
  applications: readonly Application[],
  clusters: ReadonlySet<string>,
): EngineDataset[] {
  const objects = new Map(snapshot.datasets.map((dataset) => [keyString(keyOf(dataset)), dataset]));
  const needed = new Set(
    applications.flatMap(({ services }) =>
      services.flatMap(({ data }) => data.map(({ dataset }) => dataset)),
    ),
  );
  return sortedBy([...needed], (id) => id).map((id): EngineDataset => {
    const dataset = objects.get(id);
    const size = dataset?.spec.size === undefined ? undefined : tryParseQuantity(dataset.spec.size);
    return {
      id,
      holders: holdersOf(dataset, clusters).map(({ cluster, lastChange }) => ({
        location: cluster,
        ...staleness(lastChange, snapshot.now),
      })),
      ...(size === undefined ? {} : { sizeGB: size / 1e9 }),
      residency: [...(dataset?.spec.residency ?? [])].sort(),
    };
  });
}

/** Declared and found, in order of clusters; what was found is the younger knowledge of the same replica. */
function holdersOf(dataset: Dataset | undefined, clusters: ReadonlySet<string>): Replica[] {
  const replicas = new Map<string, Replica>();
  for (const replica of [...(dataset?.spec.replicas ?? []), ...(dataset?.status?.replicas ?? [])]) {
    if (clusters.has(replica.cluster)) replicas.set(replica.cluster, replica);
  }
  return sortedBy([...replicas.values()], ({ cluster }) => cluster);
}

/** Seconds since the last change; absent where nobody says when that was. */
function staleness(lastChange: string | undefined, now: number): { stalenessSeconds?: number } {
  const time = lastChange === undefined ? Number.NaN : Date.parse(lastChange);
  return Number.isNaN(time) ? {} : { stalenessSeconds: Math.max(0, Math.round((now - time) / 1000)) };
}
