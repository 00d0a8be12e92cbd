import type { KubeObject, ObjectKey } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';

/** Read side of a cache. Objects are shared: never change them. */
export interface Lister<T> {
  get(key: ObjectKey): T | undefined;
  /** Sorted by key, so that the same cache content gives the same order. */
  list(namespace?: string): readonly T[];
  /** Objects for which the named indexer gave `value`, sorted by key. */
  byIndex(index: string, value: string): readonly T[];
}

export interface InformerOptions<T extends KubeObject, C> {
  resource: Resource<T>;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /**
   * What the cache keeps of an object; runs once on ingest. managedFields are already dropped. Big kinds
   * (ManifestWork) keep a hash and their status only. Left out: the whole object.
   */
  project?: (object: T) => C;
  indexers?: Record<string, (object: C) => string[]>;
}

/** A change of the cache. `old` is absent on add, `new` on delete. */
export interface CacheEvent<C> {
  key: ObjectKey;
  old?: C;
  new?: C;
}

/** One list-and-watch per kind, shared by everyone in the process. */
export interface Informer<C> {
  readonly lister: Lister<C>;
  /** True once the first list is in the store. */
  hasSynced(): boolean;
  /** Milliseconds since the server last proved alive (event, bookmark, list); for readiness. */
  staleMs(): number;
  /** Called after the store holds the change. Handlers must not throw. */
  onEvent(handler: (event: CacheEvent<C>) => void): void;
}

export interface InformerFactory {
  /** Same resource and selectors give the same informer; options must then be equal. */
  informer<T extends KubeObject, C = T>(options: InformerOptions<T, C>): Informer<C>;
}
