import type { Clock } from '../../runtime/clock.ts';

/** Now as metav1.Time: whole seconds. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}
