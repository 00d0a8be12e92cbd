import { offer } from './incumbent.ts';
import { localSearch } from './localsearch.ts';
import { nearestMember } from './nearestmember.ts';
import type { State } from './state.ts';
import { addNearest, fitsAt, move, startWalk } from './table.ts';

/** Labels of each free variable that the recursion looks at. */
const LABELS = 16;
const MOST_FREE = 13;
/** Mean loss that a step may accept, as a share of the incumbent's cost. */
const MEAN_LOSS = 0.06;

/**
 * Large neighbourhoods (Shaw 1998): frees a few connected variables whose channels among themselves form a
 * forest, places them by min-sum recursion over their best labels, top-down within capacity, and takes the
 * result when it costs less, or a little more. Keeps its own walk between slices.
 */
export class ForestWalk {
  readonly #state: State;
  readonly #random: () => number;
  readonly #x: Int32Array;
  #from = Number.NaN;
  readonly #member: Int32Array;
  readonly #base: Float64Array;
  readonly #labels: Int32Array;
  readonly #cost: Float64Array;

  constructor(state: State, random: () => number) {
    this.#state = state;
    this.#random = random;
    this.#x = new Int32Array(state.n);
    this.#member = new Int32Array(state.n).fill(-1);
    this.#base = new Float64Array(state.m);
    this.#labels = new Int32Array(MOST_FREE * LABELS);
    this.#cost = new Float64Array(MOST_FREE * LABELS);
  }

  /** A slice of `steps` steps; starts again from a new incumbent. */
  run(steps: number): void {
    const state = this.#state;
    if (!state.found || state.n < 2) return;
    if (this.#from !== state.ub) {
      this.#x.set(state.best);
      this.#from = state.ub;
    }
    state.walk.set(this.#x);
    startWalk(state);
    let gained = false;
    for (let step = 0; step < steps && state.tick(); step += 1) if (this.#step() < -1e-9) gained = true;
    if (gained) {
      this.#x.set(state.walk);
      if (offer(state, state.walk) || localSearch(state)) this.#from = state.ub;
    }
    this.#x.set(state.walk);
  }

  /** One neighbourhood; what it changed the cost by. */
  #step(): number {
    const state = this.#state;
    const { n, m, walk, walkUse, demand, R } = state;
    const size = 2 + Math.floor(this.#random() * (MOST_FREE - 1));
    const { order, parent, pairs } = this.#freeForest(Math.min(n - 1, Math.floor(this.#random() * n)), size);
    const count = order.length;
    for (let s = 0; s < count; s += 1) this.#takeLabels(order, parent, pairs, s);
    // Children come after their parents: their least cost is added from the last to the first.
    for (let s = count - 1; s > 0; s -= 1) {
      const up = parent[s]!;
      for (let t = 0; t < LABELS; t += 1) {
        const k = this.#labels[up * LABELS + t]!;
        if (k < 0) continue;
        let least = Number.POSITIVE_INFINITY;
        for (let u = 0; u < LABELS; u += 1) {
          const l = this.#labels[s * LABELS + u]!;
          if (l < 0) break;
          const cost = this.#cost[s * LABELS + u]! + this.#between(pairs[s]!, order[up]!, k, l);
          if (cost < least) least = cost;
        }
        this.#cost[up * LABELS + t] = this.#cost[up * LABELS + t]! + least;
      }
    }
    state.work += count * LABELS * LABELS * 2 + count * m * 3;
    // Their room is free while they are placed anew.
    for (let s = 0; s < count; s += 1) {
      const i = order[s]!;
      for (let r = 0; r < R; r += 1) {
        const at = walk[i]! * R + r;
        walkUse[at] = walkUse[at]! - demand[i * R + r]!;
      }
    }
    const chosen = new Int32Array(count);
    let placed = 0;
    for (; placed < count; placed += 1) {
      const i = order[placed]!;
      const up = parent[placed]!;
      let best = Number.POSITIVE_INFINITY;
      let to = -1;
      for (let t = 0; t < LABELS; t += 1) {
        const k = this.#labels[placed * LABELS + t]!;
        if (k < 0) break;
        const cost =
          this.#cost[placed * LABELS + t]! +
          (up < 0 ? 0 : this.#between(pairs[placed]!, order[up]!, chosen[up]!, k));
        if (cost < best && fitsAt(state, i, k, -1)) {
          best = cost;
          to = k;
        }
      }
      if (to < 0) break;
      chosen[placed] = to;
      for (let r = 0; r < R; r += 1) {
        const at = to * R + r;
        walkUse[at] = walkUse[at]! + demand[i * R + r]!;
      }
    }
    for (let s = 0; s < count; s += 1) {
      const i = order[s]!;
      for (let r = 0; r < R; r += 1) {
        if (s < placed) walkUse[chosen[s]! * R + r] = walkUse[chosen[s]! * R + r]! - demand[i * R + r]!;
        walkUse[walk[i]! * R + r] = walkUse[walk[i]! * R + r]! + demand[i * R + r]!;
      }
    }
    for (const i of order) this.#member[i] = -1;
    return placed < count ? 0 : this.#take(order, chosen);
  }

  /** Moves the variables, and back again if that does not pay. */
  #take(order: readonly number[], chosen: Int32Array): number {
    const state = this.#state;
    const { m, G, walk } = state;
    const before = order.map((i) => walk[i]!);
    let delta = 0;
    order.forEach((i, s) => {
      const k = chosen[s]!;
      if (k === walk[i]) return;
      delta += G[i * m + k]! - G[i * m + walk[i]!]!;
      move(state, i, k);
    });
    if (delta <= -MEAN_LOSS * state.ub * Math.log(1 - this.#random())) return delta;
    for (let s = order.length - 1; s >= 0; s -= 1) move(state, order[s]!, before[s]!);
    return 0;
  }

  /** A connected set around a variable that induces a forest, parents first. */
  #freeForest(first: number, size: number): { order: number[]; parent: number[]; pairs: number[] } {
    const { adjStart, adjOther, adjPair } = this.#state;
    const order = [first];
    const parent = [-1];
    const pairs = [-1];
    this.#member[first] = 0;
    const open: { from: number; other: number; pair: number }[] = [];
    const reach = (s: number) => {
      const i = order[s]!;
      for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1)
        if (this.#member[adjOther[e]!]! < 0) open.push({ from: s, other: adjOther[e]!, pair: adjPair[e]! });
      this.#reachNearest(i, (other, f) => {
        if (this.#member[other]! < 0) open.push({ from: s, other, pair: -2 - f });
      });
    };
    reach(0);
    while (order.length < size && open.length > 0) {
      const at = Math.min(open.length - 1, Math.floor(this.#random() * open.length));
      const { from, other, pair } = open[at]!;
      open[at] = open[open.length - 1]!;
      open.pop();
      if (this.#member[other]! >= 0) continue;
      let inside = 0;
      for (let e = adjStart[other]!; e < adjStart[other + 1]!; e += 1)
        if (this.#member[adjOther[e]!]! >= 0) inside += 1;
      if (inside > (pair < 0 ? 0 : 1)) continue;
      this.#member[other] = order.length;
      order.push(other);
      parent.push(from);
      pairs.push(pair);
      reach(order.length - 1);
    }
    return { order, parent, pairs };
  }

  /** A nearest factor draws a caller and the callee that it uses now, as a pair would. */
  #reachNearest(i: number, reach: (other: number, f: number) => void): void {
    const { walk, variableSlots, variableSlotStart, slotFactor, factorCaller, factorStart, slotVariable } =
      this.#state;
    for (let v = variableSlotStart[i]!; v < variableSlotStart[i + 1]!; v += 1) {
      const f = slotFactor[variableSlots[v]!]!;
      const caller = factorCaller[f]!;
      if (caller < 0) continue;
      const label = nearestMember(this.#state, f, walk[caller]!, walk, -1);
      if (caller !== i) {
        if (walk[i] === label) reach(caller, f);
        continue;
      }
      for (let e = factorStart[f]! + 1; e < factorStart[f + 1]!; e += 1) {
        if (walk[slotVariable[e]!] !== label) continue;
        reach(slotVariable[e]!, f);
        break;
      }
    }
  }

  /** The best labels of a free variable, as the variables that stay have it. */
  #takeLabels(
    order: readonly number[],
    parent: readonly number[],
    pairs: readonly number[],
    s: number,
  ): void {
    const { m, G, Q, walk, freeA, freeB, freeDiag, adjStart, adjPair, adjSide, adjOther } = this.#state;
    const i = order[s]!;
    const base = this.#base;
    for (let k = 0; k < m; k += 1) base[k] = G[i * m + k]!;
    for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
      if (this.#member[adjOther[e]!]! < 0) continue;
      const p = adjPair[e]!;
      const other = walk[adjOther[e]!]!;
      const row = (adjSide[e] === 0 ? freeB[p]! : freeA[p]!) + other * m;
      const here = base[other]! - freeDiag[p * m + other]!;
      for (let k = 0; k < m; k += 1) base[k] = base[k]! - Q[row + k]!;
      base[other] = here;
    }
    pairs.forEach((pair, at) => {
      if (pair < -1 && (at === s || parent[at] === s)) addNearest(this.#state, i, -2 - pair, base, 0, -1);
    });
    const first = s * LABELS;
    let kept = 0;
    for (let k = 0; k < m; k += 1) {
      const cost = base[k]!;
      if (!(cost < Number.POSITIVE_INFINITY)) continue;
      if (kept === LABELS && cost >= this.#cost[first + LABELS - 1]!) continue;
      let at = kept < LABELS ? kept : LABELS - 1;
      while (at > 0 && this.#cost[first + at - 1]! > cost) {
        this.#cost[first + at] = this.#cost[first + at - 1]!;
        this.#labels[first + at] = this.#labels[first + at - 1]!;
        at -= 1;
      }
      this.#cost[first + at] = cost;
      this.#labels[first + at] = k;
      if (kept < LABELS) kept += 1;
    }
    for (let t = kept; t < LABELS; t += 1) this.#labels[first + t] = -1;
  }

  /** Cost of a pair with its end `i` on k and the other on l. */
  #between(p: number, i: number, k: number, l: number): number {
    const { m, Q, pairA, freeA, freeB, freeDiag, factorCaller, factorRows } = this.#state;
    if (p < -1) {
      const f = -2 - p;
      return Q[factorRows[f]! + (factorCaller[f] === i ? k * m + l : l * m + k)]!;
    }
    if (k === l) return freeDiag[p * m + k]!;
    return Q[(pairA[p] === i ? freeA[p]! : freeB[p]!) + k * m + l]!;
  }
}
