import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import { TransportError } from '../runtime/apierror.ts';
import type { ListOptions } from '../runtime/client.ts';
import { collectionPath, withQuery } from './paths.ts';
import type { Transport } from './transport.ts';

/** Objects per page: a page of big objects stays below what the transport accepts in most cases. */
const PAGE_LIMIT = 500;

export interface Page<T> {
  items: T[];
  /** Of the whole list: where a watch may start. */
  resourceVersion: string;
  /** Empty on the last page. */
  continueToken: string;
}

export interface PageRequest extends ListOptions {
  resource: Resource;
  headers?: Record<string, string | string[]>;
  signal?: AbortSignal;
}

interface ObjectList {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: KubeObject[] | null;
}

/**
 * Reads a list page by page, each parsed only when asked for. A page too big to be accepted is asked for
 * again in smaller pieces. Rejects with Gone when the list expired between two pages (the caller starts
 * over), and with Malformed when a successful answer is not a list.
 */
export async function* pages<T extends KubeObject>(
  transport: Transport,
  request: PageRequest,
): AsyncGenerator<Page<T>> {
  let limit = PAGE_LIMIT;
  let continueToken = '';
  while (true) {
    let list: ObjectList;
    try {
      list = (await transport.json({
        verb: 'list',
        path: withQuery(collectionPath(request.resource, request.namespace), {
          limit,
          continue: continueToken || undefined,
          labelSelector: request.labelSelector,
          fieldSelector: request.fieldSelector,
        }),
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.signal ? { signal: request.signal } : {}),
      })) as ObjectList;
    } catch (error) {
      if (!(error instanceof TransportError) || error.code !== 'Oversized' || limit === 1) throw error;
      limit = Math.ceil(limit / 4);
      continue;
    }
    const resourceVersion = list.metadata?.resourceVersion;
    // Whatever stands between may answer 200 with something else. Taken for a list, it would be an empty one,
    // and a watch from no resourceVersion tells what exists in no order that a later watch could go on from.
    if (!resourceVersion || !(list.items === null || Array.isArray(list.items))) {
      throw new TransportError('Malformed', `${request.resource.plural}: the answer is not a list`);
    }
    continueToken = list.metadata?.continue ?? '';
    yield { items: typed<T>(request.resource, list.items ?? []), resourceVersion, continueToken };
    if (continueToken === '') return;
  }
}

/** Lists of built-in kinds leave apiVersion and kind out of their items. */
function typed<T extends KubeObject>(resource: Resource, items: KubeObject[]): T[] {
  const apiVersion = apiVersionOf(resource);
  for (const item of items) {
    item.apiVersion ??= apiVersion;
    item.kind ??= resource.kind;
  }
  return items as T[];
}
