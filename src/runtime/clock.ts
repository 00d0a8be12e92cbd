/** Time as a dependency: controllers take it through their constructor, tests hand in a fake. */
export interface Clock {
  /** Wall time, ms since the epoch: for what people read. */
  now(): number;
  /** Monotonic ms: for durations, deadlines and leases. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
