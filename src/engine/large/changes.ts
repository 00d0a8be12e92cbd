import type { Gqap } from '../gqap/gqap.ts';
import { refreshLabel } from './labels.ts';
import type { LargeState } from './state.ts';

/**
 * Takes over what differs between a problem and the one before it: unary costs and room. Messages and prices
 * stay as they are; any are valid. O(variables x locations) to compare.
 */
export function takeChanges(state: LargeState, gqap: Gqap): void {
  const { gqap: before, n, m, R, room, unary, matrices } = state;
  const { f32 } = matrices.arena;
  if (gqap.variables !== n || gqap.locations !== before.locations || gqap.network !== before.network)
    throw new RangeError('only unary costs, room and constant may differ');
  state.gqap = gqap;
  for (let k = 0; k < gqap.locations; k += 1) {
    const p = matrices.position[k]!;
    let changed = false;
    for (let i = 0; i < n; i += 1) {
      if (gqap.unary[i * gqap.locations + k] === before.unary[i * gqap.locations + k]) continue;
      f32[unary + i * m + p] = state.unaryOf(i, k);
      changed = true;
    }
    for (let r = 0; r < R; r += 1) room[p * R + r] = Math.max(0, gqap.room[k * R + r]!);
    if (changed) refreshLabel(state, p);
  }
}
