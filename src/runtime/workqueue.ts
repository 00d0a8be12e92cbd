import type { Clock } from './clock.ts';
import { DelayedKeys } from './delayedkeys.ts';
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

/** Timers of Node fire at once when asked for more than 2^31 - 1 ms: longer waits are slept in pieces. */
const LONGEST_SLEEP_MS = 3_600_000;

/**
 * A queue of keys, after client-go's work queue. Invariants:
 * - a key added while it waits is in the queue once;
 * - a key added while it is worked on waits until that work is done, then comes again: no change is lost,
 *   and no key is worked on twice at once;
 * - of several delayed adds of one key the earliest counts, and an add in between does not cancel it: who
 *   asked for a look at a later time gets one.
 * `add` and `take` are O(1), delayed adds O(log n) of the n keys that are put off.
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
  readonly #delayed = new DelayedKeys();
  /** The one timer, for the delayed key that is due first. */
  #timer: { due: number; cancel: AbortController } | undefined;
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
    this.#delayed.put(key, this.#clock.monotonic() + ms);
    this.#arm();
  }

  /** Adds the key after a back-off that grows with each call until {@link forget}. */
  addRateLimited(key: string): void {
    if (this.#closed) return;
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
    this.#delayed.clear();
    this.#timer?.cancel.abort();
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

  /** Sees to it that the timer is set for the delayed key that is due first. */
  #arm(): void {
    const due = this.#delayed.nextDue();
    if (due === undefined || (this.#timer && this.#timer.due <= due)) return;
    this.#timer?.cancel.abort();
    const timer = { due, cancel: new AbortController() };
    this.#timer = timer;
    const ms = Math.min(Math.max(0, due - this.#clock.monotonic()), LONGEST_SLEEP_MS);
    this.#clock.sleep(ms, timer.cancel.signal).then(
      () => {
        this.#timer = undefined;
        for (const key of this.#delayed.takeDue(this.#clock.monotonic())) this.add(key);
        this.#arm();
      },
      () => {
        // Cancelled: an earlier key took its place, or the queue is closed.
      },
    );
  }
}
