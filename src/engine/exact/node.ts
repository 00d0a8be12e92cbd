import { balanceConstant, rightUse } from './balanceprice.ts';
import type { State } from './state.ts';

/** Unary costs with prices, and the constant: by position, after labels or prices changed. */
export function refreshUnary(state: State): void {
  const { m, R, lab, cnt, un, own, demand, price, room, active, actives, contractedUse } = state;
  let constant = balanceConstant(state) + state.fixedCost;
  for (let at = 0; at < m * R; at += 1)
    if (price[at]! > 0) constant += price[at]! * (contractedUse[at]! - room[at]!);
  state.constant = constant;
  for (let at = 0; at < actives; at += 1) {
    const i = active[at]!;
    const first = i * m;
    const count = cnt[i]!;
    for (let t = 0; t < count; t += 1) {
      const k = lab[first + t]! * R;
      let cost = own[first + t]!;
      for (let r = 0; r < R; r += 1) cost += price[k + r]! * demand[i * R + r]!;
      un[first + t] = cost;
    }
    state.work += 3 * count;
  }
  state.work += 2 * m * R;
}

/**
 * What both ends of an open pair cost on one location at this node: forbidden where they do not fit together
 * into what the fixed variables leave.
 */
export function refreshSame(state: State): void {
  const { active, actives, openStart, openEnd, openPair, openSide } = state;
  for (let at = 0; at < actives; at += 1) {
    for (let e = openStart[active[at]!]!; e < openEnd[active[at]!]!; e += 1)
      if (openSide[e] === 0) samePlace(state, openPair[e]!);
  }
}

function samePlace(state: State, p: number): void {
  const { m, lab, cnt, pos, pairA, pairB, diag, same, drawn } = state;
  const a = pairA[p]! * m;
  const b = pairB[p]! * m;
  const count = cnt[pairA[p]!]!;
  for (let t = 0; t < count; t += 1) {
    const k = lab[a + t]!;
    if (pos[b + k]! < 0) continue;
    same[p * m + k] = drawn[p] && !fitTogether(state, p, k) ? state.big : diag[p * m + k]!;
  }
  state.work += 4 * count;
}

function fitTogether({ R, pairA, pairB, demand, fixedUse, room }: State, p: number, k: number): boolean {
  const a = pairA[p]! * R;
  const b = pairB[p]! * R;
  for (let r = 0; r < R; r += 1) {
    const amount = demand[a + r]! + demand[b + r]!;
    if (amount > 0 && fixedUse[k * R + r]! + amount > room[k * R + r]!) return false;
  }
  return true;
}

/** Weight of the last direction in the next one. */
const MOMENTUM = 0.6;
/** Use above this multiple of the room counts as this much. */
const MOST_EXCESS = 3;

/**
 * Moves the prices of capacity along the relative excess of the rounded labels, averaged over passes, by
 * step x gap over the squared length (Polyak 1969).
 */
export function stepPrices(state: State, step: number, gap: number): void {
  const { m, R, price, direction, use, room } = state;
  let length = 0;
  for (let at = 0; at < m * R; at += 1) {
    const capacity = room[at]!;
    if (capacity <= 0) continue;
    const right = state.gqap.balance ? rightUse(state, Math.floor(at / R), at % R) : capacity;
    let excess = (use[at]! - right) / capacity;
    if (excess > MOST_EXCESS) excess = MOST_EXCESS;
    if (excess < 0 && price[at] === 0) excess = 0;
    const next = MOMENTUM * direction[at]! + (1 - MOMENTUM) * excess;
    direction[at] = next;
    length += next * next;
  }
  if (length < 1e-18) return;
  const factor = (step * gap) / length;
  for (let at = 0; at < m * R; at += 1) {
    const capacity = room[at]!;
    if (capacity <= 0) continue;
    const next = price[at]! + (factor * direction[at]!) / capacity;
    price[at] = Math.max(next, 0);
  }
  state.work += 6 * m * R;
}
