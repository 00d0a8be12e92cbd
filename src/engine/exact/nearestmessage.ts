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
  nearCaller(state, f, slot, state.scratch);
  for (let t = 0; t < count; t += 1) slotMsg[out + t] = state.scratch[t]! + rest[t]!;
  for (let e = firstCallee; e < end; e += 1) {
    if (e === slot) continue;
    let floors = 0;
    for (let other = firstCallee; other < end; other += 1)
      if (other !== slot && other !== e) floors += leastPhi(state, other);
    nearCaller(state, f, e, state.scratch);
    const callee = slotVariable[e]!;
    for (let u = 0; u < cnt[callee]!; u += 1)
      state.scratch[u] = state.scratch[u]! + state.slotPhi[e * m + u]! + floors;
    leastBeside(state, self, callee, state.scratch, 0, rest, end - firstCallee === 2);
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
 * By position of variable i: the least value of a label of j that may stand beside it. Walks the labels of j
 * in rising value: most find theirs among the first few.
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
  const { n, m, cnt, lab, pairOf, pairA, Q, rowsA, rowsB, diag, big, sortedB, sortedAt } = state;
  const count = cnt[j]!;
  const p = apart ? pairOf[i * n + j]! : -1;
  if (p < 0) {
    let floor = Number.POSITIVE_INFINITY;
    for (let u = 0; u < count; u += 1) if (values[offset + u]! < floor) floor = values[offset + u]!;
    for (let t = 0; t < cnt[i]!; t += 1) into[t] = floor;
    state.work += cnt[i]! + count;
    return;
  }
  for (let u = 0; u < count; u += 1) {
    const value = values[offset + u]!;
    let at = u;
    while (at > 0 && sortedB[at - 1]! > value) {
      sortedB[at] = sortedB[at - 1]!;
      sortedAt[at] = sortedAt[at - 1]!;
      at -= 1;
    }
    sortedB[at] = value;
    sortedAt[at] = lab[j * m + u]!;
  }
  const none = sortedB[0]! + big;
  const rows = pairA[p] === i ? rowsA[p]! : rowsB[p]!;
  for (let t = 0; t < cnt[i]!; t += 1) {
    const k = lab[i * m + t]!;
    const row = rows + k * m;
    let least = none;
    for (let u = 0; u < count; u += 1) {
      if (sortedB[u]! >= none) break;
      const l = sortedAt[u]!;
      if ((l === k ? diag[p * m + k]! : Q[row + l]!) >= big) continue;
      least = sortedB[u]!;
      break;
    }
    into[t] = least;
  }
  state.work += 4 * cnt[i]! + (count * count) / 4;
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

/** By position of callee e: the least over the caller's labels of what the caller holds and the cost. */
function nearCaller(state: State, f: number, e: number, into: Float64Array): void {
  const { factorStart, factorCaller, factorRowsT, slotVariable, slotPhi, cnt, lab, m, Q } = state;
  const callee = slotVariable[e]!;
  const given = factorCaller[f]! < 0;
  const first = factorStart[f]!;
  const caller = slotVariable[first]!;
  const callers = given ? 1 : m;
  for (let u = 0; u < cnt[callee]!; u += 1) {
    const row = factorRowsT[f]! + lab[callee * m + u]! * callers;
    let least = given ? Q[row]! : Number.POSITIVE_INFINITY;
    if (!given)
      for (let s = 0; s < cnt[caller]!; s += 1) {
        const value = slotPhi[first * m + s]! + Q[row + lab[caller * m + s]!]!;
        if (value < least) least = value;
      }
    into[u] = least;
  }
  state.work += 100 + 1.5 * cnt[callee]! * (given ? 1 : cnt[caller]!);
}
