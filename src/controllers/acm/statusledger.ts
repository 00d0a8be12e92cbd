import type { CodecoApp, CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { CacheEvent } from '../../runtime/informer.ts';
import { toCachedApp } from './caches.ts';
import type { CachedApp } from './view.ts';

/**
 * What ACM knows of its apps beyond the cache: its own last writes, which the cache lags behind, and statuses
 * that are decided and not written yet. A restart loses the latter, and decides them again.
 */
export class StatusLedger {
  readonly #written = new Map<string, CachedApp>();
  readonly #unwritten = new Map<string, CodecoAppStatus>();
  /** Versions that this process made, by uid. */
  readonly #versions = new Map<string, string>();

  /** The newest version of an app that this process knows: what the hub holds. */
  stored(cached: CachedApp): CachedApp {
    const uid = cached.metadata.uid ?? '';
    const written = this.#written.get(uid);
    if (written === undefined || isOlder(cached, written)) return written ?? cached;
    this.#written.delete(uid);
    return cached;
  }

  /** The same with the status that was decided on last, whether it is written already or not. */
  latest(cached: CachedApp): CachedApp {
    const app = this.stored(cached);
    const status = this.#unwritten.get(cached.metadata.uid ?? '');
    return status ? { ...app, status } : app;
  }

  /** The server's answer to a write of an app. */
  wrote(answer: CodecoApp): CachedApp {
    const { managedFields: _, ...metadata } = answer.metadata;
    const app = toCachedApp({ ...answer, metadata });
    this.#written.set(metadata.uid ?? '', app);
    this.note(answer);
    return app;
  }

  /** A status was decided on and is held back. */
  decided({ metadata }: CodecoApp, status: CodecoAppStatus): void {
    this.#unwritten.set(metadata.uid ?? '', status);
  }

  /** The status is what the hub holds. */
  settled({ metadata }: CodecoApp): void {
    this.#unwritten.delete(metadata.uid ?? '');
  }

  /** After a refused write only the cache is right; nothing is left of an app that is gone. */
  forget({ metadata }: CodecoApp): void {
    const { uid = '' } = metadata;
    this.#written.delete(uid);
    this.#unwritten.delete(uid);
    this.#versions.delete(uid);
  }

  /** Remembers an own write of an app or a plan, to know its echo. */
  note({ metadata }: Pick<KubeObject, 'metadata'>): void {
    this.#versions.set(metadata.uid ?? '', metadata.resourceVersion ?? '');
  }

  /** Whether a watch tells only what this process wrote: it has acted on it when it wrote. */
  isEcho({ old, new: now }: CacheEvent<Pick<KubeObject, 'metadata'>>): boolean {
    const { uid = '', resourceVersion } = (now ?? old)?.metadata ?? {};
    const own = this.#versions.get(uid);
    if (own === undefined) return false;
    if (now === undefined || own === resourceVersion) this.#versions.delete(uid);
    return now !== undefined && own === resourceVersion;
  }
}

/** Resource versions of one kind grow and compare as integers (KEP-5504). */
function isOlder(app: CodecoApp, than: CodecoApp): boolean {
  return BigInt(app.metadata.resourceVersion ?? '0') < BigInt(than.metadata.resourceVersion ?? '0');
}
