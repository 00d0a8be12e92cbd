const FIRST_GAP_MS = 100;
const LONGEST_GAP_MS = 500;
/** A single app this long after the last round came alone. */
const ALONE_MS = 50;
/** Without a round for this long SWM is idle again. */
const IDLE_MS = 2_000;

/**
 * When the next round may begin. An app that comes alone is decided at once, also when another one came
 * alone shortly before. Of a burst the first two rounds are, and the rest gathers into rounds whose distance
 * grows while the burst lasts, so that 200 apps make a handful. Between two rounds as much time is left free
 * as the last one took, for those who act on it. All times are monotonic ms.
 */
export class Pace {
  #began = Number.NEGATIVE_INFINITY;
  #ended = Number.NEGATIVE_INFINITY;
  /** How long before the last round the one before had ended. */
  #sinceMs = Number.POSITIVE_INFINITY;
  #inBurst = false;
  #gapMs = 0;

  /** Ms to wait; 0 for now. */
  wait(now: number): number {
    if (now - this.#ended >= IDLE_MS) return 0;
    const tookMs = Math.min(LONGEST_GAP_MS, this.#ended - this.#began);
    return Math.max(0, this.#ended + Math.max(this.#gapMs, tookMs) - now);
  }

  began(now: number): void {
    this.#sinceMs = now - this.#ended;
    this.#began = now;
  }

  /** @param apps that the round decided on */
  ended(now: number, apps: number): void {
    this.#ended = now;
    if (this.#sinceMs >= IDLE_MS || (apps <= 1 && this.#sinceMs >= ALONE_MS)) {
      this.#inBurst = false;
      this.#gapMs = 0;
    } else {
      this.#gapMs = this.#inBurst ? Math.min(LONGEST_GAP_MS, this.#gapMs * 2) : FIRST_GAP_MS;
      this.#inBurst = true;
    }
  }
}
