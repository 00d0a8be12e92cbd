import { nearestMember } from './nearestmember.ts';
import type { State } from './state.ts';

/** A better incumbent must be better by this much: below it floating-point order decides. */
const GAIN = 1e-12;

/**
 * Cost of complete labels without the constant, each caller with its nearest callee; Infinity where a pair
 * is forbidden or a location overloaded. O(variables + pairs).
 */
export function costOfLabels(state: State, x: Int32Array): number {
  const { n, m, R, unary, demand, room, use, pairs, pairA, pairB, Q, freeA, freeDiag, big } = state;
  let cost = 0;
  use.fill(0);
  for (let i = 0; i < n; i += 1) {
    const k = x[i]!;
    // Where the label is none of its own, matrices hold nothing.
    if (unary[i * m + k] === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    cost += unary[i * m + k]!;
    for (let r = 0; r < R; r += 1) {
      const at = k * R + r;
      const amount = demand[i * R + r]!;
      use[at] = use[at]! + amount;
      if (amount > 0 && use[at]! > room[at]!) return Number.POSITIVE_INFINITY;
    }
  }
  for (let p = 0; p < pairs; p += 1) {
    const k = x[pairA[p]!]!;
    const l = x[pairB[p]!]!;
    const pair = k === l ? freeDiag[p * m + k]! : Q[freeA[p]! + k * m + l]!;
    if (pair >= big) return Number.POSITIVE_INFINITY;
    cost += pair;
  }
  for (let f = 0; f < state.factors; f += 1) {
    const caller = state.factorCaller[f]!;
    const k = caller < 0 ? state.factorGiven[f]! : x[caller]!;
    const row = state.factorRows[f]! + (caller < 0 ? 0 : k * m);
    const pair = Q[row + nearestMember(state, f, k, x, -1)]!;
    if (pair >= big) return Number.POSITIVE_INFINITY;
    cost += pair;
  }
  return cost;
}

/** Takes complete labels as the incumbent if they keep every rule and cost less, as the judge has it. */
export function offer(state: State, x: Int32Array): boolean {
  const cost = costOfLabels(state, x);
  state.work += 10 * (state.n + state.pairs);
  if (cost === Number.POSITIVE_INFINITY) return false;
  if (state.found && cost >= state.ub - GAIN) return false;
  const truth = state.gqap.tight ? cost : state.judge(x);
  if (truth === Number.POSITIVE_INFINITY || (state.found && truth >= state.ub - GAIN)) return false;
  state.found = true;
  state.ub = truth;
  state.best.set(x);
  return true;
}
