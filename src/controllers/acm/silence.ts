import type { Clock } from '../../runtime/clock.ts';
import { isObserved, type WorkState } from '../../work/workstate.ts';

/** A work agent that has not looked at a change for this long is called silent. */
const SILENT_MS = 60_000;

/**
 * Notices work agents that do not answer: a dead one is invisible on the hub otherwise. Time is counted from
 * when this process first saw the unanswered generation, so that a restart of ACM or of the hub gives every
 * agent its minute again. With nothing to answer no claim is made.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #since = new Map<string, { generation: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Clusters that are silent about these works, and ms until the next one may be. */
  look(works: readonly WorkState[]): {
    silent: { cluster: string; seconds: number }[];
    againInMs: number | undefined;
  } {
    const now = this.#clock.monotonic();
    const silent = new Map<string, number>();
    let againInMs: number | undefined;
    for (const work of works) {
      const { namespace: cluster = '', name, generation = 0 } = work.metadata;
      const key = `${cluster}/${name}`;
      if (isObserved(work)) {
        this.#since.delete(key);
        continue;
      }
      const known = this.#since.get(key);
      const since = known?.generation === generation ? known.at : now;
      this.#since.set(key, { generation, at: since });
      const waited = now - since;
      if (waited >= SILENT_MS)
        silent.set(cluster, Math.max(silent.get(cluster) ?? 0, Math.round(waited / 1000)));
      else againInMs = Math.min(againInMs ?? Number.POSITIVE_INFINITY, SILENT_MS - waited);
    }
    return { silent: [...silent].sort().map(([cluster, seconds]) => ({ cluster, seconds })), againInMs };
  }

  forget(works: readonly WorkState[]): void {
    for (const { metadata } of works) this.#since.delete(`${metadata.namespace}/${metadata.name}`);
  }
}
