import type { Clock } from '../../runtime/clock.ts';

/** News of progress waits at least so long: what a free system does next follows within it. */
const SHORTEST_MS = 300;
/** Each app that is held back beside it adds so much: many report some twenty times a second together. */
const EACH_MS = 50;
/** Nothing stays untold for longer. */
export const LONGEST_HOLD_MS = 5_000;

/**
 * Keeps news of progress back for a moment, since the next step mostly follows and says more. A free system
 * tells of it almost at once; the busier it is, the later, for then every write makes the next step wait.
 */
export class Holdback {
  readonly #clock: Clock;
  readonly #shortestMs: number;
  /** Monotonic ms, by uid. */
  readonly #due = new Map<string, number>();

  /** @param shortestMs the least wait of this kind of news */
  constructor(clock: Clock, shortestMs = SHORTEST_MS) {
    this.#clock = clock;
    this.#shortestMs = shortestMs;
  }

  /** Ms until the news of this app are to be told; counted from the first that were not. */
  hold(uid: string): number {
    const now = this.#clock.monotonic();
    const waitMs = Math.min(LONGEST_HOLD_MS, Math.max(this.#shortestMs, this.#due.size * EACH_MS));
    const due = this.#due.get(uid) ?? now + waitMs;
    this.#due.set(uid, due);
    return Math.max(0, due - now);
  }

  release(uid: string): void {
    this.#due.delete(uid);
  }
}
