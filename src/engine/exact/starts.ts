import { localSearch } from './localsearch.ts';
import type { State } from './state.ts';

/** Share of a cost by which a random start misjudges it. */
const NOISE = 0.1;

/** Regret construction: the variable that loses most by waiting is placed next; then local search. */
export function regretStart(state: State): void {
  const { n, m, R, walkUse } = state;
  const table = startTable(state);
  const placed = new Uint8Array(n);
  walkUse.fill(0, 0, m * R);
  for (let step = 0; step < n; step += 1) {
    let next = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i += 1) {
      if (placed[i]) continue;
      const regret = regretOf(state, table, i);
      if (regret > most) {
        most = regret;
        next = i;
      }
    }
    place(state, table, placed, next, bestLabel(state, table, next, undefined));
  }
  state.work += n * n * m;
  localSearch(state);
}

/** Greedy along a breadth-first order from a random variable, costs misjudged at random; then local search. */
export function randomStart(state: State, random: () => number): void {
  const { n, m, R, walkUse, adjStart, adjOther, entangled } = state;
  const table = startTable(state);
  const placed = new Uint8Array(n);
  const queued = new Uint8Array(n);
  walkUse.fill(0, 0, m * R);
  const first = Math.min(n - 1, Math.floor(random() * n));
  for (let offset = 0; offset < n; offset += 1) {
    const root = (first + offset) % n;
    if (queued[root]) continue;
    queued[root] = 1;
    const queue = [root];
    for (let at = 0; at < queue.length; at += 1) {
      const i = queue[at]!;
      place(state, table, placed, i, bestLabel(state, table, i, random));
      for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
        const j = adjOther[e]!;
        if (queued[j]) continue;
        queued[j] = 1;
        queue.push(j);
      }
      if (state.factors === 0) continue;
      for (let j = 0; j < n; j += 1) {
        if (queued[j] || !entangled[i * n + j]) continue;
        queued[j] = 1;
        queue.push(j);
      }
    }
  }
  state.work += n * m * 3;
  localSearch(state);
}

/** Fewest and most variables that a ruin takes out. */
const RUIN = { least: 3, most: 9 };

/**
 * Ruin and recreate (Schrimpf and others 2000): takes a connected set of variables out of the incumbent, puts
 * them back one by one where they cost least, costs misjudged at random, and ends with local search.
 */
export function ruinAndRecreate(state: State, random: () => number): void {
  const { n, m, R, walk, walkUse, best, adjStart, adjOther, entangled, factors } = state;
  const size = Math.min(n, RUIN.least + Math.floor(random() * (RUIN.most - RUIN.least + 1)));
  const out = new Uint8Array(n);
  const queue = [Math.min(n - 1, Math.floor(random() * n))];
  out[queue[0]!] = 1;
  // Breadth first, each neighbour with a chance: sets of the same root differ.
  for (let at = 0; at < queue.length && queue.length < size; at += 1) {
    const i = queue[at]!;
    for (let e = adjStart[i]!; e < adjStart[i + 1]! && queue.length < size; e += 1) {
      const j = adjOther[e]!;
      if (out[j] || random() < 0.3) continue;
      out[j] = 1;
      queue.push(j);
    }
    for (let j = 0; factors > 0 && j < n && queue.length < size; j += 1) {
      if (out[j] || !entangled[i * n + j] || random() < 0.3) continue;
      out[j] = 1;
      queue.push(j);
    }
  }
  const table = startTable(state);
  const placed = new Uint8Array(n);
  walkUse.fill(0, 0, m * R);
  walk.set(best);
  for (let i = 0; i < n; i += 1) if (!out[i]) place(state, table, placed, i, best[i]!);
  const first = Math.floor(random() * queue.length);
  for (let at = 0; at < queue.length; at += 1) {
    const i = queue[(first + at) % queue.length]!;
    place(state, table, placed, i, bestLabel(state, table, i, random));
  }
  state.work += n * m;
  localSearch(state);
}

/** The table of local search before anything is placed: unary costs. */
function startTable({ n, m, G, unary }: State): Float64Array {
  G.set(unary.subarray(0, n * m));
  return G;
}

/** How much dearer the second best label that fits is. */
function regretOf(state: State, table: Float64Array, i: number): number {
  const { m, big, may, mayCount } = state;
  let first = Number.POSITIVE_INFINITY;
  let second = Number.POSITIVE_INFINITY;
  for (let t = 0; t < mayCount[i]!; t += 1) {
    const k = may[i * m + t]!;
    const cost = table[i * m + k]!;
    if (cost >= second || !fitsNow(state, i, k)) continue;
    if (cost < first) {
      second = first;
      first = cost;
    } else second = cost;
  }
  return Math.min(second, big * 4) - Math.min(first, big * 2);
}

function bestLabel(state: State, table: Float64Array, i: number, random: (() => number) | undefined): number {
  const { m, may, mayCount } = state;
  let best = Number.POSITIVE_INFINITY;
  let at = -1;
  let fallback = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let t = 0; t < mayCount[i]!; t += 1) {
    const k = may[i * m + t]!;
    const exact = table[i * m + k]!;
    const cost = random ? exact * (1 + NOISE * random()) : exact;
    if (cost < best && fitsNow(state, i, k)) {
      best = cost;
      at = k;
    }
    if (cost < least) {
      least = cost;
      fallback = k;
    }
  }
  // Nothing has room: local search may make some.
  return at >= 0 ? at : Math.max(0, fallback);
}

function fitsNow({ R, demand, room, walkUse }: State, i: number, k: number): boolean {
  for (let r = 0; r < R; r += 1) {
    const amount = demand[i * R + r]!;
    if (amount > 0 && walkUse[k * R + r]! + amount > room[k * R + r]!) return false;
  }
  return true;
}

function place(state: State, table: Float64Array, placed: Uint8Array, i: number, k: number): void {
  const { n, m, R, Q, walk, walkUse, demand, freeA, freeB, freeDiag, adjStart, adjPair, adjSide, adjOther } =
    state;
  const { factors, entangled, may, mayCount } = state;
  placed[i] = 1;
  walk[i] = k;
  for (let r = 0; r < R; r += 1) walkUse[k * R + r] = walkUse[k * R + r]! + demand[i * R + r]!;
  for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
    const j = adjOther[e]!;
    if (placed[j]) continue;
    const p = adjPair[e]!;
    const row = (adjSide[e] === 0 ? freeA[p]! : freeB[p]!) + k * m;
    const here = table[j * m + k]!;
    for (let t = 0; t < mayCount[j]!; t += 1) {
      const l = may[j * m + t]!;
      table[j * m + l] = table[j * m + l]! + Q[row + l]!;
    }
    if (here !== Number.POSITIVE_INFINITY) table[j * m + k] = here + freeDiag[p * m + k]!;
  }
  if (factors === 0) return;
  for (let j = 0; j < n; j += 1) if (!placed[j] && entangled[i * n + j]) fillOpenRow(state, table, placed, j);
}

/** The row of a variable that is not placed: unary costs, and what is known towards those that are. */
function fillOpenRow(state: State, table: Float64Array, placed: Uint8Array, i: number): void {
  const { m, Q, unary, walk, freeA, freeB, freeDiag, adjStart, adjPair, adjSide, adjOther } = state;
  const { may, mayCount } = state;
  const first = i * m;
  for (let k = 0; k < m; k += 1) table[first + k] = unary[first + k]!;
  for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
    if (!placed[adjOther[e]!]) continue;
    const p = adjPair[e]!;
    const other = walk[adjOther[e]!]!;
    const row = (adjSide[e] === 0 ? freeB[p]! : freeA[p]!) + other * m;
    const here = table[first + other]!;
    for (let t = 0; t < mayCount[i]!; t += 1) {
      const k = may[first + t]!;
      table[first + k] = table[first + k]! + Q[row + k]!;
    }
    if (here !== Number.POSITIVE_INFINITY) table[first + other] = here + freeDiag[p * m + other]!;
  }
  for (let v = state.variableSlotStart[i]!; v < state.variableSlotStart[i + 1]!; v += 1)
    addOpenNearest(state, table, placed, i, state.slotFactor[state.variableSlots[v]!]!);
  state.work += m * (1 + adjStart[i + 1]! - adjStart[i]!);
}

/** A caller pays to the best callee that is placed; a callee takes over what it can make cheaper. */
function addOpenNearest(state: State, table: Float64Array, placed: Uint8Array, i: number, f: number): void {
  const { m, Q, walk, factorCaller, factorStart, factorRows, slotVariable } = state;
  const caller = factorCaller[f]!;
  const rows = factorRows[f]!;
  const firstCallee = factorStart[f]! + (caller < 0 ? 0 : 1);
  const end = factorStart[f + 1]!;
  const first = i * m;
  if (caller === i) {
    for (let k = 0; k < m; k += 1) {
      let least = Number.POSITIVE_INFINITY;
      for (let e = firstCallee; e < end; e += 1) {
        if (!placed[slotVariable[e]!]) continue;
        const cost = Q[rows + k * m + walk[slotVariable[e]!]!]!;
        if (cost < least) least = cost;
      }
      if (least !== Number.POSITIVE_INFINITY) table[first + k] = table[first + k]! + least;
    }
    return;
  }
  if (caller >= 0 && !placed[caller]) return;
  const row = caller < 0 ? rows : rows + walk[caller]! * m;
  let known = Number.POSITIVE_INFINITY;
  for (let e = firstCallee; e < end; e += 1)
    if (slotVariable[e] !== i && placed[slotVariable[e]!])
      known = Math.min(known, Q[row + walk[slotVariable[e]!]!]!);
  for (let k = 0; k < m; k += 1) table[first + k] = table[first + k]! + Math.min(known, Q[row + k]!);
  state.work += m;
}
