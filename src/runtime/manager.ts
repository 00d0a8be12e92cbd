import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { type Check, HealthServer } from './healthz.ts';
import type { Informer } from './informer.ts';
import type { LeaderElection } from './leaderelection.ts';
import type { Logger } from './reconcile.ts';

/** A cache is trusted while its server proved alive within this time; bookmarks come about every minute. */
const STALE_MS = 120_000;
/** From the signal to the end of the process, lease released: shorter than any grace period of a Pod. */
const STOP_MS = 4_000;
/** The part of it that reconciles in progress get. */
const WORK_STOP_MS = 2_000;
/** The part that what follows work gets; the rest is for giving the lease back. */
const FINISH_MS = 1_000;
/** A process that waits says for what. */
const PROGRESS_MS = 5_000;

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
  readonly #finishes: (() => Promise<void>)[] = [];
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

  /**
   * Called when work has ended, before the lease is given back: for writes that only a leader may make, and
   * for threads. All together have a second.
   */
  addFinish(finish: () => Promise<void>): void {
    this.#finishes.push(finish);
  }

  /** Resolves when all has ended, with the reason, at most 4 s after the signal. Never rejects. */
  async run(signal: AbortSignal): Promise<Ending> {
    const { caches, log } = this.#parts;
    const server = this.#healthServer();
    const down = new AbortController();
    const stopCaches = new AbortController();
    let ending: Ending = 'Stopped';
    const life: Life = {
      stop: AbortSignal.any([signal, down.signal]),
      end(why) {
        // What fails on the way down is a consequence, not the reason.
        if (life.stop.aborted) return;
        ending = why;
        down.abort(new Error(`the manager stops: ${why}`));
      },
      guard: (part, running) =>
        running.catch((error: unknown) => {
          if (life.stop.aborted) return;
          log.error({ err: error, part }, 'Part of the process failed');
          life.end('Failed');
        }),
    };
    const finished = new AbortController();
    const deadline = this.#after(STOP_MS, life.stop, finished.signal);

    try {
      this.#port = await server.listen();
      const cachesEnded = life.guard('caches', caches.start(stopCaches.signal));
      void this.#reportProgress(life.stop);
      await caches.waitForSync(life.stop);
      this.#synced = true;
      log.info({ informers: caches.informers().size }, 'Caches are synced');
      const always = this.#always.map((part) => life.guard('runnable', part.run(life.stop)));
      await this.#lead(life, deadline);
      stopCaches.abort(new Error('the manager stops'));
      await Promise.race([Promise.all([cachesEnded, ...always]), deadline]);
    } catch (error) {
      if (!life.stop.aborted) log.error({ err: error }, 'Manager failed');
      life.end('Failed');
      stopCaches.abort(error);
    }
    finished.abort();
    await server.close();
    log.info({ ending }, 'Manager has ended');
    return ending;
  }

  /** Leads once it may, works until everything stops, and gives the lease back. */
  async #lead(life: Life, deadline: Promise<void>): Promise<void> {
    const { election, log } = this.#parts;
    if (election) {
      try {
        await election.acquire(life.stop);
      } catch (error) {
        if (life.stop.aborted) return this.#finish(deadline);
        throw error;
      }
      log.info({ identity: election.identity }, 'This process leads');
    }
    const release = new AbortController();
    const held = life.guard('election', this.#hold(life, release.signal));
    const work = Promise.all(this.#work.map((part) => life.guard('controller', part.run(life.stop))));
    const ended = new AbortController();
    const given = this.#after(WORK_STOP_MS, life.stop, ended.signal).then(() => {
      if (!ended.signal.aborted)
        log.warn({ ms: WORK_STOP_MS }, 'Work did not end in time and is left behind');
    });
    await aborted(life.stop);
    await Promise.race([work, given]);
    ended.abort();
    await this.#finish(deadline);
    // Work has ended, or was given its time: only now may another process act.
    release.abort(new Error('the manager stops'));
    await Promise.race([held, deadline]);
  }

  /** Whatever hangs or fails here costs its time, and never the lease. */
  async #finish(deadline: Promise<void>): Promise<void> {
    const { clock, log } = this.#parts;
    const finished = new AbortController();
    const all = Promise.all(
      this.#finishes.map((finish) =>
        finish().catch((error: unknown) => log.warn({ err: error }, 'Could not finish in order')),
      ),
    );
    const given = clock.sleep(FINISH_MS, finished.signal).then(
      () => log.warn({ ms: FINISH_MS }, 'What follows work did not end in time and is left behind'),
      () => undefined,
    );
    await Promise.race([all, given, deadline]);
    finished.abort();
  }

  async #hold(life: Life, release: AbortSignal): Promise<void> {
    if ((await this.#parts.election?.hold(release)) === 'Lost') life.end('LeaseLost');
  }

  /** Resolves `ms` after `from` has aborted, or when `cancel` aborts after that. */
  async #after(ms: number, from: AbortSignal, cancel: AbortSignal): Promise<void> {
    await aborted(from);
    await this.#parts.clock.sleep(ms, cancel).catch(() => undefined);
  }

  async #reportProgress(stop: AbortSignal): Promise<void> {
    const { caches, clock, log } = this.#parts;
    for (;;) {
      await clock.sleep(PROGRESS_MS, stop).catch(() => undefined);
      if (this.#synced || stop.aborted) return;
      log.info({ waitingFor: unsynced(caches) }, 'Waiting for caches');
    }
  }

  #healthServer(): HealthServer {
    const { bindAddress, registry, caches } = this.#parts;
    const ready = new Map<string, Check>([
      [
        'caches',
        () =>
          this.#synced ? staleCache(caches) : `first list not there yet for ${unsynced(caches).join(', ')}`,
      ],
    ]);
    const live = new Map<string, Check>([['ping', () => undefined]]);
    return new HealthServer({ ...bindAddress, registry, live, ready });
  }
}

/** What the parts of one run share. */
interface Life {
  /** Aborted when the process is to end, for whatever reason. */
  readonly stop: AbortSignal;
  /** Ends the process; the first reason counts. */
  end(why: Ending): void;
  /** Resolves also when `running` rejects: that ends the process, and is said in the log. */
  guard(part: string, running: Promise<void>): Promise<void>;
}

function unsynced(caches: Caches): string[] {
  return [...caches.informers()].filter(([, informer]) => !informer.hasSynced()).map(([name]) => name);
}

function staleCache(caches: Caches): string | undefined {
  for (const [name, informer] of caches.informers()) {
    const stale = informer.staleMs();
    if (stale > STALE_MS) return `nothing heard of ${name} for ${Math.round(stale / 1000)} s`;
  }
  return undefined;
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
