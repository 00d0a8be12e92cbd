import { jointDelta } from './entangled.ts';
import type { State } from './state.ts';
import { fitsAt, move } from './table.ts';

/** Moves that gain less are noise of the table. */
const TOLERANCE = 1e-9;

/**
 * Puts a variable where it would cost less but finds no room, and one that is there elsewhere (ejection chains
 * of length two: Yagiura, Ibaraki and Glover 2006). For each variable the best such move.
 * O(variables x labels that would be cheaper x what is there x labels) at most.
 */
export function moveByEjection(state: State): boolean {
  const { n, m, G, walk, alive, aliveCount } = state;
  let moved = false;
  for (let i = 0; i < n; i += 1) {
    const a = walk[i]!;
    const now = G[i * m + a]!;
    let best = -TOLERANCE;
    let to = -1;
    let out = -1;
    let away = -1;
    for (let t = 0; t < aliveCount[i]!; t += 1) {
      const k = alive[i * m + t]!;
      const gain = G[i * m + k]! - now;
      if (k === a || gain >= best || fitsAt(state, i, k, -1)) continue;
      for (let j = 0; j < n; j += 1) {
        if (walk[j] !== k || j === i || !fitsAt(state, i, k, j)) continue;
        state.work += aliveCount[j]!;
        for (let u = 0; u < aliveCount[j]!; u += 1) {
          const l = alive[j * m + u]!;
          // Without what lies between the two, which is looked at only where the sum of both moves pays.
          if (l === k || gain + G[j * m + l]! - G[j * m + k]! >= best) continue;
          if (l === a ? !fitsAt(state, j, l, i) : !fitsAt(state, j, l, -1)) continue;
          const delta = jointDelta(state, i, k, j, l);
          if (!(delta < best)) continue;
          best = delta;
          to = k;
          out = j;
          away = l;
        }
      }
    }
    state.work += aliveCount[i]!;
    if (to < 0) continue;
    move(state, out, away);
    move(state, i, to);
    moved = true;
  }
  return moved;
}
