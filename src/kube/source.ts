import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import { type ApiError, TransportError } from '../runtime/apierror.ts';
import type { ListOptions } from '../runtime/client.ts';
import { pages } from './pages.ts';
import { collectionPath, withQuery } from './paths.ts';
import { apiErrorOf, type Status } from './statuserror.ts';
import type { Entry } from './store.ts';
import type { Transport } from './transport.ts';

/** One page of a list, ready for the store. */
export interface SourcePage<C> {
  entries: Entry<C>[];
  resourceVersion: string;
}

export type WatchEvent<C> =
  | { type: 'Upsert'; resourceVersion: string; entry: Entry<C> }
  | { type: 'Delete'; resourceVersion: string; key: ObjectKey }
  | { type: 'Bookmark'; resourceVersion: string }
  | { type: 'Error'; error: ApiError };

/** Where a reflector reads from: everything once, and then what changes. */
export interface Source<C> {
  /** All objects as of now, page by page. */
  list(signal: AbortSignal): AsyncIterable<SourcePage<C>>;
  /** Resolves when the server has accepted the watch. */
  watch(
    resourceVersion: string,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<WatchEvent<C>>>;
}

export interface ApiSourceOptions<T extends KubeObject, C> extends ListOptions {
  transport: Transport;
  resource: Resource<T>;
  /** From the object without managedFields to what the cache keeps; undefined keeps nothing of it. */
  project: (object: T) => C | undefined;
}

/** A {@link Source} on a real API server. Objects are projected as they arrive, before the next is parsed. */
export function createApiSource<T extends KubeObject, C>(options: ApiSourceOptions<T, C>): Source<C> {
  const { transport, resource, project, ...selection } = options;
  const identity = { apiVersion: apiVersionOf(resource), kind: resource.kind };

  function entryOf(object: T): Entry<C> | undefined {
    // managedFields are half of a small object's memory, and nothing that a controller decides on.
    const { managedFields: _, ...metadata } = object.metadata;
    const value = project({ ...object, ...identity, metadata });
    if (value === undefined) return undefined;
    return { key: keyOf(object), resourceVersion: metadata.resourceVersion ?? '', value };
  }

  function eventOf(line: string): WatchEvent<C> | undefined {
    const { type, object } = parseLine(line);
    if (type === 'ERROR') {
      return { type: 'Error', error: apiErrorOf((object as Status).code ?? 500, JSON.stringify(object)) };
    }
    const resourceVersion = (object as T).metadata.resourceVersion ?? '';
    switch (type) {
      case 'ADDED':
      case 'MODIFIED': {
        const entry = entryOf(object as T);
        return entry
          ? { type: 'Upsert', resourceVersion, entry }
          : { type: 'Delete', resourceVersion, key: keyOf(object as T) };
      }
      case 'DELETED':
        return { type: 'Delete', resourceVersion, key: keyOf(object as T) };
      case 'BOOKMARK':
        return { type: 'Bookmark', resourceVersion };
      default:
        return undefined;
    }
  }

  return {
    async *list(signal) {
      for await (const page of pages<T>(transport, { ...selection, resource, signal })) {
        const entries = page.items.map(entryOf).filter((entry) => entry !== undefined);
        yield { entries, resourceVersion: page.resourceVersion };
      }
    },

    async watch(resourceVersion, timeoutSeconds, signal) {
      const lines = await transport.lines({
        verb: 'watch',
        path: withQuery(collectionPath(resource, selection.namespace), {
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion,
          timeoutSeconds,
          labelSelector: selection.labelSelector,
          fieldSelector: selection.fieldSelector,
        }),
        signal,
      });
      return (async function* () {
        for await (const line of lines) {
          const event = eventOf(line);
          if (event) yield event;
        }
      })();
    },
  };
}

function parseLine(line: string): { type: string; object: object } {
  try {
    return JSON.parse(line) as { type: string; object: object };
  } catch (error) {
    throw new TransportError('Malformed', 'a watch event is not JSON: the stream was cut', { cause: error });
  }
}
