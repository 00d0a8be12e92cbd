/** What to do about the record of a work that may be missing on the hub. */
export type EvictionStep =
  | { action: 'Nothing' | 'Start' | 'Cancel' | 'Evict' }
  | { action: 'Wait'; ms: number };

/** A grace period from here on turns eviction off. */
export const EVICTION_OFF_MS = 100 * 365 * 24 * 3_600_000;

/**
 * A work that vanished without being deleted is evicted only after a grace period, so that a hub restored
 * from a backup, or a work made anew under its name, finds its objects still there.
 *
 * @param start RFC 3339, when the work was first missed
 * @param now ms since the epoch
 */
export function evictionOf(
  start: string | undefined,
  wanted: boolean,
  now: number,
  graceMs: number,
): EvictionStep {
  if (wanted) return { action: start === undefined ? 'Nothing' : 'Cancel' };
  if (graceMs >= EVICTION_OFF_MS) return { action: 'Nothing' };
  if (start === undefined) return { action: 'Start' };
  const ms = Date.parse(start) + graceMs - now;
  return ms > 0 ? { action: 'Wait', ms } : { action: 'Evict' };
}
