import type { Progress } from '../engine/port.ts';
import { figure } from '../engine/reasons/words.ts';

/** Silence before the first line, and between two, in ms. */
const QUIET_MS = 2_000;
const EVERY_MS = 1_000;

/** Tells on standard error how a long solve goes: nothing in the first two seconds, then a line a second. */
export function progressOn(err: (text: string) => void, clock: () => number): (progress: Progress) => void {
  const start = clock();
  let next = start + QUIET_MS;
  return ({ work, best, bound }) => {
    const now = clock();
    if (now < next) return;
    next = now + EVERY_MS;
    const gap =
      best !== undefined && bound !== undefined && bound > 0
        ? `, at most ${((best / bound - 1) * 100).toFixed(1)} % above the optimum`
        : '';
    const parts = [
      ...(best === undefined ? [] : [`best ${figure(best)}`]),
      ...(bound === undefined ? [] : [`bound ${figure(bound)}`]),
      `${figure(work)} units of work`,
    ];
    err(`${((now - start) / 1000).toFixed(0)} s: ${parts.join(', ')}${gap}`);
  };
}
