import type { ObjectKey } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';

/** `/api/v1/...` or `/apis/GROUP/VERSION/...` of a collection; of all namespaces when none is given. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}/${resource.version}${scope}/${resource.plural}`;
}

/**
 * Path of one object.
 *
 * @throws TypeError when name or namespace is missing: the path would mean the collection, and a DELETE of
 * that would take every object of the kind
 */
export function objectPath(
  resource: Resource,
  key: ObjectKey,
  subresource?: 'status' | (string & {}),
): string {
  if (key.name === '') throw new TypeError(`${resource.kind} without a name`);
  if (resource.namespaced && key.namespace === '') {
    throw new TypeError(`${resource.kind} ${key.name} without a namespace`);
  }
  const path = `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** Appends the parameters that are set. */
export function withQuery(
  path: string,
  parameters: Record<string, string | number | boolean | undefined>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
