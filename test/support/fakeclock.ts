import type { Clock } from '../../src/runtime/clock.ts';

interface Sleeper {
  due: number;
  order: number;
  wake: () => void;
}

/** A clock that stands still until it is told to move. Wall time and monotonic time move together. */
export class FakeClock implements Clock {
  readonly #epoch: number;
  readonly #sleepers = new Set<Sleeper>();
  #elapsed = 0;
  #order = 0;

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const sleeper: Sleeper = {
        due: this.#elapsed + ms,
        order: this.#order,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      this.#order += 1;
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** How many are asleep. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** Lets time pass: sleepers wake in order of their time, and what they start runs before the next wakes. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#earliest(); next && next.due <= end; next = this.#earliest()) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#elapsed = end;
  }

  /** Time passes while nobody could look, as for a process that was stopped: nobody wakes before `advance`. */
  jump(ms: number): void {
    this.#elapsed += ms;
  }

  #earliest(): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (
        !earliest ||
        sleeper.due < earliest.due ||
        (sleeper.due === earliest.due && sleeper.order < earliest.order)
      ) {
        earliest = sleeper;
      }
    }
    return earliest;
  }
}

/** Resolves when the promises that can go on without timers or I/O have gone on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
