import type { ObjectKey } from '../api/meta.ts';

/**
 * The contract of a reconciler, after controller-runtime: key in, state out. It reads what is now from
 * caches, may run at any time and twice, and never learns which event woke it.
 */
export interface Reconciler {
  reconcile(key: ObjectKey, context: ReconcileContext): Promise<Result>;
}

export interface ReconcileContext {
  /** Aborted when the manager stops or the lease is lost. */
  signal: AbortSignal;
  log: Logger;
}

export interface Result {
  /** Come back after this time even if nothing changes; the back-off history of the key is forgotten. */
  requeueAfterMs?: number;
}

/** Nothing more to do until something changes. */
export const DONE: Result = {};

/** An error that retrying cannot cure: counted and logged, not retried. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** Constant message, variable parts as fields; errors under `err`. The subset of pino that is used. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}
