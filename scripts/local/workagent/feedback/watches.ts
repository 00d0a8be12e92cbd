import { type KubeObject, keyString, type ObjectKey } from '../../../../src/api/meta.ts';
import type { Resource } from '../../../../src/api/resource.ts';
import { createInformerFactory } from '../../../../src/kube/informer.ts';
import type { Transport } from '../../../../src/kube/transport.ts';
import type { Informer } from '../../../../src/runtime/informer.ts';
import type { Logger } from '../../../../src/runtime/reconcile.ts';
import { type Manifest, type Target, targetId } from '../manifest.ts';

export interface FeedbackWatchesOptions {
  transport: Transport;
  log: Logger;
  /** Informers at once; works beyond that are polled. */
  limit: number;
  /** An object of a watched kind and namespace was added or changed. */
  onChange: (id: string) => void;
}

interface Watched {
  informer: Informer<Manifest>;
  users: Set<string>;
  stop: AbortController;
  stopped: Promise<void>;
}

/**
 * The informers behind `feedbackScrapeType: Watch`: one per kind and namespace, shared by all works that
 * ask for it, and closed when none is left.
 */
export class FeedbackWatches {
  readonly #options: FeedbackWatchesOptions;
  readonly #watched = new Map<string, Watched>();
  /** Beyond the limit; said once. */
  readonly #polled = new Set<string>();

  constructor(options: FeedbackWatchesOptions) {
    this.#options = options;
  }

  /** From now on the work wants exactly these targets watched. */
  want(work: string, targets: readonly Target[]): void {
    const wanted = new Map(targets.map((target) => [scopeOf(target), target]));
    for (const [scope, watched] of this.#watched) {
      if (wanted.has(scope) || !watched.users.delete(work) || watched.users.size > 0) continue;
      this.#watched.delete(scope);
      watched.stop.abort();
    }
    for (const [scope, target] of wanted) {
      const watched = this.#watched.get(scope) ?? this.#open(scope, target);
      watched?.users.add(work);
    }
  }

  /** The cached object; undefined when it is not watched, or not there: then only a read can tell. */
  get(target: Target): Manifest | undefined {
    const informer = this.#watched.get(scopeOf(target))?.informer;
    return informer?.hasSynced() ? informer.lister.get(target.key) : undefined;
  }

  async close(): Promise<void> {
    const all = [...this.#watched.values()];
    this.#watched.clear();
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ stopped }) => stopped));
  }

  #open(scope: string, { resource, key }: Target): Watched | undefined {
    const { transport, log, limit, onChange } = this.#options;
    if (this.#watched.size >= limit) {
      if (!this.#polled.has(scope)) log.warn({ scope, limit }, 'Too many feedback watches: polled instead');
      this.#polled.add(scope);
      return undefined;
    }
    this.#polled.delete(scope);
    const factory = createInformerFactory({ transport, log });
    const informer = factory.informer<KubeObject, Manifest>({
      resource: resource as Resource<KubeObject>,
      ...(key.namespace === '' ? {} : { namespace: key.namespace }),
    });
    // A deletion is left to the poll, as with OCM's agent.
    informer.onEvent(({ key: changed, new: object }) => {
      if (object) onChange(idOf(resource, changed));
    });
    const stop = new AbortController();
    const watched = { informer, users: new Set<string>(), stop, stopped: factory.start(stop.signal) };
    this.#watched.set(scope, watched);
    return watched;
  }
}

function idOf(resource: Resource<Manifest>, key: ObjectKey): string {
  return targetId({ resource, key });
}

function scopeOf({ resource, key }: Target): string {
  return keyString({
    namespace: key.namespace,
    name: `${resource.plural}.${resource.version}.${resource.group}`,
  });
}
