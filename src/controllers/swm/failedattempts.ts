import { type Fingerprint, mayDiffer } from '../../snapshot/fingerprint.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

interface Entry {
  fingerprint: Fingerprint;
  /** Monotonic ms before which the app is not solved again. */
  notBefore: number;
  waitMs: number;
}

/**
 * What the last failed attempt of each app depended on. An app is solved again when something that matters
 * to it has changed since, and then at a growing distance: load that swings makes no loop. Kept in memory
 * only: after a restart each failed app is solved once more, and the same answer writes nothing.
 */
export class FailedAttempts {
  readonly #entries = new Map<string, Entry>();

  /** Keeps what the attempt that just failed depended on. */
  failed(id: string, fingerprint: Fingerprint, now: number): void {
    const waitMs = Math.min(LONGEST_WAIT_MS, (this.#entries.get(id)?.waitMs ?? FIRST_WAIT_MS / 2) * 2);
    this.#entries.set(id, { fingerprint, notBefore: now + waitMs, waitMs });
  }

  /** Placed, edited or deleted: the history is forgotten. */
  forget(id: string): void {
    this.#entries.delete(id);
  }

  /** Forgets the apps that no longer exist. */
  keep(exists: (id: string) => boolean): void {
    for (const id of this.#entries.keys()) if (!exists(id)) this.#entries.delete(id);
  }

  /**
   * When to solve an app again, given what its answer would depend on now: 0 for now, ms to wait, or
   * undefined for not before something changes.
   */
  due(id: string, current: Fingerprint, now: number): number | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return 0;
    if (!mayDiffer(entry.fingerprint, current)) {
      // What was free and is taken must count as gained when it comes back.
      entry.fingerprint = current;
      return undefined;
    }
    return Math.max(0, entry.notBefore - now);
  }
}
