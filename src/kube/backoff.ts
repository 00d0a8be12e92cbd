const BASE_MS = 500;

/** Longest wait between two tries at an API server that does not answer. */
export const MAX_BACKOFF_MS = 30_000;

/**
 * Decorrelated jitter: each wait is drawn between the base and three times the previous one. Clients that
 * lost the same server at the same moment do not come back at the same moment.
 *
 * @param previousMs the last wait, 0 after a success
 * @param random in [0, 1)
 */
export function nextBackoff(previousMs: number, random: number): number {
  const widest = Math.max(BASE_MS, previousMs) * 3;
  return Math.min(MAX_BACKOFF_MS, BASE_MS + random * (widest - BASE_MS));
}
