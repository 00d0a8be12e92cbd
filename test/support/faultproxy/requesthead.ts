import type { IncomingMessage } from 'node:http';

export type ProxyVerb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'apply'
  | 'delete'
  | 'other';

/** What a request asks for, as read from its first lines. */
export interface RequestHead {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  verb: ProxyVerb;
  /** Plural of the kind, with the subresource where there is one: `configmaps`, `codecoapps/status`. */
  resource: string;
  namespace: string;
  /** Empty for collections. */
  name: string;
  userAgent: string;
}

const WRITES: ReadonlySet<ProxyVerb> = new Set(['create', 'update', 'patch', 'apply', 'delete']);

export function isWrite(head: Pick<RequestHead, 'verb'>): boolean {
  return WRITES.has(head.verb);
}

export function headOf(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): RequestHead {
  const method = request.method ?? 'GET';
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const object = objectOf(pathname);
  return {
    method,
    path: pathname,
    query: searchParams,
    verb: verbOf(method, object?.name ?? '', searchParams, request.headers['content-type'] ?? '', !!object),
    resource: object?.resource ?? '',
    namespace: object?.namespace ?? '',
    name: object?.name ?? '',
    userAgent: request.headers['user-agent'] ?? '',
  };
}

function objectOf(path: string): { resource: string; namespace: string; name: string } | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  // /api/VERSION/... or /apis/GROUP/VERSION/...
  let rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : [];
  let namespace = '';
  // /namespaces/NAME itself is an object, and so are its own subresources.
  if (rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [plural, name = '', ...subresource] = rest;
  if (plural === undefined) return undefined;
  return { resource: [plural, ...subresource].join('/'), namespace, name };
}

function verbOf(
  method: string,
  name: string,
  query: URLSearchParams,
  contentType: string,
  isObject: boolean,
): ProxyVerb {
  if (!isObject) return 'other';
  switch (method) {
    case 'GET':
      if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
      return name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return contentType.startsWith('application/apply-patch') ? 'apply' : 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return 'other';
  }
}
