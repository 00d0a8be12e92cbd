import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { type Check, HealthServer } from './healthz.ts';
import type { Informer } from './informer.ts';
import type { LeaderElection } from './leaderelection.ts';
import type { Logger } from './reconcile.ts';

/** A cache is trusted while its server proved alive within this time; bookmarks come about every minute. */
const STALE_MS = 120_000;
/** From the signal to the end of the process, lease released: shorter than any grace period of a Pod. */
const STOP_MS = 4_500;

/** Anything that works until its signal aborts, then ends. Rejecting ends the process. */
export interface Runnable {
  run(signal: AbortSignal): Promise<void>;
}

/** What the manager needs of the caches; `src/kube` makes them. */
export interface Caches {
  start(signal: AbortSignal): Promise<void>;
  waitForSync(signal?: AbortSignal): Promise<void>;
  informers(): ReadonlyMap<string, Informer<unknown>>;
}

export interface ManagerParts {
  caches: Caches;
  /** Left out: this process acts alone, as in tests. */
  election?: LeaderElection;
  bindAddress: { host: string; port: number };
  registry: Registry;
  clock: Clock;
  log: Logger;
}

/** How the process should end. */
export type Ending = 'Stopped' | 'LeaseLost' | 'Failed';

/**
 * Starts and stops the parts of a controller process in order: health server, caches, election, work.
 * A standby keeps its caches warm and is ready; it only does not act. On the way down work ends first and
 * the lease is given back last, so that no two processes act at once.
 *
 * Losing the lease ends the process: the fence of its clients already refuses writes, and a clean start
 * is the only state that is known to be right.
 */
export class Manager {
  readonly #parts: ManagerParts;
  readonly #work: Runnable[] = [];
  readonly #always: Runnable[] = [];
  #port = 0;
  #synced = false;

  constructor(parts: ManagerParts) {
    this.#parts = parts;
  }

  /** Port of the health server, once `run` has started it. */
  get port(): number {
    return this.#port;
  }

  /** Runs only while this process leads. */
  addWork(runnable: Runnable): void {
    this.#work.push(runnable);
  }

  /** Runs from the first sync of the caches on, standby or not. */
  addAlways(runnable: Runnable): void {
    this.#always.push(runnable);
  }

  /** Resolves when all has ended, with the reason. Never rejects. */
  async run(signal: AbortSignal): Promise<Ending> {
    const { caches, log } = this.#parts;
    const server = this.#healthServer();
    const stopCaches = new AbortController();
    const failure = new AbortController();
    const stop = AbortSignal.any([signal, failure.signal]);
    const guard = (part: string, running: Promise<void>) =>
      running.catch((error: unknown) => {
        if (stop.aborted) return;
        log.error({ err: error, part }, 'Part of the process failed');
        failure.abort(error);
      });

    let ending: Ending = 'Stopped';
    try {
      this.#port = await server.listen();
      const cachesEnded = guard('caches', caches.start(stopCaches.signal));
      await caches.waitForSync(stop);
      this.#synced = true;
      log.info({ informers: caches.informers().size }, 'Caches are synced');
      const always = this.#always.map((part) => guard('runnable', part.run(stop)));
      const lead = await this.#lead(stop, guard);
      if (lead === 'LeaseLost') ending = 'LeaseLost';
      stopCaches.abort(new Error('the manager stops'));
      await this.#within(STOP_MS, Promise.all([cachesEnded, ...always]));
    } catch (error) {
      if (!stop.aborted) {
        log.error({ err: error }, 'Manager failed');
        ending = 'Failed';
      }
      stopCaches.abort(error);
    }
    if (failure.signal.aborted) ending = 'Failed';
    await server.close().catch((error: unknown) => log.warn({ err: error }, 'Health server did not close'));
    log.info({ ending }, 'Manager has ended');
    return ending;
  }

  async #lead(
    stop: AbortSignal,
    guard: (part: string, running: Promise<void>) => Promise<void>,
  ): Promise<'Stopped' | 'LeaseLost'> {
    const { election, log } = this.#parts;
    if (!election) {
      await Promise.all(this.#work.map((part) => guard('controller', part.run(stop))));
      return 'Stopped';
    }
    try {
      await election.acquire(stop);
    } catch (error) {
      if (stop.aborted) return 'Stopped';
      throw error;
    }
    log.info({ identity: election.identity }, 'This process leads');
    const release = new AbortController();
    const lost = new AbortController();
    const held = election.hold(release.signal).then((result) => {
      if (result === 'Lost') lost.abort(new Error('the lease is lost'));
      return result;
    });
    const working = AbortSignal.any([stop, lost.signal]);
    const work = Promise.all(this.#work.map((part) => guard('controller', part.run(working))));
    await this.#within(STOP_MS, work, working);
    // Work has ended, or was given its time: only now may another process act.
    release.abort(new Error('the manager stops'));
    return (await held) === 'Lost' ? 'LeaseLost' : 'Stopped';
  }

  /** Waits for `done`; once `from` has aborted (or at once without it) no longer than `ms`. */
  async #within(ms: number, done: Promise<unknown>, from?: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    const settled = new AbortController();
    const aborted = from
      ? new Promise<void>((resolve) => {
          if (from.aborted) resolve();
          else from.addEventListener('abort', () => resolve(), { once: true });
        })
      : Promise.resolve();
    const late = aborted
      .then(() => clock.sleep(ms, settled.signal))
      .then(
        () => log.warn({ ms }, 'Work did not end in time and is left behind'),
        () => undefined,
      );
    await Promise.race([done, late]);
    settled.abort();
  }

  #healthServer(): HealthServer {
    const { bindAddress, registry, caches } = this.#parts;
    const ready = new Map<string, Check>([
      ['caches', () => (this.#synced ? this.#staleCache(caches) : this.#unsynced(caches))],
    ]);
    const live = new Map<string, Check>([['ping', () => undefined]]);
    return new HealthServer({ ...bindAddress, registry, live, ready });
  }

  #unsynced(caches: Caches): string {
    const missing = [...caches.informers()]
      .filter(([, informer]) => !informer.hasSynced())
      .map(([name]) => name);
    return `first list not there yet for ${missing.join(', ') || 'all kinds'}`;
  }

  #staleCache(caches: Caches): string | undefined {
    for (const [name, informer] of caches.informers()) {
      const stale = informer.staleMs();
      if (stale > STALE_MS) return `nothing heard of ${name} for ${Math.round(stale / 1000)} s`;
    }
    return undefined;
  }
}
