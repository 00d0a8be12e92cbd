import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Event, EventResource } from '../api/core.ts';
import type { KubeObject } from '../api/meta.ts';
import { hasCode, isNotFound, TransportError } from '../runtime/apierror.ts';
import type { Client } from '../runtime/client.ts';
import type { Clock } from '../runtime/clock.ts';
import { realClock } from '../runtime/realclock.ts';
import type { Logger } from '../runtime/reconcile.ts';
import type { EventDraft, Recorder } from '../runtime/recorder.ts';
import { EventFilter } from './eventfilter.ts';
import { microTime } from './leasedecision.ts';

export interface RecorderOptions {
  client: Client;
  log: Logger;
  /** Shown by `kubectl describe` in column From, such as `codeco-acm`. */
  controller: string;
  /** Left out: the host name. */
  instance?: string;
  clock?: Clock;
}

/** Events wait here while the API server is slow; beyond it the newest are dropped. */
const QUEUE_LIMIT = 1000;
const ATTEMPTS = 3;
const RETRY_MS = 1_000;

/** Limits of events.k8s.io/v1 validation. */
const MAX_NOTE_BYTES = 1024;
const MAX_NAME_LENGTH = 253;

interface Pending {
  event: Event;
  object: string;
  what: string;
}

/**
 * Writes events.k8s.io/v1 Events (`kubectl describe` and `kubectl get events` show them like core ones),
 * one after the other and beside the reconcilers: an event is a courtesy, and no decision waits for it.
 */
export class EventRecorder implements Recorder {
  readonly #options: RecorderOptions;
  readonly #clock: Clock;
  readonly #filter = new EventFilter();
  readonly #queue: Pending[] = [];
  #writing: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
  }

  event(regarding: KubeObject, draft: EventDraft): void {
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#dropped += 1;
      if (this.#dropped === 1)
        this.#options.log.warn({ limit: QUEUE_LIMIT }, 'event queue full, dropping events');
      return;
    }
    const { kind, metadata } = regarding;
    const object = `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid ?? ''}`;
    const what = `${draft.type}/${draft.reason}/${draft.dedupeKey ?? draft.message}`;
    this.#queue.push({ event: this.#eventOf(regarding, draft), object, what });
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything recorded so far was written or given up: for an orderly end, and for tests. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Not in the reconciler's turn, whatever the client does first.
    await Promise.resolve();
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await this.#write(next);
    if (this.#dropped > 0) this.#options.log.warn({ dropped: this.#dropped }, 'events were dropped');
    this.#dropped = 0;
    // In the same turn as the look at the empty queue: an event that comes later starts a new writer.
    this.#writing = undefined;
  }

  async #write(pending: Pending): Promise<void> {
    const { event, object, what } = pending;
    const name = event.metadata.name;
    const verdict = this.#filter.judge(object, what, name, this.#clock.monotonic());
    if (verdict.action === 'Drop') return;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (verdict.action === 'Create') await this.#options.client.create(EventResource, event);
        else await this.#count(event, verdict.name, verdict.count);
        return;
      } catch (error) {
        if (verdict.action === 'Count' && isNotFound(error)) {
          this.#filter.forget(object, what);
          return this.#write(pending);
        }
        if (attempt >= ATTEMPTS || !isWorthRetrying(error)) {
          this.#filter.forget(object, what);
          this.#options.log.debug({ err: error, reason: event.reason }, 'event not written');
          return;
        }
        await this.#clock.sleep(RETRY_MS * attempt);
      }
    }
  }

  async #count(event: Event, name: string, count: number): Promise<void> {
    const key = { namespace: event.metadata.namespace ?? '', name };
    const series = { count, lastObservedTime: event.eventTime };
    await this.#options.client.mergePatch(EventResource, key, { series });
  }

  #eventOf(regarding: KubeObject, draft: EventDraft): Event {
    const { metadata } = regarding;
    // The API wants events about cluster-scoped objects here.
    const namespace = metadata.namespace ?? 'default';
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name: eventName(metadata.name) },
      eventTime: microTime(this.#clock.now()),
      type: draft.type,
      reason: draft.reason,
      action: draft.action,
      note: bounded(draft.message),
      regarding: {
        apiVersion: regarding.apiVersion,
        kind: regarding.kind,
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
        ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      },
      reportingController: this.#options.controller,
      reportingInstance: (this.#options.instance ?? hostname()).slice(0, 128),
    };
  }
}

/** Refused for good: retrying an invalid or forbidden event, or one that a lost lease stopped, helps nobody. */
function isWorthRetrying(error: unknown): boolean {
  if (error instanceof TransportError) return error.code !== 'Fenced' && error.code !== 'Aborted';
  return hasCode(error, 'Throttled', 'Timeout', 'ServerError');
}

function eventName(object: string): string {
  const suffix = `.${randomBytes(8).toString('hex')}`;
  // Names of RBAC objects may hold colons, those of events may not.
  return object.replace(/[^a-z0-9.-]/g, '-').slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
}

function bounded(note: string): string {
  if (Buffer.byteLength(note) <= MAX_NOTE_BYTES) return note;
  const cut = Buffer.from(note)
    .subarray(0, MAX_NOTE_BYTES - 3)
    .toString('utf8');
  // A cut character becomes U+FFFD, which is longer than what it replaced.
  return `${cut.replace(/\uFFFD$/, '')}…`;
}
