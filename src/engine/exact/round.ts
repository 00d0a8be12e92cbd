import { nearestMember } from './nearestmember.ts';
import type { State } from './state.ts';

/**
 * Labels along the order, each the least of its priced unary cost, exact costs to the variables before it
 * and messages from those after it. Capacity is not looked at: what is overloaded tells where prices must
 * rise. Fills `rounded` and `use`.
 */
export function roundLabels(state: State): void {
  const { n, R, m, order, cnt, lab, rounded, use, demand, scratch, active, actives, contractedUse } = state;
  use.set(contractedUse);
  for (let at = 0; at < n; at += 1) if (cnt[order[at]!] === 1) rounded[order[at]!] = lab[order[at]! * m]!;
  for (let at = 0; at < actives; at += 1) {
    const i = active[at]!;
    costOfNext(state, i, rounded, scratch);
    let best = 0;
    for (let t = 1; t < cnt[i]!; t += 1) if (scratch[t]! < scratch[best]!) best = t;
    const k = lab[i * m + best]!;
    rounded[i] = k;
    for (let r = 0; r < R; r += 1) use[k * R + r] = use[k * R + r]! + demand[i * R + r]!;
  }
}

/** Cost by position of variable i when those before it in the order have the labels x: exact where both are
 * placed, messages where not. */
export function costOfNext(state: State, i: number, x: Int32Array, into: Float64Array): void {
  const { m, cnt, lab, un, msg, Q, same, rowsA, rowsB } = state;
  const { openStart, openLater, openEnd, openPair, openSide, openOther } = state;
  const first = i * m;
  const count = cnt[i]!;
  for (let t = 0; t < count; t += 1) into[t] = un[first + t]!;
  for (let e = openStart[i]!; e < openLater[i]!; e += 1) {
    const p = openPair[e]!;
    const other = x[openOther[e]!]!;
    const row = (openSide[e] === 0 ? rowsB[p]! : rowsA[p]!) + other * m;
    for (let t = 0; t < count; t += 1) {
      const k = lab[first + t]!;
      into[t] = into[t]! + (k === other ? same[p * m + k]! : Q[row + k]!);
    }
  }
  for (let e = openLater[i]!; e < openEnd[i]!; e += 1) {
    const from = (2 * openPair[e]! + openSide[e]!) * m;
    for (let t = 0; t < count; t += 1) into[t] = into[t]! + msg[from + t]!;
  }
  state.work += count * (1 + openEnd[i]! - openStart[i]!);
  for (let v = state.variableSlotStart[i]!; v < state.variableSlotStart[i + 1]!; v += 1) {
    const slot = state.variableSlots[v]!;
    if (state.slotLast[slot]) addExactNearest(state, slot, x, into);
    else for (let t = 0; t < count; t += 1) into[t] = into[t]! + state.slotMsg[slot * m + t]!;
  }
}

function addExactNearest(state: State, slot: number, x: Int32Array, into: Float64Array): void {
  const { m, cnt, lab, Q, slotFactor, slotVariable, factorStart, factorCaller, factorRows } = state;
  const f = slotFactor[slot]!;
  const i = slotVariable[slot]!;
  const caller = factorCaller[f]!;
  const rows = factorRows[f]!;
  if (caller === i) {
    for (let t = 0; t < cnt[i]!; t += 1) {
      const k = lab[i * m + t]!;
      into[t] = into[t]! + Q[rows + k * m + nearestMember(state, f, k, x, -1)]!;
    }
    return;
  }
  const row = rows + (caller < 0 ? 0 : x[caller]! * m);
  let elsewhere = Number.POSITIVE_INFINITY;
  for (let e = factorStart[f]! + (caller < 0 ? 0 : 1); e < factorStart[f + 1]!; e += 1) {
    const j = slotVariable[e]!;
    if (j !== i) elsewhere = Math.min(elsewhere, Q[row + x[j]!]!);
  }
  for (let t = 0; t < cnt[i]!; t += 1) into[t] = into[t]! + Math.min(elsewhere, Q[row + lab[i * m + t]!]!);
}
