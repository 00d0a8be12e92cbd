import type { ApplyOutcome } from './strategy.ts';

/**
 * Applies and owns nothing, so there is nothing that could fail: Applied is true, and whether the object is
 * there and may be read is told by Available.
 */
export function readOnly(): Promise<ApplyOutcome> {
  return Promise.resolve({ live: undefined });
}
