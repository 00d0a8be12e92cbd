/** At most one process acts at a time. What the manager needs of an election; a lease implements it. */
export interface LeaderElection {
  /** Who this process is among the candidates. */
  readonly identity: string;
  /** Resolves when this process leads; rejects with the signal's reason when that aborts first. */
  acquire(signal: AbortSignal): Promise<void>;
  /**
   * Keeps leading. Resolves `Released` after the signal aborted and the lease was given back, so that
   * another may lead at once: abort it only when the work has stopped. Resolves `Lost` when leading could
   * not be kept: then nothing may be written any more, and the process ends.
   */
  hold(signal: AbortSignal): Promise<'Released' | 'Lost'>;
  isLeader(): boolean;
  /** Monotonic ms since the renewal that last succeeded was begun; Infinity when there was none. */
  sinceRenewalMs(): number;
  /** Why nothing may be written now, or undefined when it may: the write fence of clients. */
  fence(): string | undefined;
}
