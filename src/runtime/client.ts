import type { KubeObject, ObjectKey } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';

/**
 * What controllers may ask of an API server. `src/kube` implements it; nothing above `runtime` knows
 * HTTP. Every call rejects with {@link ApiError} when the server answers with a failure, and with
 * {@link TransportError} when no answer came.
 */
export interface Client {
  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): Promise<T>;
  /** The whole list, read page by page. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<T[]>;
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Replaces the object. Refused with Conflict unless `metadata.resourceVersion` is the current one. */
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Like {@link update}, for the status subresource. */
  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Server-side apply. With `metadata.resourceVersion` set, a stale decision is refused with Conflict. */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    object: DeepPartial<T> & KubeObject,
    options: ApplyOptions,
  ): Promise<T>;
  /** Server-side apply of the status subresource. */
  applyStatus<T extends KubeObject>(
    resource: Resource<T>,
    object: DeepPartial<T> & KubeObject,
    options: ApplyOptions,
  ): Promise<T>;
  /** JSON merge patch (RFC 7386), for finalizers and single annotations. */
  mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: unknown,
    options?: WriteOptions,
  ): Promise<T>;
  /** Resolves also when the object is already gone. */
  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Promise<void>;
}

export interface ListOptions {
  /** All namespaces when left out. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WriteOptions {
  /** Ask the server to judge and not to store. */
  dryRun?: boolean;
  fieldManager?: string;
  /** Strict: unknown fields are refused with their path, not pruned. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

export interface ApplyOptions extends WriteOptions {
  fieldManager: string;
  /** Take fields over from other managers. */
  force?: boolean;
}

export interface DeleteOptions {
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  /** Refuse unless the object still is the one that was decided on. */
  uid?: string;
  resourceVersion?: string;
}

export type DeepPartial<T> = T extends (infer E)[]
  ? DeepPartial<E>[]
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;
