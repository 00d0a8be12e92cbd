import { canonicalJson } from '../../api/hash.ts';
import type { KubeObject, ObjectKey } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Lister } from '../../runtime/informer.ts';
import { DONE, type Reconciler, type Result } from '../../runtime/reconcile.ts';
import { timestamp } from './timestamp.ts';

export interface StatusReconcilerDeps<T extends KubeObject & { status?: object }> {
  client: Client;
  clock: Clock;
  resource: Resource<T>;
  lister: Lister<T>;
  /** Pure: what the status of the object is now. */
  statusOf: (object: T, now: string) => NonNullable<T['status']>;
}

/** Keeps the status of objects that an administrator writes: what ACM makes of them. Writes only a change. */
export class StatusReconciler<T extends KubeObject & { status?: object }> implements Reconciler {
  readonly #deps: StatusReconcilerDeps<T>;

  constructor(deps: StatusReconcilerDeps<T>) {
    this.#deps = deps;
  }

  async reconcile(key: ObjectKey): Promise<Result> {
    const { client, clock, resource, lister, statusOf } = this.#deps;
    const object = lister.get(key);
    if (!object || object.metadata.deletionTimestamp !== undefined) return DONE;
    const status = statusOf(object, timestamp(clock));
    if (canonicalJson(status) !== canonicalJson(object.status ?? {}))
      await client.updateStatus(resource, { ...object, status });
    return DONE;
  }
}
