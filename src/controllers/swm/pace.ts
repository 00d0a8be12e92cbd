const FIRST_GAP_MS = 100;
const LONGEST_GAP_MS = 500;
/** Without a round for this long SWM is idle again. */
const IDLE_MS = 2_000;

/**
 * When the next round may begin. An app that comes alone is decided at once; of a burst the first is, and
 * the rest gathers into rounds whose distance grows while the burst lasts, so that 200 apps make a handful.
 * All times are monotonic ms.
 */
export class Pace {
  #ended = Number.NEGATIVE_INFINITY;
  #gapMs = 0;

  /** Ms to wait; 0 for now. */
  wait(now: number): number {
    return now - this.#ended >= IDLE_MS ? 0 : Math.max(0, this.#ended + this.#gapMs - now);
  }

  began(now: number): void {
    const idle = now - this.#ended >= IDLE_MS;
    this.#gapMs = idle ? FIRST_GAP_MS : Math.min(LONGEST_GAP_MS, this.#gapMs * 2);
  }

  ended(now: number): void {
    this.#ended = now;
  }
}
