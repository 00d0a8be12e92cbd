import { moveBundles } from './bundles.ts';
import { moveByEjection } from './ejections.ts';
import { moveEntangled, swapEntangled } from './entangled.ts';
import { offer } from './incumbent.ts';
import type { State } from './state.ts';
import { fitsAt, isOverloaded, move, startWalk } from './table.ts';

/** Moves that gain less are noise of the table. */
const TOLERANCE = 1e-9;
/** Rounds of moves; improvement stops earlier in all but degenerate cases. */
const MOST_ROUNDS = 60;

/**
 * Shifts of one variable, of both ends of a pair to one label, swaps and short chains, each the best of its
 * kind, until none helps. Works on `walk` and on one table of the cost of every variable on every label, all
 * others as they are: a shift is judged in constant time, and a move costs one row for each neighbour. A
 * variable on an overloaded location may leave it at any cost below that of a broken rule. Offers what it
 * ends with.
 */
export function localSearch(state: State): boolean {
  startWalk(state);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const moved =
      shiftAll(state) ||
      movePairs(state) ||
      swapAll(state) ||
      moveBundles(state) ||
      (state.factors > 0 && (moveEntangled(state) || swapEntangled(state))) ||
      moveByEjection(state);
    if (!moved) break;
  }
  return offer(state, state.walk);
}

function shiftAll(state: State): boolean {
  const { n, m, G, walk, big, alive, aliveCount } = state;
  let moved = false;
  for (let i = 0; i < n; i += 1) {
    const first = i * m;
    const now = G[first + walk[i]!]!;
    const limit = isOverloaded(state, walk[i]!) ? now + big / 2 : now - TOLERANCE;
    let best = limit;
    let to = -1;
    for (let t = 0; t < aliveCount[i]!; t += 1) {
      const k = alive[first + t]!;
      if (G[first + k]! < best && k !== walk[i] && fitsAt(state, i, k, -1)) {
        best = G[first + k]!;
        to = k;
      }
    }
    if (to < 0) continue;
    move(state, i, to);
    moved = true;
  }
  state.work += n * m;
  return moved;
}

function movePairs(state: State): boolean {
  const { n, m, R, G, Q, walk, walkUse, demand, room, pairs, pairA, pairB, freeA, freeB, freeDiag } = state;
  const { unary, alive, aliveCount } = state;
  let moved = false;
  for (let p = 0; p < pairs; p += 1) {
    const a = pairA[p]!;
    const b = pairB[p]!;
    if (!state.drawn[p] || state.entangled[a * n + b]) continue;
    const ka = walk[a]!;
    const kb = walk[b]!;
    const between = ka === kb ? freeDiag[p * m + ka]! : Q[freeA[p]! + ka * m + kb]!;
    const now = G[a * m + ka]! + G[b * m + kb]! - between;
    let best = now - TOLERANCE;
    let to = -1;
    for (let t = 0; t < aliveCount[a]!; t += 1) {
      const k = alive[a * m + t]!;
      if (k === ka || k === kb || unary[b * m + k] === Number.POSITIVE_INFINITY) continue;
      const cost =
        G[a * m + k]! -
        Q[freeB[p]! + kb * m + k]! +
        G[b * m + k]! -
        Q[freeA[p]! + ka * m + k]! +
        freeDiag[p * m + k]!;
      if (!(cost < best)) continue;
      let fits = true;
      for (let r = 0; r < R; r += 1) {
        const amount = demand[a * R + r]! + demand[b * R + r]!;
        if (amount > 0 && walkUse[k * R + r]! + amount > room[k * R + r]!) fits = false;
      }
      if (!fits) continue;
      best = cost;
      to = k;
    }
    if (to < 0) continue;
    move(state, a, to);
    move(state, b, to);
    moved = true;
  }
  state.work += pairs * m;
  return moved;
}

function swapAll(state: State): boolean {
  const { n, m, G, Q, walk, pairOf, entangled, freeA, freeB, freeDiag, pairA } = state;
  let moved = false;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const k = walk[i]!;
      const l = walk[j]!;
      if (k === l || entangled[i * n + j]) continue;
      let gain = G[i * m + l]! + G[j * m + k]! - G[i * m + k]! - G[j * m + l]!;
      // One of them may not be there: the matrices hold nothing for it.
      if (gain === Number.POSITIVE_INFINITY) continue;
      const p = pairOf[i * n + j]!;
      if (p >= 0) {
        // Rows of i: of side a where i is the lower end.
        const rows = pairA[p] === i ? freeA[p]! : freeB[p]!;
        gain += Q[rows + k * m + l]! + Q[rows + l * m + k]! - freeDiag[p * m + k]! - freeDiag[p * m + l]!;
      }
      if (gain > -TOLERANCE || !fitsAt(state, i, l, j) || !fitsAt(state, j, k, i)) continue;
      move(state, i, l);
      move(state, j, k);
      moved = true;
    }
  }
  state.work += n * n * 3;
  return moved;
}
