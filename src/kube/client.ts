import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';
import { hasCode, isNotFound, TransportError } from '../runtime/apierror.ts';
import type {
  ApplyOptions,
  Client,
  DeepPartial,
  DeleteOptions,
  ListOptions,
  WriteOptions,
} from '../runtime/client.ts';
import { pages } from './pages.ts';
import { collectionPath, objectPath, withQuery } from './paths.ts';
import type { Transport, TransportRequest, Verb } from './transport.ts';

export interface Impersonation {
  user: string;
  groups?: readonly string[];
}

export interface ClientOptions {
  /**
   * Asked just before each write leaves this process. A text (why writing is not allowed now) keeps it from
   * being sent, and the write rejects with TransportError Fenced. Lease renewals need a client without one.
   */
  fence?: () => string | undefined;
  /** Act as somebody else; needs the verb `impersonate`. */
  impersonate?: Impersonation;
}

/** {@link Client}, and what few need: subresources and raw paths. */
export interface KubeClient extends Client {
  /**
   * Creates through a subresource of an existing object (`token` of a ServiceAccount, `eviction` of a Pod).
   * The answer has whatever shape the subresource gives.
   */
  createSubresource(resource: Resource, key: ObjectKey, subresource: string, body: object): Promise<unknown>;
  /** Body of a GET on any path, for discovery (`/openapi/v3/...`, `/readyz`, `/version`). */
  raw(path: string, options?: { signal?: AbortSignal }): Promise<string>;
  /** The same connections and fence, as somebody else. */
  as(impersonate: Impersonation): KubeClient;
}

/** A client that speaks plain JSON: objects keep the exact shape that the server sends. */
export function createClient(transport: Transport, options: ClientOptions = {}): KubeClient {
  const headers = impersonationHeaders(options.impersonate);

  function read(request: Omit<TransportRequest, 'headers'>): Promise<unknown> {
    return transport.json({ ...request, headers });
  }

  function write(
    verb: Verb,
    path: string,
    body: unknown,
    contentType = 'application/json',
  ): Promise<unknown> {
    const guard = () => {
      const closed = options.fence?.();
      if (closed !== undefined) throw new TransportError('Fenced', `${verb} ${path} not sent: ${closed}`);
    };
    return transport.json({ verb, path, body, contentType, headers, guard });
  }

  function apply(path: string, object: object, apply: ApplyOptions): Promise<unknown> {
    const query = { ...writeQuery(apply), force: apply.force ? true : undefined };
    return write('patch', withQuery(path, query), object, 'application/apply-patch+yaml');
  }

  async function listOnce<T extends KubeObject>(resource: Resource<T>, list: ListOptions): Promise<T[]> {
    const items: T[] = [];
    for await (const page of pages<T>(transport, { ...list, resource, headers })) items.push(...page.items);
    return items;
  }

  return {
    get: async <T extends KubeObject>(resource: Resource<T>, key: ObjectKey) =>
      (await read({ verb: 'get', path: objectPath(resource, key) })) as T,

    async list<T extends KubeObject>(resource: Resource<T>, list: ListOptions = {}) {
      try {
        return await listOnce(resource, list);
      } catch (error) {
        // The list expired between two pages, so its pages would not belong together: once more from the start.
        if (!hasCode(error, 'Gone')) throw error;
        return listOnce(resource, list);
      }
    },

    create: async <T extends KubeObject>(resource: Resource<T>, object: T, create: WriteOptions = {}) =>
      (await write(
        'create',
        withQuery(collectionPath(resource, namespaceOf(resource, object)), writeQuery(create)),
        object,
      )) as T,

    update: async <T extends KubeObject>(resource: Resource<T>, object: T, update: WriteOptions = {}) =>
      (await write(
        'update',
        withQuery(objectPath(resource, keyOf(object)), writeQuery(update)),
        object,
      )) as T,

    updateStatus: async <T extends KubeObject>(resource: Resource<T>, object: T, update: WriteOptions = {}) =>
      (await write(
        'update',
        withQuery(objectPath(resource, keyOf(object), 'status'), writeQuery(update)),
        object,
      )) as T,

    apply: async <T extends KubeObject>(
      resource: Resource<T>,
      object: DeepPartial<T> & KubeObject,
      options: ApplyOptions,
    ) => (await apply(objectPath(resource, keyOf(object)), object, options)) as T,

    applyStatus: async <T extends KubeObject>(
      resource: Resource<T>,
      object: DeepPartial<T> & KubeObject,
      options: ApplyOptions,
    ) => (await apply(objectPath(resource, keyOf(object), 'status'), object, options)) as T,

    mergePatch: async <T extends KubeObject>(
      resource: Resource<T>,
      key: ObjectKey,
      patch: unknown,
      options: WriteOptions = {},
    ) =>
      (await write(
        'patch',
        withQuery(objectPath(resource, key), writeQuery(options)),
        patch,
        'application/merge-patch+json',
      )) as T,

    async delete(resource, key, remove = {}) {
      try {
        await write('delete', objectPath(resource, key), deleteBody(remove));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },

    createSubresource: (resource, key, subresource, body) =>
      write('create', objectPath(resource, key, subresource), body),

    raw: (path, raw = {}) => transport.send({ verb: 'get', path, headers, ...raw }),

    as: (impersonate) => createClient(transport, { ...options, impersonate }),
  };
}

function namespaceOf(resource: Resource, object: KubeObject): string | undefined {
  if (resource.namespaced && !object.metadata.namespace) {
    throw new TypeError(`${resource.kind} ${object.metadata.name} without a namespace`);
  }
  return object.metadata.namespace;
}

function writeQuery(options: WriteOptions): Record<string, string | undefined> {
  return {
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
    dryRun: options.dryRun ? 'All' : undefined,
  };
}

function deleteBody(options: DeleteOptions): object {
  const { uid, resourceVersion, propagationPolicy } = options;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
  };
}

function impersonationHeaders(impersonate: Impersonation | undefined): Record<string, string | string[]> {
  if (!impersonate) return {};
  const headers: Record<string, string | string[]> = { 'Impersonate-User': impersonate.user };
  // One header line per group: joined with commas they would be one group of that name.
  if (impersonate.groups?.length) headers['Impersonate-Group'] = [...impersonate.groups];
  return headers;
}
