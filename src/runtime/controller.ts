import { keyString, type ObjectKey, parseKey } from '../api/meta.ts';
import { hasCode, isConflict, TransportError } from './apierror.ts';
import type { Clock } from './clock.ts';
import type { ControllerMetrics, ReconcileOutcome } from './controllermetrics.ts';
import { ExponentialRateLimiter } from './ratelimiter.ts';
import { type Logger, type Reconciler, TerminalError } from './reconcile.ts';
import { WorkQueue } from './workqueue.ts';

export interface ControllerOptions {
  /** Lower case, unique in the process: label of logs and metrics. */
  name: string;
  reconciler: Reconciler;
  workers: number;
  clock: Clock;
  log: Logger;
  metrics?: ControllerMetrics;
}

/**
 * The worker loop, after controller-runtime: the one place where results, errors, back-off, logs and
 * metrics meet. Reconcilers only return or throw.
 */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  #reconciles = 0;

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#queue = new WorkQueue({
      clock: options.clock,
      limiter: new ExponentialRateLimiter(),
      ...(options.metrics ? { observer: options.metrics } : {}),
    });
    options.metrics?.started(options.workers, this.#queue);
  }

  enqueue(key: ObjectKey): void {
    this.#queue.add(keyString(key));
  }

  enqueueAfter(key: ObjectKey, ms: number): void {
    this.#queue.addAfter(keyString(key), ms);
  }

  /** Works until the signal aborts, then until the work in progress has ended. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const close = () => this.#queue.close();
    if (signal.aborted) close();
    signal.addEventListener('abort', close, { once: true });
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#work(signal)));
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      await this.#reconcile(key, signal);
      this.#queue.done(key);
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const { clock, metrics, reconciler } = this.#options;
    this.#reconciles += 1;
    const object = parseKey(key);
    const log = this.#options.log.child({
      controller: this.name,
      reconcileID: this.#reconciles,
      ...(object.namespace === '' ? {} : { namespace: object.namespace }),
      name: object.name,
    });
    const started = clock.monotonic();
    metrics?.active(1);
    let outcome: ReconcileOutcome | undefined;
    try {
      const result = await reconciler.reconcile(object, { signal, log });
      this.#queue.forget(key);
      if (result.requeueAfterMs !== undefined) this.#queue.addAfter(key, result.requeueAfterMs);
      outcome = result.requeueAfterMs === undefined ? 'success' : 'requeue_after';
    } catch (error) {
      outcome = this.#failed(key, error, signal, log);
    }
    metrics?.active(-1);
    if (outcome) metrics?.reconciled(outcome, (clock.monotonic() - started) / 1000);
  }

  /** What a failure counts as; undefined for one that says nothing about the object. */
  #failed(key: string, error: unknown, signal: AbortSignal, log: Logger): ReconcileOutcome | undefined {
    // What is too large stays so: sending it again is only traffic. The reconciler has told the user.
    if (error instanceof TerminalError || hasCode(error, 'TooLarge')) {
      log.error({ err: error }, 'Reconcile failed and is not tried again');
      this.#queue.forget(key);
      return 'terminal';
    }
    if (signal.aborted || (error instanceof TransportError && error.code === 'Fenced')) {
      // The process ends, or another one leads: whoever leads next starts from what is on the server.
      // Should this one go on leading all the same, the key must not be lost.
      log.debug({ err: error }, 'Reconcile given up');
      this.#queue.addRateLimited(key);
      return undefined;
    }
    // A cache that lags behind the own last write is ordinary; the next try sees the newer object.
    if (isConflict(error)) log.debug({ err: error }, 'Object changed meanwhile');
    else log.error({ err: error, retries: this.#queue.retries(key) }, 'Reconcile failed');
    this.#queue.addRateLimited(key);
    return 'error';
  }
}
