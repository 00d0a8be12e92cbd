import { nearestMember } from './nearestmember.ts';
import type { State } from './state.ts';
import { fitsAt, move } from './table.ts';

/** Moves that gain less are noise of the table. */
const TOLERANCE = 1e-9;

/**
 * What it costs to put i on k and j on l at once, by the table and what it does not know: that the pair and
 * the nearest factors between the two change together.
 */
export function jointDelta(state: State, i: number, k: number, j: number, l: number): number {
  const { n, m, G, Q, walk, pairOf, pairA, freeA, freeB, freeDiag, entangled } = state;
  const a = walk[i]!;
  const b = walk[j]!;
  let delta = G[i * m + k]! - G[i * m + a]! + G[j * m + l]! - G[j * m + b]!;
  const p = pairOf[i * n + j]!;
  if (p >= 0) {
    const rows = pairA[p] === i ? freeA[p]! : freeB[p]!;
    const between = (x: number, y: number) => (x === y ? freeDiag[p * m + x]! : Q[rows + x * m + y]!);
    delta += between(k, l) - between(k, b) - between(a, l) + between(a, b);
  }
  if (!entangled[i * n + j]) return delta;
  const { variableSlots, variableSlotStart, slotFactor } = state;
  for (let v = variableSlotStart[i]!; v < variableSlotStart[i + 1]!; v += 1) {
    const f = slotFactor[variableSlots[v]!]!;
    if (!isMember(state, f, j)) continue;
    delta += factorCost(state, f, i, k, j, l) + factorCost(state, f, i, a, j, b);
    delta -= factorCost(state, f, i, k, j, b) + factorCost(state, f, i, a, j, l);
  }
  return delta;
}

function isMember({ factorStart, slotVariable }: State, f: number, j: number): boolean {
  for (let e = factorStart[f]!; e < factorStart[f + 1]!; e += 1) if (slotVariable[e] === j) return true;
  return false;
}

/** Cost of a nearest factor with i on k and j on l, all others as they are. */
function factorCost(state: State, f: number, i: number, k: number, j: number, l: number): number {
  const { m, Q, walk, factorCaller, factorRows } = state;
  const a = walk[i]!;
  const b = walk[j]!;
  walk[i] = k;
  walk[j] = l;
  const caller = factorCaller[f]!;
  const from = caller < 0 ? state.factorGiven[f]! : walk[caller]!;
  const row = factorRows[f]! + (caller < 0 ? 0 : from * m);
  const cost = Q[row + nearestMember(state, f, from, walk, -1)]!;
  walk[i] = a;
  walk[j] = b;
  return cost;
}

/** Moves a caller and one of several callees to one label. */
export function moveEntangled(state: State): boolean {
  const {
    m,
    R,
    G,
    Q,
    walk,
    walkUse,
    demand,
    room,
    factors,
    factorCaller,
    factorStart,
    factorRows,
    slotVariable,
  } = state;
  let moved = false;
  for (let f = 0; f < factors; f += 1) {
    const i = factorCaller[f]!;
    if (i < 0) continue;
    for (let e = factorStart[f]! + 1; e < factorStart[f + 1]!; e += 1) {
      const j = slotVariable[e]!;
      const a = walk[i]!;
      const b = walk[j]!;
      const now = G[i * m + a]! + G[j * m + b]!;
      let best = -TOLERANCE;
      let to = -1;
      for (let k = 0; k < m; k += 1) {
        if (k === a || k === b) continue;
        // Together they save no more than what they pay each other when one has moved.
        const apart = Q[factorRows[f]! + k * m + b]! + Q[factorRows[f]! + a * m + k]!;
        if (!(G[i * m + k]! + G[j * m + k]! - now - apart < best)) continue;
        let fits = true;
        for (let r = 0; r < R; r += 1) {
          const amount = demand[i * R + r]! + demand[j * R + r]!;
          if (amount > 0 && walkUse[k * R + r]! + amount > room[k * R + r]!) fits = false;
        }
        if (!fits) continue;
        const delta = jointDelta(state, i, k, j, k);
        if (delta >= best) continue;
        best = delta;
        to = k;
      }
      state.work += 4 * m;
      if (to < 0) continue;
      move(state, i, to);
      move(state, j, to);
      moved = true;
    }
  }
  return moved;
}

/** Swaps two variables that share a nearest factor. */
export function swapEntangled(state: State): boolean {
  const { n, walk, entangled } = state;
  let moved = false;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const k = walk[i]!;
      const l = walk[j]!;
      if (!entangled[i * n + j] || k === l || !fitsAt(state, i, l, j) || !fitsAt(state, j, k, i)) continue;
      const delta = jointDelta(state, i, l, j, k);
      state.work += 50;
      if (!(delta < -TOLERANCE)) continue;
      move(state, i, l);
      move(state, j, k);
      moved = true;
    }
  }
  return moved;
}
