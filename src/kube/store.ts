import { keyString, type ObjectKey } from '../api/meta.ts';
import type { CacheEvent, Lister } from '../runtime/informer.ts';

/** One object as the cache keeps it. */
export interface Entry<C> {
  key: ObjectKey;
  resourceVersion: string;
  value: C;
}

export type Indexers<C> = Readonly<Record<string, (object: C) => string[]>>;

type Index = Map<string, Set<string>>;

/**
 * Objects by key, with indexes. Pure: it tells what changed and calls nobody.
 *
 * Invariants: `#sorted` holds the keys of `#entries` in order; an index holds exactly the keys whose value
 * its indexer maps there.
 */
export class Store<C> implements Lister<C> {
  readonly #indexers: Indexers<C>;
  readonly #entries = new Map<string, Entry<C>>();
  readonly #indexes = new Map<string, Index>();
  #sorted: string[] = [];
  #all: readonly C[] | undefined;

  constructor(indexers: Indexers<C> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#entries.size;
  }

  /** In order of keys. */
  entries(): Entry<C>[] {
    return this.#sorted.map((id) => this.#entries.get(id) as Entry<C>);
  }

  get(key: ObjectKey): C | undefined {
    return this.#entries.get(keyString(key))?.value;
  }

  list(namespace?: string): readonly C[] {
    if (namespace === undefined) {
      this.#all ??= this.#values(this.#sorted);
      return this.#all;
    }
    const prefix = `${namespace}/`;
    const start = this.#position(prefix);
    let end = start;
    while (this.#sorted[end]?.startsWith(prefix)) end += 1;
    return this.#values(this.#sorted.slice(start, end));
  }

  /** @throws TypeError for an index that was not declared: an empty answer would pass for "none". */
  byIndex(index: string, value: string): readonly C[] {
    const keys = this.#indexes.get(index);
    if (!keys) {
      const known = [...this.#indexes.keys()].join(', ') || 'none';
      throw new TypeError(`no index ${index}; this cache has ${known}`);
    }
    return this.#values([...(keys.get(value) ?? [])].sort(byCodeUnit));
  }

  /** Adds or replaces. No event when the resourceVersion is the one that is here. */
  upsert(entry: Entry<C>): CacheEvent<C> | undefined {
    const id = keyString(entry.key);
    if (!this.#entries.has(id)) this.#sorted.splice(this.#position(id), 0, id);
    return this.#put(id, entry);
  }

  remove(key: ObjectKey): CacheEvent<C> | undefined {
    const id = keyString(key);
    if (this.#entries.has(id)) this.#sorted.splice(this.#position(id), 1);
    return this.#drop(id);
  }

  /** Makes the content exactly `entries`; the events in order of keys, deletions included. */
  replace(entries: readonly Entry<C>[]): CacheEvent<C>[] {
    const wanted = new Map(entries.map((entry) => [keyString(entry.key), entry]));
    const before = this.#sorted;
    // Sorted once: inserting one by one makes a first list of n objects quadratic.
    this.#sorted = [...wanted.keys()].sort(byCodeUnit);
    const ids = [...new Set([...before, ...this.#sorted])].sort(byCodeUnit);
    return ids
      .map((id) => {
        const entry = wanted.get(id);
        return entry ? this.#put(id, entry) : this.#drop(id);
      })
      .filter((event) => event !== undefined);
  }

  #put(id: string, entry: Entry<C>): CacheEvent<C> | undefined {
    const old = this.#entries.get(id);
    if (old?.resourceVersion === entry.resourceVersion) return undefined;
    if (old) this.#unindex(id, old.value);
    this.#entries.set(id, entry);
    this.#index(id, entry.value);
    this.#all = undefined;
    return old ? { key: entry.key, old: old.value, new: entry.value } : { key: entry.key, new: entry.value };
  }

  #drop(id: string): CacheEvent<C> | undefined {
    const old = this.#entries.get(id);
    if (!old) return undefined;
    this.#entries.delete(id);
    this.#unindex(id, old.value);
    this.#all = undefined;
    return { key: old.key, old: old.value };
  }

  #values(ids: readonly string[]): readonly C[] {
    return ids.map((id) => (this.#entries.get(id) as Entry<C>).value);
  }

  #index(id: string, value: C): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indexes.get(name) as Index;
      for (const each of indexer(value)) {
        const ids = index.get(each);
        if (ids) ids.add(id);
        else index.set(each, new Set([id]));
      }
    }
  }

  #unindex(id: string, value: C): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indexes.get(name) as Index;
      for (const each of indexer(value)) {
        const ids = index.get(each);
        ids?.delete(id);
        // An index by a value that changes for ever (a hash) must not remember every one that there was.
        if (ids?.size === 0) index.delete(each);
      }
    }
  }

  /** Where `id` is, or would have to be inserted. */
  #position(id: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as string) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
