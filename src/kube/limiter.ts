import type { Clock } from '../runtime/clock.ts';

/** Lets requests through at a bounded rate. */
export interface Limiter {
  /** Resolves when a request may be sent; rejects with the signal's reason. First come, first served. */
  acquire(signal?: AbortSignal): Promise<void>;
}

/**
 * A token bucket in virtual scheduling form: every request books the next free slot, so that waiting
 * requests need no queue and no common timer, and none can be overtaken.
 *
 * @param qps requests per second in the long run
 * @param burst requests that may be sent at once after a quiet time
 */
export function createLimiter(clock: Clock, qps: number, burst: number): Limiter {
  const interval = 1000 / qps;
  let nextSlot = Number.NEGATIVE_INFINITY;
  return {
    async acquire(signal) {
      const now = clock.monotonic();
      nextSlot = Math.max(nextSlot, now - burst * interval) + interval;
      const wait = nextSlot - now;
      if (wait > 0) await clock.sleep(wait, signal);
    },
  };
}
