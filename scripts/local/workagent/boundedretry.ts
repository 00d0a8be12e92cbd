import { keyString, type ObjectKey } from '../../../src/api/meta.ts';
import { isConflict } from '../../../src/runtime/apierror.ts';
import type { ReconcileContext, Reconciler, Result } from '../../../src/runtime/reconcile.ts';

const FIRST_MS = 100;

/**
 * Tries a failed key again within a bounded time. The back-off of controllers grows to a quarter of an
 * hour; a server that was away for minutes should find its works looked after seconds after its return.
 */
export class BoundedRetry implements Reconciler {
  readonly #inner: Reconciler;
  readonly #longestMs: number;
  readonly #failures = new Map<string, number>();

  constructor(inner: Reconciler, longestMs: number) {
    this.#inner = inner;
    this.#longestMs = longestMs;
  }

  async reconcile(key: ObjectKey, context: ReconcileContext): Promise<Result> {
    const id = keyString(key);
    try {
      const result = await this.#inner.reconcile(key, context);
      this.#failures.delete(id);
      return result;
    } catch (error) {
      // A cache that lags: the worker loop tries again within milliseconds, and says nothing.
      if (context.signal.aborted || isConflict(error)) throw error;
      const failures = this.#failures.get(id) ?? 0;
      this.#failures.set(id, failures + 1);
      context.log.warn({ err: error, failures: failures + 1 }, 'Reconcile failed');
      return { requeueAfterMs: Math.min(FIRST_MS * 2 ** failures, this.#longestMs) };
    }
  }
}
