import type { SolveOptions } from './port.ts';

/** The clock is asked once in so many units: asking costs more than a unit. */
const CLOCK_EVERY = 10_000;

/** Counts work, and knows when to stop: budget, deadline or cancellation. Part of a budget can be set apart. */
export class Budget {
  readonly #options: Pick<SolveOptions, 'work' | 'deadlineMs' | 'clock' | 'cancelled'>;
  #spent = 0;
  #cut = false;
  #asked = 0;
  #reserved = 0;

  constructor(options: Pick<SolveOptions, 'work' | 'deadlineMs' | 'clock' | 'cancelled'>) {
    this.#options = options;
    this.#look();
  }

  get spent(): number {
    return this.#spent;
  }

  /** Units that may still be spent. */
  get left(): number {
    return this.#cut ? 0 : Math.max(0, this.#options.work - this.#spent);
  }

  spend(units: number): void {
    this.#spent += units;
    if (this.#spent - this.#asked >= CLOCK_EVERY) this.#look();
  }

  exhausted(): boolean {
    return this.#cut || this.#spent >= this.#options.work;
  }

  /** The deadline is past, or nobody waits any more. */
  get stopped(): boolean {
    return this.#cut;
  }

  /** The same by the clock as it is now: for steps that are not counted in units. */
  stoppedNow(): boolean {
    this.#look();
    return this.#cut;
  }

  /** Milliseconds of the caller's clock. */
  now(): number {
    return this.#options.clock();
  }

  /** Keeps so many milliseconds before the deadline for a last step, which is not interrupted. */
  reserve(ms: number): void {
    this.#reserved = ms;
  }

  /** A budget of at most `work` units within this one; `enough` ends it before, when it is next looked at. */
  part(work: number, enough: (spent: number) => boolean = () => false): Budget {
    const left = Math.max(0, this.#options.work - this.#spent);
    const { cancelled } = this.#options;
    let part: Budget | undefined;
    part = new Budget({
      ...this.#options,
      work: this.#cut ? 0 : Math.min(work, left),
      cancelled: () => cancelled() || enough(part?.spent ?? 0),
    });
    return part;
  }

  #look(): void {
    this.#asked = this.#spent;
    const { deadlineMs, clock, cancelled } = this.#options;
    this.#cut =
      this.#cut || cancelled() || (deadlineMs !== undefined && clock() >= deadlineMs - this.#reserved);
  }
}
