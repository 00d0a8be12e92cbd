import { sendMessage } from './message.ts';
import { receiveFromNearest } from './nearestmessage.ts';
import { EPS, type State } from './state.ts';

/**
 * One sweep of sequential tree-reweighted message passing (Kolmogorov 2006), forward or backward along the
 * order. Returns a lower bound on every placement with the labels that are left, valid for any messages and
 * any prices: the energy is the sum of all variables' and pairs' parts, of each variable's part at most one
 * whole is handed to the pairs that lie ahead, and each pair keeps what is not negative.
 *
 * A backward sweep that directly follows a forward one with the same prices also marks labels: `base` is
 * the bound of that forward sweep, and base + th[t] bounds every placement with the label (reduced-cost
 * fixing). O(pairs x labels squared) at most, far less in practice.
 */
export function sweep(state: State, forward: boolean, base: number): number {
  const { m, cnt, un, th, msg, b, gamma, active, actives, dead, ub } = state;
  const { openStart, openLater, openEnd, openPair, openSide, openOther } = state;
  const { rowsA, rowsB, leastA, leastB, factorCaller } = state;
  const { variableSlots, variableSlotStart, slotFirst, slotLast, slotMsg, slotPhi } = state;
  const { slotFactor, nearStale } = state;
  let bound = state.constant;
  const limit = ub - EPS - base;
  nearStale.fill(1);
  for (let at = 0; at < actives; at += 1) {
    const i = active[forward ? at : actives - 1 - at]!;
    const first = i * m;
    const count = cnt[i]!;
    for (let t = 0; t < count; t += 1) th[first + t] = un[first + t]!;
    for (let e = openStart[i]!; e < openEnd[i]!; e += 1) {
      const from = (2 * openPair[e]! + openSide[e]!) * m;
      for (let t = 0; t < count; t += 1) th[first + t] = th[first + t]! + msg[from + t]!;
    }
    const slotsEnd = variableSlotStart[i + 1]!;
    for (let v = variableSlotStart[i]!; v < slotsEnd; v += 1) {
      const slot = variableSlots[v]!;
      // Where it is the first, nothing changed since it was the last.
      if (!(forward ? slotFirst[slot] : slotLast[slot])) receiveFromNearest(state, slot);
      for (let t = 0; t < count; t += 1) th[first + t] = th[first + t]! + slotMsg[slot * m + t]!;
    }
    let least = th[first]!;
    for (let t = 1; t < count; t += 1) if (th[first + t]! < least) least = th[first + t]!;
    bound += least;
    for (let t = 0; t < count; t += 1) th[first + t] = th[first + t]! - least;
    if (!forward) for (let t = 0; t < count; t += 1) if (th[first + t]! > limit) dead[first + t] = 1;
    const share = gamma[i]!;
    const begin = forward ? openLater[i]! : openStart[i]!;
    const end = forward ? openEnd[i]! : openLater[i]!;
    for (let e = begin; e < end; e += 1) {
      const p = openPair[e]!;
      const side = openSide[e]!;
      const incoming = (2 * p + side) * m;
      for (let t = 0; t < count; t += 1) b[t] = share * th[first + t]! - msg[incoming + t]!;
      // The matrix by row of the receiver: of b where this is a.
      const into = (2 * p + 1 - side) * m;
      bound +=
        side === 0
          ? sendMessage(state, i, openOther[e]!, p, rowsB[p]!, leastB, into)
          : sendMessage(state, i, openOther[e]!, p, rowsA[p]!, leastA, into);
    }
    for (let v = variableSlotStart[i]!; v < slotsEnd; v += 1) {
      const slot = variableSlots[v]!;
      const given = (forward ? slotLast[slot] : slotFirst[slot]) ? 0 : share;
      for (let t = 0; t < count; t += 1)
        slotPhi[slot * m + t] = given * th[first + t]! - slotMsg[slot * m + t]!;
      if (factorCaller[slotFactor[slot]!] === i) nearStale[slotFactor[slot]!] = 1;
    }
  }
  return bound;
}
