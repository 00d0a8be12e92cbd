import type { Clock } from '../../src/runtime/clock.ts';
import { realClock } from '../../src/runtime/realclock.ts';

/** Real time, `factor` times as fast: waits of a minute are seen through in seconds, against a real server. */
export class QuickClock implements Clock {
  readonly #factor: number;
  #ahead = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return realClock.now();
  }

  monotonic(): number {
    return realClock.monotonic() * this.#factor + this.#ahead;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return realClock.sleep(ms / this.#factor, signal);
  }

  /** As if the process had been stopped for that long: time has passed, and no timer has come due. */
  skip(ms: number): void {
    this.#ahead += ms;
  }
}
