import type { KubeObject } from './meta.ts';

/**
 * Names one kind for the API server: what the URL needs, and (as a phantom) the TypeScript type of its
 * objects, so that `client.get(CodecoAppResource, key)` is typed without a class per kind.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set; carries T. */
  readonly phantom?: T;
}

export function defineResource<T extends KubeObject>(
  group: string,
  version: string,
  kind: string,
  plural: string,
  scope: 'Namespaced' | 'Cluster',
): Resource<T> {
  return { group, version, kind, plural, namespaced: scope === 'Namespaced' };
}

/** `group/version`, or `version` for the core group: the value of `apiVersion`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
