import type { State } from './state.ts';
import { move } from './table.ts';

/** Moves that gain less are noise of the table. */
const TOLERANCE = 1e-9;

/**
 * Moves everything on one location to another where it fits: services that are drawn together leave a place
 * only together. O(used locations x locations x their services and pairs).
 */
export function moveBundles(state: State): boolean {
  const { n, m, R, G, Q, walk, walkUse, room, pairs, pairA, pairB, freeA, freeDiag, factors, entangled } =
    state;
  let moved = false;
  for (let from = 0; from < m; from += 1) {
    const members: number[] = [];
    for (let i = 0; i < n; i += 1) if (walk[i] === from) members.push(i);
    if (members.length < 2) continue;
    // The table does not add up over variables that share a nearest factor.
    if (factors > 0 && members.some((i) => members.some((j) => i !== j && entangled[i * n + j]))) continue;
    const inside: number[] = [];
    for (let p = 0; p < pairs; p += 1)
      if (walk[pairA[p]!] === from && walk[pairB[p]!] === from) inside.push(p);
    let best = -TOLERANCE;
    let to = -1;
    for (let k = 0; k < m; k += 1) {
      if (k === from) continue;
      let fits = true;
      for (let r = 0; r < R; r += 1) {
        const amount = walkUse[from * R + r]!;
        if (amount > 0 && walkUse[k * R + r]! + amount > room[k * R + r]!) fits = false;
      }
      if (!fits) continue;
      let delta = 0;
      for (const i of members) delta += G[i * m + k]! - G[i * m + from]!;
      // One of them may not be there: the matrices hold nothing for it.
      if (delta === Number.POSITIVE_INFINITY) continue;
      for (const p of inside) {
        const rows = freeA[p]!;
        delta +=
          freeDiag[p * m + k]! + freeDiag[p * m + from]! - Q[rows + k * m + from]! - Q[rows + from * m + k]!;
      }
      if (delta >= best) continue;
      best = delta;
      to = k;
    }
    state.work += m * (members.length + inside.length + R);
    if (to < 0) continue;
    for (const i of members) move(state, i, to);
    moved = true;
  }
  return moved;
}
