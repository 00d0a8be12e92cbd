import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** The clock of the machine. `monotonic` neither jumps with NTP nor stops while the process is stopped. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // node wraps the reason into an AbortError of its own; callers compare with the signal's reason.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
