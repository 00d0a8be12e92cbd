/**
 * The part of Kubernetes' object model that every kind shares. Plain JSON shapes: times stay strings,
 * exactly as the API server sends them, so that one object has one shape on list, watch and get.
 */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: unknown[];
}

/** Any object of the API, with at least its identity. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Identity inside one kind. `namespace` is the empty string for cluster-scoped kinds. */
export interface ObjectKey {
  namespace: string;
  name: string;
}

/** `namespace/name`, or `name` alone for cluster-scoped objects: the key of work queues, stores and logs. */
export function keyString(key: ObjectKey): string {
  return key.namespace === '' ? key.name : `${key.namespace}/${key.name}`;
}

/** Inverse of {@link keyString}. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0
    ? { namespace: '', name: text }
    : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

export function keyOf(object: { metadata: Pick<ObjectMeta, 'name' | 'namespace'> }): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}
