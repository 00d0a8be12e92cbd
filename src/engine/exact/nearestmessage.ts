import { PAIR_RULE } from '../gqap/gqap.ts';
import type { State } from './state.ts';

/**
 * Message of a nearest factor to one of its members. The factor costs the least, over the callees j, of
 * Q(k, l_j), and holds what its members handed it (phi). Since the least splits over the callees, so does
 * the min-marginal: with rest_j(l) the least phi of all other callees while j is on l,
 *
 *   to the caller, on k:   least over j and l of  Q(k,l) + phi_j(l) + rest_j(l)
 *   to callee j, on l:     least of  least over k of phi(k) + Q(k,l)  +  rest_j(l)
 *                          and, over every other callee j',  least over l' that may stand beside l of
 *                          phi_j'(l') + least over k of phi(k) + Q(k,l')  +  least phi of the remaining
 *
 * Two min-plus products for each callee in place of one over all combinations. Two callees that must be
 * apart are so inside the factor, too: without that it would let both be near every caller.
 */
export function receiveFromNearest(state: State, slot: number): void {
  const { slotFactor, slotVariable, factorStart, factorCaller, cnt, m, slotMsg } = state;
  const f = slotFactor[slot]!;
  const first = factorStart[f]!;
  const end = factorStart[f + 1]!;
  const given = factorCaller[f]! < 0;
  const firstCallee = given ? first : first + 1;
  const self = slotVariable[slot]!;
  const out = slot * m;
  const count = cnt[self]!;
  const rest = state.b;
  if (!given && slot === first) {
    for (let t = 0; t < count; t += 1) slotMsg[out + t] = Number.POSITIVE_INFINITY;
    for (let e = firstCallee; e < end; e += 1) {
      restOf(state, firstCallee, end, e, rest);
      const callee = slotVariable[e]!;
      for (let u = 0; u < cnt[callee]!; u += 1) rest[u] = rest[u]! + state.slotPhi[e * m + u]!;
      throughLabels(state, f, e, rest, out, self);
    }
    return;
  }
  restOf(state, firstCallee, end, slot, rest);
  if (state.nearStale[f]) {
    for (let e = firstCallee; e < end; e += 1) nearCaller(state, f, e);
    state.nearStale[f] = 0;
  }
  const { near, scratch, slotPhi } = state;
  for (let t = 0; t < count; t += 1) slotMsg[out + t] = near[out + t]! + rest[t]!;
  for (let e = firstCallee; e < end; e += 1) {
    if (e === slot) continue;
    let floors = 0;
    for (let other = firstCallee; other < end; other += 1)
      if (other !== slot && other !== e) floors += leastPhi(state, other);
    const callee = slotVariable[e]!;
    for (let u = 0; u < cnt[callee]!; u += 1) scratch[u] = near[e * m + u]! + slotPhi[e * m + u]! + floors;
    leastBeside(state, self, callee, scratch, 0, rest, end - firstCallee === 2);
    for (let t = 0; t < count; t += 1) if (rest[t]! < slotMsg[out + t]!) slotMsg[out + t] = rest[t]!;
  }
}

function leastPhi({ slotPhi, slotVariable, cnt, m }: State, e: number): number {
  let least = Number.POSITIVE_INFINITY;
  const count = cnt[slotVariable[e]!]!;
  for (let t = 0; t < count; t += 1) if (slotPhi[e * m + t]! < least) least = slotPhi[e * m + t]!;
  return least;
}

/** By position of callee e: the least phi of all other callees. */
function restOf(state: State, firstCallee: number, end: number, e: number, into: Float64Array): void {
  const { slotVariable, cnt, m, slotPhi } = state;
  const self = slotVariable[e]!;
  if (end - firstCallee === 2) {
    const other = e === firstCallee ? firstCallee + 1 : firstCallee;
    leastBeside(state, self, slotVariable[other]!, slotPhi, other * m, into, true);
    return;
  }
  let floors = 0;
  for (let other = firstCallee; other < end; other += 1) if (other !== e) floors += leastPhi(state, other);
  for (let t = 0; t < cnt[self]!; t += 1) into[t] = floors;
}

/**
 * By position of variable i: the least value of a label of j that may stand beside it. Of two parts of one
 * service that are in rising order the labels beyond one's own count, so that those of j come in one by one;
 * beside a label counts the least of those that have come in, or the least outside its domain. O(labels).
 */
function leastBeside(
  state: State,
  i: number,
  j: number,
  values: Float64Array,
  offset: number,
  into: Float64Array,
  apart: boolean,
): void {
  const { n, m, cnt, lab, pairOf, pairA, pairRule, inOrder, zone, big } = state;
  const own = cnt[i]!;
  const count = cnt[j]!;
  const p = apart ? pairOf[i * n + j]! : -1;
  const rule = p < 0 ? PAIR_RULE.Any : pairRule[p]!;
  const rising = p < 0 || pairA[p] !== i;
  const ordered = p >= 0 && inOrder[p] === 1;
  let first = Number.POSITIVE_INFINITY;
  let second = Number.POSITIVE_INFINITY;
  let domain = -1;
  let come = 0;
  for (let s = 0; s < own; s += 1) {
    const t = rising ? s : own - 1 - s;
    const k = lab[i * m + t]!;
    for (; come < count; come += 1) {
      const u = rising ? come : count - 1 - come;
      const l = lab[j * m + u]!;
      if (ordered && (rising ? l > k : l < k)) break;
      const value = values[offset + u]!;
      const of = rule === PAIR_RULE.OtherZone ? zone[l]! : l;
      if (of === domain) {
        if (value < first) first = value;
      } else if (value < first) {
        second = first;
        first = value;
        domain = of;
      } else if (value < second) second = value;
    }
    const of = rule === PAIR_RULE.OtherZone ? zone[k]! : k;
    into[t] = rule !== PAIR_RULE.Any && of === domain ? second : first;
  }
  let floor = Number.POSITIVE_INFINITY;
  for (let u = 0; u < count; u += 1) if (values[offset + u]! < floor) floor = values[offset + u]!;
  floor += big;
  for (let t = 0; t < own; t += 1) if (into[t]! > floor) into[t] = floor;
  state.work += 4 * (own + count);
}

/** To the caller: the least over the labels of callee e of their value and the cost from there. */
function throughLabels(
  state: State,
  f: number,
  e: number,
  values: Float64Array,
  out: number,
  caller: number,
): void {
  const { slotVariable, cnt, lab, m, Q, factorRows, slotMsg } = state;
  const callee = slotVariable[e]!;
  const targets = cnt[callee]!;
  for (let t = 0; t < cnt[caller]!; t += 1) {
    const row = factorRows[f]! + lab[caller * m + t]! * m;
    let least = slotMsg[out + t]!;
    for (let u = 0; u < targets; u += 1) {
      const value = values[u]! + Q[row + lab[callee * m + u]!]!;
      if (value < least) least = value;
    }
    slotMsg[out + t] = least;
  }
  state.work += 100 + 1.5 * targets * cnt[caller]!;
}

/**
 * By position of callee e: the least over the caller's labels of what the caller holds and the cost. Holds
 * until the caller hands over something else.
 */
function nearCaller(state: State, f: number, e: number): void {
  const { factorStart, factorCaller, factorRowsT, slotVariable, slotPhi, near, cnt, lab, m, Q } = state;
  const callee = slotVariable[e]! * m;
  const targets = cnt[slotVariable[e]!]!;
  const rows = factorRowsT[f]!;
  if (factorCaller[f]! < 0) {
    for (let u = 0; u < targets; u += 1) near[e * m + u] = Q[rows + lab[callee + u]!]!;
    return;
  }
  const held = factorStart[f]! * m;
  const caller = slotVariable[factorStart[f]!]!;
  const first = caller * m;
  const count = cnt[caller]!;
  for (let u = 0; u < targets; u += 1) {
    const row = rows + lab[callee + u]! * m;
    let least = Number.POSITIVE_INFINITY;
    for (let s = 0; s < count; s += 1) {
      const value = slotPhi[held + s]! + Q[row + lab[first + s]!]!;
      if (value < least) least = value;
    }
    near[e * m + u] = least;
  }
  state.work += 100 + 1.5 * targets * count;
}
