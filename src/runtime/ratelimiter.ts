/** How long a key waits before it is tried again. */
export interface RateLimiter {
  /** Ms to wait now; counts as one more failure of the key. */
  next(key: string): number;
  forget(key: string): void;
  retries(key: string): number;
}

/** client-go's defaults for controllers: 5 ms after the first failure, at most 1000 s. */
const BASE_MS = 5;
const MAX_MS = 1_000_000;

/**
 * Doubles the wait of a key with each failure. There is no bucket over all keys: it would put off the
 * first try of a burst of healthy keys because a few others fail.
 */
export class ExponentialRateLimiter implements RateLimiter {
  readonly #failures = new Map<string, number>();

  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(MAX_MS, BASE_MS * 2 ** Math.min(failures, 30));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}
