import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import type { ListOptions } from '../runtime/client.ts';
import type { Clock } from '../runtime/clock.ts';
import type { CacheEvent, Informer, InformerFactory, InformerOptions, Lister } from '../runtime/informer.ts';
import { realClock } from '../runtime/realclock.ts';
import type { Logger } from '../runtime/reconcile.ts';
import { Reflector, type Sink } from './reflector.ts';
import { createApiSource, type Source } from './source.ts';
import { type Entry, type Indexers, Store } from './store.ts';
import type { Transport } from './transport.ts';

export interface InformerFactoryOptions {
  transport: Transport;
  log: Logger;
  clock?: Clock;
  random?: () => number;
}

/** The caches of one process: at most one list-and-watch per kind and selection. */
export interface StartableInformerFactory extends InformerFactory {
  /**
   * Starts every informer that was asked for, and those asked for later. Resolves when the signal has
   * aborted and all watches are closed.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Resolves when every informer asked for so far holds its first list; rejects with the signal's reason. */
  waitForSync(signal?: AbortSignal): Promise<void>;
  /** Every informer by a name for people (`ConfigMap.v1`), for readiness and metrics. */
  informers(): ReadonlyMap<string, Informer<unknown>>;
}

export function createInformerFactory(options: InformerFactoryOptions): StartableInformerFactory {
  const clock = options.clock ?? realClock;
  const random = options.random ?? Math.random;
  const shared = new Map<
    string,
    { informer: SharedInformer<unknown>; project: unknown; indexers: Indexers<never> }
  >();
  const running: Promise<void>[] = [];
  let started: AbortSignal | undefined;

  return {
    informer<T extends KubeObject, C = T>(wanted: InformerOptions<T, C>): Informer<C> {
      const { resource, project, indexers = {}, ...selection } = wanted;
      const name = nameOf(wanted);
      const known = shared.get(name);
      if (known) {
        if (known.project !== project || !sameIndexers(known.indexers, indexers)) {
          throw new TypeError(
            `two informers for ${name} with different projection or indexers: share the options`,
          );
        }
        return known.informer as unknown as SharedInformer<C>;
      }
      const log = options.log.child({ informer: name });
      const source = createApiSource<T, C>({
        ...selection,
        transport: options.transport,
        resource,
        project: guarded<T, C | undefined>(
          project ?? ((object) => object as unknown as C),
          undefined,
          log,
          'projection threw',
        ),
      });
      const informer = new SharedInformer<C>({ source, indexers, clock, random, log });
      shared.set(name, {
        informer: informer as unknown as SharedInformer<unknown>,
        project,
        indexers: indexers as Indexers<never>,
      });
      if (started) running.push(informer.run(started));
      return informer;
    },

    async start(signal) {
      if (started) throw new TypeError('informers are started once');
      started = signal;
      for (const { informer } of shared.values()) running.push(informer.run(signal));
      if (!signal.aborted) {
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      }
      await Promise.all(running);
    },

    async waitForSync(signal) {
      signal?.throwIfAborted();
      const synced = Promise.all([...shared.values()].map(({ informer }) => informer.synced));
      if (!signal) {
        await synced;
        return;
      }
      let onAbort = () => {};
      const aborted = new Promise<never>((_, reject) => {
        onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
      });
      await Promise.race([synced, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
    },

    informers: () => new Map([...shared].map(([name, { informer }]) => [name, informer])),
  };
}

interface SharedInformerOptions<C> {
  source: Source<C>;
  indexers: Indexers<C>;
  clock: Clock;
  random: () => number;
  log: Logger;
}

/** A store that a reflector fills, and the handlers that hear of it. */
class SharedInformer<C> implements Informer<C>, Sink<C> {
  readonly lister: Lister<C>;
  /** Resolves when the first list is in the store and the handlers have heard of it. */
  readonly synced: Promise<void>;
  readonly #store: Store<C>;
  readonly #reflector: Reflector<C>;
  readonly #log: Logger;
  readonly #handlers: ((event: CacheEvent<C>) => void)[] = [];
  #hasSynced = false;
  #markSynced: () => void = () => {};

  constructor(options: SharedInformerOptions<C>) {
    const { indexers, log, ...rest } = options;
    const safe = Object.entries(indexers).map(([name, indexer]) => [
      name,
      guarded(indexer, [] as string[], log, `indexer ${name} threw`),
    ]);
    this.#store = new Store<C>(Object.fromEntries(safe) as Indexers<C>);
    this.#log = log;
    this.lister = this.#store;
    this.#reflector = new Reflector<C>({ ...rest, log, sink: this });
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal);
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  staleMs(): number {
    return this.#reflector.staleMs();
  }

  /** A handler that comes late hears of what is already there as additions. */
  onEvent(handler: (event: CacheEvent<C>) => void): void {
    this.#handlers.push(handler);
    for (const { key, value } of this.#store.entries()) this.#tell(handler, { key, new: value });
  }

  replace(entries: readonly Entry<C>[]): void {
    for (const event of this.#store.replace(entries)) this.#tellAll(event);
    this.#hasSynced = true;
    this.#markSynced();
  }

  upsert(entry: Entry<C>): void {
    this.#tellAll(this.#store.upsert(entry));
  }

  remove(key: Entry<C>['key']): void {
    this.#tellAll(this.#store.remove(key));
  }

  #tellAll(event: CacheEvent<C> | undefined): void {
    if (event) for (const handler of this.#handlers) this.#tell(handler, event);
  }

  #tell(handler: (event: CacheEvent<C>) => void, event: CacheEvent<C>): void {
    try {
      handler(event);
    } catch (error) {
      // One faulty handler must neither end the watch nor keep the event from the others.
      this.#log.error({ err: error, key: event.key }, 'handler threw');
    }
  }
}

/** `fn`, with `fallback` in place of an exception: one object that it cannot read must not stop the kind. */
function guarded<A, R>(
  fn: (argument: A) => R,
  fallback: R,
  log: Logger,
  message: string,
): (argument: A) => R {
  return (argument) => {
    try {
      return fn(argument);
    } catch (error) {
      log.error({ err: error }, message);
      return fallback;
    }
  };
}

function nameOf(options: ListOptions & { resource: Resource }): string {
  const { resource, namespace, labelSelector, fieldSelector } = options;
  const selection = [
    namespace && `namespace ${namespace}`,
    labelSelector && `labels ${labelSelector}`,
    fieldSelector && `fields ${fieldSelector}`,
  ].filter((part) => part !== undefined);
  const kind = `${resource.kind}.${apiVersionOf(resource)}`;
  return selection.length === 0 ? kind : `${kind}[${selection.join(', ')}]`;
}

function sameIndexers(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
