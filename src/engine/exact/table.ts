import { nearer, nearestMember } from './nearestmember.ts';
import type { State } from './state.ts';

/** Fills the table and the use from `walk`; entries of labels that a variable may not use are Infinity. */
export function startWalk(state: State): void {
  const { n, R, walk, walkUse, demand } = state;
  walkUse.fill(0);
  for (let i = 0; i < n; i += 1) {
    for (let r = 0; r < R; r += 1) {
      const at = walk[i]! * R + r;
      walkUse[at] = walkUse[at]! + demand[i * R + r]!;
    }
    fillRow(state, i);
  }
}

function fillRow(state: State, i: number): void {
  const { m, G, unary, Q, walk, may, mayCount, freeA, freeB, freeDiag } = state;
  const { adjStart, adjPair, adjSide, adjOther } = state;
  const first = i * m;
  const count = mayCount[i]!;
  G.set(unary.subarray(first, first + m), first);
  for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
    const p = adjPair[e]!;
    const other = walk[adjOther[e]!]!;
    const row = (adjSide[e] === 0 ? freeB[p]! : freeA[p]!) + other * m;
    const here = G[first + other]!;
    for (let t = 0; t < count; t += 1) {
      const k = may[first + t]!;
      G[first + k] = G[first + k]! + Q[row + k]!;
    }
    if (here !== Number.POSITIVE_INFINITY) G[first + other] = here + freeDiag[p * m + other]!;
  }
  for (let v = state.variableSlotStart[i]!; v < state.variableSlotStart[i + 1]!; v += 1)
    addNearest(state, i, state.slotFactor[state.variableSlots[v]!]!, G, first, 1);
  state.work += count * (1 + adjStart[i + 1]! - adjStart[i]!);
}

/** Adds `sign` times the cost of a nearest factor by label of its member i to a row. */
export function addNearest(
  state: State,
  i: number,
  f: number,
  row: Float64Array,
  first: number,
  sign: number,
): void {
  const { m, Q, walk, hard, location, factorRows, factorGiven, may, mayCount } = state;
  const caller = state.factorCaller[f]!;
  const rows = factorRows[f]!;
  const count = mayCount[i]!;
  if (caller === i) {
    for (let t = 0; t < count; t += 1) {
      const k = may[i * m + t]!;
      const cost = Q[rows + k * m + nearestMember(state, f, k, walk, -1)]!;
      row[first + k] = row[first + k]! + sign * cost;
    }
  } else {
    const k = caller < 0 ? factorGiven[f]! : walk[caller]!;
    const costs = rows + (caller < 0 ? 0 : k * m);
    const known = nearestMember(state, f, k, walk, i);
    for (let t = 0; t < count; t += 1) {
      const l = may[i * m + t]!;
      row[first + l] = row[first + l]! + sign * Q[costs + nearer(hard, location, m, k, l, known)]!;
    }
  }
  state.work += 10 * count;
}

/** Puts variable i on label k. */
export function move(state: State, i: number, k: number): void {
  const { n, m, R, G, Q, walk, walkUse, demand, may, mayCount, freeA, freeB, freeDiag, entangled } = state;
  const { adjStart, adjPair, adjSide, adjOther } = state;
  const before = walk[i]!;
  if (before === k) return;
  walk[i] = k;
  for (let r = 0; r < R; r += 1) {
    walkUse[before * R + r] = walkUse[before * R + r]! - demand[i * R + r]!;
    walkUse[k * R + r] = walkUse[k * R + r]! + demand[i * R + r]!;
  }
  for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
    const p = adjPair[e]!;
    const row = adjOther[e]! * m;
    // Rows of this end: what the neighbour pays on each of its labels.
    const matrix = adjSide[e] === 0 ? freeA[p]! : freeB[p]!;
    const fresh = matrix + k * m;
    const old = matrix + before * m;
    const here = G[row + k]!;
    const there = G[row + before]!;
    const count = mayCount[adjOther[e]!]!;
    for (let t = 0; t < count; t += 1) {
      const l = may[row + t]!;
      G[row + l] = G[row + l]! + Q[fresh + l]! - Q[old + l]!;
    }
    if (here !== Number.POSITIVE_INFINITY) G[row + k] = here + freeDiag[p * m + k]! - Q[old + k]!;
    if (there !== Number.POSITIVE_INFINITY)
      G[row + before] = there + Q[fresh + before]! - freeDiag[p * m + before]!;
    state.work += count;
  }
  if (state.factors === 0) return;
  for (let j = 0; j < n; j += 1) if (j !== i && entangled[i * n + j]) fillRow(state, j);
}

/** Whether variable i fits on label k, once `without` has left it. */
export function fitsAt(state: State, i: number, k: number, without: number): boolean {
  const { R, demand, room, walkUse } = state;
  for (let r = 0; r < R; r += 1) {
    const amount = demand[i * R + r]!;
    if (amount <= 0) continue;
    const left = without < 0 ? 0 : demand[without * R + r]!;
    if (walkUse[k * R + r]! - left + amount > room[k * R + r]!) return false;
  }
  return true;
}

export function isOverloaded({ R, room, walkUse }: State, k: number): boolean {
  for (let r = 0; r < R; r += 1) {
    const at = k * R + r;
    if (walkUse[at]! > room[at]! && walkUse[at]! > 1e-9) return true;
  }
  return false;
}
