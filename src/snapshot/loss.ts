import { findCondition } from '../api/conditions.ts';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Whether a cluster counts as lost: its ManagedCluster is gone, or it has not been available for longer than
 * the grace. A cluster that is merely silent is not lost: it goes on without the hub, and what runs there is
 * left alone.
 */
export class Losses {
  readonly #silent = new Map<string, number>();
  readonly #existing = new Set<string>();
  readonly #now: number;
  readonly #graceMs: number;

  constructor({
    managedClusters,
    now,
    clusterGraceMs,
  }: Pick<Snapshot, 'managedClusters' | 'now' | 'clusterGraceMs'>) {
    this.#now = now;
    this.#graceMs = clusterGraceMs ?? Number.POSITIVE_INFINITY;
    for (const cluster of managedClusters) {
      this.#existing.add(cluster.metadata.name);
      const since = silentSince(cluster);
      if (since !== undefined) this.#silent.set(cluster.metadata.name, since);
    }
  }

  /** `is gone`, `has not been available for 6 min`; undefined for a cluster that is not lost. */
  why(cluster: string): string | undefined {
    if (!this.#existing.has(cluster)) return 'is gone';
    const since = this.#silent.get(cluster);
    if (since === undefined || this.#now - since < this.#graceMs) return undefined;
    return `has not been available for ${span(this.#now - since)}`;
  }

  get someSilent(): boolean {
    return this.#silent.size > 0;
  }

  /** Ms until the next silent cluster counts as lost; undefined when none is silent. */
  nextMs(): number | undefined {
    const waits = [...this.#silent.values()]
      .map((since) => since + this.#graceMs - this.#now)
      .filter((ms) => ms > 0 && Number.isFinite(ms));
    return waits.length > 0 ? Math.min(...waits) : undefined;
  }
}

/** A cluster that has never joined holds nothing that could be lost. */
function silentSince({ status }: ManagedCluster): number | undefined {
  const available = findCondition(status?.conditions, 'ManagedClusterConditionAvailable');
  if (available === undefined || available.status === 'True') return undefined;
  const since = Date.parse(available.lastTransitionTime);
  return Number.isNaN(since) ? undefined : since;
}

function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
