import type { ObjectKey } from '../api/meta.ts';
import { ApiError, hasCode, TransportError } from '../runtime/apierror.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/reconcile.ts';
import { type Outcome, type ReflectorState, START, step } from './reflectorstate.ts';
import type { Source } from './source.ts';
import type { Entry } from './store.ts';

/** What a reflector keeps equal to the server. Its methods must not throw. */
export interface Sink<C> {
  replace(entries: readonly Entry<C>[]): void;
  upsert(entry: Entry<C>): void;
  remove(key: ObjectKey): void;
}

export interface ReflectorOptions<C> {
  source: Source<C>;
  sink: Sink<C>;
  clock: Clock;
  log: Logger;
  /** In [0, 1). */
  random: () => number;
}

/**
 * Above the minute at which API servers send bookmarks, so that a quiet watch survives; below 90 s, within
 * which a half-open connection must be noticed. Where nothing is written at all (or etcd sends no progress
 * notifications) there are no bookmarks, and a quiet watch is opened anew, from where it was.
 */
export const SILENCE_MS = 75_000;

/** The server ends each watch after 5 to 10 min: spread, or all watches of a process end together. */
const WATCH_SECONDS = 300;

/**
 * Keeps a sink equal to what a source has: lists, watches from there, lists again when the server no longer
 * knows that point. What follows what is decided in {@link step}; here it is carried out.
 */
export class Reflector<C> {
  readonly #options: ReflectorOptions<C>;
  #heardAt = Number.NEGATIVE_INFINITY;
  #troubleSince: number | undefined;

  constructor(options: ReflectorOptions<C>) {
    this.#options = options;
  }

  /** Milliseconds since the server last proved alive; Infinity before it ever did. */
  staleMs(): number {
    return this.#options.clock.monotonic() - this.#heardAt;
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let state: ReflectorState = START;
    while (!signal.aborted) {
      const { phase } = state;
      if (phase.name === 'BackingOff') {
        await this.#options.clock.sleep(phase.delayMs, signal).catch(() => undefined);
        state = { ...state, phase: phase.next };
        continue;
      }
      const outcome =
        phase.name === 'Listing'
          ? await this.#list(signal)
          : await this.#watch(phase.resourceVersion, signal);
      if (!signal.aborted) state = step(state, outcome, this.#options.random());
    }
  }

  async #list(signal: AbortSignal): Promise<Outcome> {
    const entries: Entry<C>[] = [];
    let resourceVersion = '';
    try {
      for await (const page of this.#options.source.list(signal)) {
        this.#heard();
        for (const entry of page.entries) entries.push(entry);
        resourceVersion = page.resourceVersion;
      }
    } catch (error) {
      this.#trouble(error, signal, 'list failed');
      return { kind: 'ListFailed', ...retryAfter(error) };
    }
    this.#options.sink.replace(entries);
    this.#recovered();
    return { kind: 'Listed', resourceVersion };
  }

  async #watch(from: string, signal: AbortSignal): Promise<Outcome> {
    const { source, sink, clock, random } = this.#options;
    const stop = new AbortController();
    const watchSignal = AbortSignal.any([signal, stop.signal]);
    let resourceVersion = from;
    let openedAt: number | undefined;
    const ended = (
      kind: 'Closed' | 'Broken' | 'Refused' | 'Expired' | 'ErrorEvent',
      error?: unknown,
    ): Outcome => ({
      kind,
      resourceVersion,
      livedMs: openedAt === undefined ? 0 : clock.monotonic() - openedAt,
      ...retryAfter(error),
    });
    try {
      const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + random()));
      const events = await source.watch(from, timeoutSeconds, watchSignal);
      this.#heard();
      this.#recovered();
      openedAt = clock.monotonic();
      void this.#guardSilence(stop);
      for await (const event of events) {
        this.#heard();
        if (event.type === 'Error') {
          if (event.error.code === 'Gone') return ended('Expired');
          this.#trouble(event.error, signal, 'watch carried an error');
          return ended('ErrorEvent', event.error);
        }
        if (event.type === 'Upsert') sink.upsert(event.entry);
        else if (event.type === 'Delete') sink.remove(event.key);
        if (event.resourceVersion !== '') resourceVersion = event.resourceVersion;
      }
      this.#heard();
      return ended('Closed');
    } catch (error) {
      if (hasCode(error, 'Gone')) return ended('Expired');
      // Often only a world where nothing happens. If the connection is dead, opening the next one tells.
      if (stop.signal.aborted) return ended('Closed');
      this.#trouble(error, signal, 'watch ended');
      return ended(error instanceof ApiError ? 'Refused' : 'Broken', error);
    } finally {
      stop.abort();
    }
  }

  /** A connection whose other end has vanished looks like a quiet one: only the missing bookmark tells. */
  async #guardSilence(stop: AbortController): Promise<void> {
    const { clock } = this.#options;
    while (!stop.signal.aborted) {
      const left = SILENCE_MS - this.staleMs();
      if (left <= 0) {
        this.#options.log.debug({ seconds: SILENCE_MS / 1000 }, 'nothing heard, watching anew');
        stop.abort(new TransportError('Silent', `nothing heard for ${SILENCE_MS / 1000} s`));
        return;
      }
      await clock.sleep(left, stop.signal).catch(() => undefined);
    }
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }

  /** The first trouble is news; that it goes on is detail, or an outage fills the log. */
  #trouble(error: unknown, signal: AbortSignal, message: string): void {
    if (signal.aborted) return;
    if (this.#troubleSince === undefined) {
      this.#troubleSince = this.#options.clock.monotonic();
      this.#options.log.warn({ err: error }, message);
    } else {
      this.#options.log.debug({ err: error }, message);
    }
  }

  #recovered(): void {
    if (this.#troubleSince === undefined) return;
    const seconds = Math.round((this.#options.clock.monotonic() - this.#troubleSince) / 1000);
    this.#troubleSince = undefined;
    this.#options.log.info({ seconds }, 'watching again');
  }
}

function retryAfter(error: unknown): { retryAfterMs?: number } {
  const seconds = error instanceof ApiError ? error.details.retryAfterSeconds : undefined;
  return seconds === undefined ? {} : { retryAfterMs: seconds * 1000 };
}
