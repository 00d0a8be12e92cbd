import { type KubeObject, keyOf, keyString, type ObjectKey } from '../../../src/api/meta.ts';

/**
 * The newest known version of objects that this process both caches and writes. A cache lags behind the
 * own last write; deciding on what it holds would end in a conflict, or in the same write once more.
 */
export class Freshest<T extends KubeObject> {
  readonly #own = new Map<string, { object: T; superseded: Set<string> }>();

  /** What to decide on, given what the cache holds. */
  of(key: ObjectKey, cached: T | undefined): T | undefined {
    const own = this.#own.get(keyString(key));
    if (!own) return cached;
    if (own.superseded.has(versionOf(cached))) return own.object;
    // The cache has caught up, or knows something newer, a deletion included.
    this.#own.delete(keyString(key));
    return cached;
  }

  /** Remembers the server's answer to a write that was decided on `base`. */
  wrote(base: T | undefined, answer: T): void {
    const key = keyString(keyOf(answer));
    const superseded = this.#own.get(key)?.superseded ?? new Set<string>();
    superseded.add(versionOf(base));
    this.#own.set(key, { object: answer, superseded });
  }

  /** After a failed write: somebody else was there, and only the cache will tell. */
  forget(key: ObjectKey): void {
    this.#own.delete(keyString(key));
  }
}

function versionOf(object: KubeObject | undefined): string {
  return object?.metadata.resourceVersion ?? '';
}
