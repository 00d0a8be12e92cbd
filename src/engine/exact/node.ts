import type { State } from './state.ts';

/** Unary costs with prices, and the constant: by position, after labels or prices changed. */
export function refreshUnary(state: State): void {
  const { n, m, R, lab, cnt, un, unary, demand, price, room } = state;
  let constant = balanceOfFixed(state);
  for (let at = 0; at < m * R; at += 1) if (price[at]! > 0) constant -= price[at]! * room[at]!;
  state.constant = constant;
  for (let i = 0; i < n; i += 1) {
    const first = i * m;
    for (let t = 0; t < cnt[i]!; t += 1) {
      const k = lab[first + t]!;
      let cost = unary[first + k]!;
      for (let r = 0; r < R; r += 1) cost += price[k * R + r]! * demand[i * R + r]!;
      un[first + t] = cost;
    }
  }
  state.work += 3 * n * m;
}

/** Balance that the fixed variables cost already: it only grows when more is placed. */
function balanceOfFixed({ gqap, m, R, location, fixedUse }: State): number {
  const { balance } = gqap;
  if (!balance) return 0;
  let sum = 0;
  for (let k = 0; k < m; k += 1) {
    let share = 0;
    for (let r = 0; r < R; r += 1) {
      const free = balance.free[location[k]! * R + r]!;
      const used = fixedUse[k * R + r]!;
      if (used > 0 && free > 0) share = Math.max(share, used / free);
    }
    sum += Math.max(0, share - balance.knee) ** 2;
  }
  return balance.weight * sum;
}

/**
 * What both ends of a pair cost on one location at this node: forbidden where they do not fit together into
 * what the fixed variables leave.
 */
export function refreshSame(state: State): void {
  const { m, R, pairs, pairA, pairB, diag, same, drawn, cnt, demand, room, fixedUse, big } = state;
  for (let p = 0; p < pairs; p += 1) {
    const a = pairA[p]!;
    const b = pairB[p]!;
    const open = drawn[p] && cnt[a]! > 1 && cnt[b]! > 1;
    for (let k = 0; k < m; k += 1) {
      let cost = diag[p * m + k]!;
      if (open)
        for (let r = 0; r < R; r += 1) {
          const amount = demand[a * R + r]! + demand[b * R + r]!;
          if (amount > 0 && fixedUse[k * R + r]! + amount > room[k * R + r]!) cost = big;
        }
      same[p * m + k] = cost;
    }
  }
  state.work += 3 * pairs * m;
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
    let excess = use[at]! / capacity - 1;
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
