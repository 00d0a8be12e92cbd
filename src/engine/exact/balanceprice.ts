import type { State } from './state.ts';

/**
 * Balance in the bound: `weight * (share - knee)^2` is convex, so that a price P on use takes from it at
 * least P x share less its conjugate. A price on room pays P x share and takes back P x room in any case; on
 * a location it may take back only the conjugate instead, which is less, for one of its resources: the share
 * that counts is the greatest. Valid at any prices. Returns what that adds to the constant, or what the
 * fixed variables cost already, where that is more. O(locations x resources).
 */
export function balanceConstant(state: State): number {
  const { gqap, m, R } = state;
  if (!gqap.balance) return 0;
  let sum = 0;
  for (let k = 0; k < m; k += 1) {
    const r = pricedBy(state, k);
    sum += Math.max(fixedBalance(state, k), r < 0 ? 0 : gainOf(state, k, r));
  }
  state.work += 4 * m * R;
  return sum;
}

/**
 * Use at which the price of a location's resource is right: its room, or, where balance is what the price
 * speaks for, the use at which one more unit costs as much balance as the price.
 */
export function rightUse(state: State, k: number, r: number): number {
  const { R, room } = state;
  const capacity = room[k * R + r]!;
  if (!state.gqap.balance) return capacity;
  const by = pricedBy(state, k);
  if (by >= 0 ? by !== r : r !== fullest(state, k)) return capacity;
  if (by >= 0 && fixedBalance(state, k) > gainOf(state, k, r)) return capacity;
  const { weight, knee } = state.gqap.balance;
  const free = freeOf(state, k, r);
  if (!(free > 0)) return capacity;
  return Math.min(capacity, free * (knee + (state.price[k * R + r]! * free) / (2 * weight)));
}

/** The resource whose price gains most by speaking for balance; -1: none has a price. */
function pricedBy(state: State, k: number): number {
  let best = -1;
  let most = 0;
  for (let r = 0; r < state.R; r += 1) {
    if (!(state.price[k * state.R + r]! > 0)) continue;
    const gain = gainOf(state, k, r);
    if (gain <= most) continue;
    most = gain;
    best = r;
  }
  return best;
}

/** The resource that the relaxed choice uses most of. */
function fullest(state: State, k: number): number {
  let best = -1;
  let most = 0;
  for (let r = 0; r < state.R; r += 1) {
    const free = freeOf(state, k, r);
    const share = free > 0 ? state.use[k * state.R + r]! / free : 0;
    if (share <= most) continue;
    most = share;
    best = r;
  }
  return best;
}

/** What a price takes back less: price x room, less the conjugate as far as room lets use go. */
function gainOf(state: State, k: number, r: number): number {
  const { knee, weight } = state.gqap.balance!;
  const at = k * state.R + r;
  const free = freeOf(state, k, r);
  if (!(free > 0)) return 0;
  const price = state.price[at]! * free;
  const most = state.room[at]! / free;
  if (most <= knee) return 0;
  const turn = 2 * weight * (most - knee);
  return price <= turn ? price * (most - knee) - price ** 2 / (4 * weight) : weight * (most - knee) ** 2;
}

/** Balance that the fixed variables cost on a location already: it only grows when more is placed. */
function fixedBalance({ gqap, R, location, fixedUse }: State, k: number): number {
  const { knee, weight, free } = gqap.balance!;
  let share = 0;
  for (let r = 0; r < R; r += 1) {
    const available = free[location[k]! * R + r]!;
    const used = fixedUse[k * R + r]!;
    if (used > 0 && available > 0) share = Math.max(share, used / available);
  }
  return weight * Math.max(0, share - knee) ** 2;
}

function freeOf({ gqap, R, location }: State, k: number, r: number): number {
  return gqap.balance!.free[location[k]! * R + r]!;
}
