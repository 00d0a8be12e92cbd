import type { KubeObject, ObjectKey } from '../../../src/api/meta.ts';
import type { Resource } from '../../../src/api/resource.ts';

/** An object of any kind: what a work carries, and what the managed cluster answers. */
export interface Manifest extends KubeObject {
  [field: string]: unknown;
}

/** Where a manifest goes on the managed cluster. */
export interface Target {
  resource: Resource<Manifest>;
  key: ObjectKey;
}

/** Something in a manifest that no API server needs to be asked about. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * @throws ManifestError when the name, or the namespace that the kind needs, is missing
 */
export function targetOf(manifest: Manifest, resource: Resource<Manifest>): Target {
  const { name, namespace = '' } = manifest.metadata ?? {};
  if (!name) throw new ManifestError(`${resource.kind} without metadata.name`);
  if (!resource.namespaced) return { resource, key: { namespace: '', name } };
  if (namespace === '') throw new ManifestError(`${resource.kind} ${name} without metadata.namespace`);
  return { resource, key: { namespace, name } };
}

/** Identity of an object on one cluster, whatever version it is read in. */
export function targetId({ resource, key }: Target): string {
  return `${resource.group}/${resource.plural}/${key.namespace}/${key.name}`;
}
