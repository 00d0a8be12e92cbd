import type { Clock } from './clock.ts';
import type { RateLimiter } from './ratelimiter.ts';

/** What a queue tells of itself; {@link ControllerMetrics} counts it. */
export interface QueueObserver {
  added(): void;
  retried(): void;
  /** A key left the queue after `waitedSeconds`. */
  taken(waitedSeconds: number): void;
  /** A key was worked on for `workedSeconds`. */
  finished(workedSeconds: number): void;
}

/**
 * A queue of keys, after client-go's work queue. Invariants:
 * - a key added while it waits is in the queue once;
 * - a key added while it is worked on waits until that work is done, then comes again: no change is lost,
 *   and no key is worked on twice at once;
 * - of several delayed adds of one key the earliest counts.
 * `add` and `take` are O(1), delayed adds O(number of delayed keys) at worst.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  readonly #observer: QueueObserver | undefined;
  /** Waiting keys in order of their first add, with the monotonic time of it. */
  readonly #waiting = new Map<string, number>();
  /** Keys being worked on, with the monotonic time of their start. */
  readonly #processing = new Map<string, number>();
  /** Keys added while being worked on. */
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: AbortController }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: { clock: Clock; limiter: RateLimiter; observer?: QueueObserver }) {
    this.#clock = options.clock;
    this.#limiter = options.limiter;
    this.#observer = options.observer;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Seconds that keys have been worked on so far: in sum, and the longest. */
  unfinishedSeconds(): { sum: number; longest: number } {
    const now = this.#clock.monotonic();
    const ages = [...this.#processing.values()].map((start) => (now - start) / 1000);
    return { sum: ages.reduce((sum, age) => sum + age, 0), longest: Math.max(0, ...ages) };
  }

  add(key: string): void {
    if (this.#closed) return;
    // A delayed add of the same key would only repeat this one.
    this.#cancelDelayed(key);
    if (this.#processing.has(key)) {
      if (!this.#again.has(key)) this.#observer?.added();
      this.#again.add(key);
      return;
    }
    if (this.#waiting.has(key)) return;
    this.#observer?.added();
    this.#enqueue(key);
  }

  /** Adds the key after `ms`, or at the earlier time that was asked for before. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const due = this.#clock.monotonic() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier && earlier.due <= due) return;
    this.#cancelDelayed(key);
    const cancel = new AbortController();
    this.#delayed.set(key, { due, cancel });
    this.#clock.sleep(ms, cancel.signal).then(
      () => {
        this.#delayed.delete(key);
        this.add(key);
      },
      () => {
        // Cancelled: an earlier add took its place, or the queue is closed.
      },
    );
  }

  /** Adds the key after a back-off that grows with each call until {@link forget}. */
  addRateLimited(key: string): void {
    this.#observer?.retried();
    this.addAfter(key, this.#limiter.next(key));
  }

  forget(key: string): void {
    this.#limiter.forget(key);
  }

  retries(key: string): number {
    return this.#limiter.retries(key);
  }

  /** The next key, once there is one; undefined once the queue is closed. Each taken key must be `done`. */
  take(): Promise<string | undefined> {
    const next = this.#waiting.entries().next();
    if (!next.done) {
      const [key, since] = next.value;
      this.#waiting.delete(key);
      this.#start(key, since);
      return Promise.resolve(key);
    }
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** The work on a taken key has ended; it is queued again if it was added meanwhile. */
  done(key: string): void {
    const started = this.#processing.get(key);
    if (started === undefined) return;
    this.#processing.delete(key);
    this.#observer?.finished((this.#clock.monotonic() - started) / 1000);
    if (this.#again.delete(key) && !this.#closed) this.#enqueue(key);
  }

  /** Takes no more keys in and wakes everyone who waits. Keys being worked on can still be `done`. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    for (const key of [...this.#delayed.keys()]) this.#cancelDelayed(key);
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #enqueue(key: string): void {
    const now = this.#clock.monotonic();
    const taker = this.#takers.shift();
    if (!taker) {
      this.#waiting.set(key, now);
      return;
    }
    this.#start(key, now);
    taker(key);
  }

  #start(key: string, since: number): void {
    const now = this.#clock.monotonic();
    this.#processing.set(key, now);
    this.#observer?.taken((now - since) / 1000);
  }

  #cancelDelayed(key: string): void {
    const delayed = this.#delayed.get(key);
    if (!delayed) return;
    this.#delayed.delete(key);
    delayed.cancel.abort();
  }
}
