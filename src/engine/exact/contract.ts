import type { State } from './state.ts';

/**
 * The graph that is left at a node: variables with one label are contracted into their neighbours, whose
 * unary costs take over what the pair costs with it. Sweeps then run over the open pairs alone, and each
 * variable shares its cost among fewer of them, which makes the bound of one pass better. Messages of
 * contracted pairs are dropped: the bound holds for any messages. Members of nearest factors stay in the
 * order, with one label or more. O(pairs + labels of neighbours of fixed variables).
 */
export function contract(state: State): void {
  const { n, m, lab, cnt, unary, own, order, variableSlotStart, slotEarlier, slotLater, gamma } = state;
  const { adjStart, adjLater, adjPair, adjSide, adjOther, Q, rowsA, rowsB, diag } = state;
  const { R, demand, contractedUse } = state;
  const { active, openStart, openLater, openEnd, openPair, openSide, openOther } = state;
  let fixedCost = 0;
  let actives = 0;
  let entries = 0;
  contractedUse.fill(0);
  for (let at = 0; at < n; at += 1) {
    const i = order[at]!;
    const first = i * m;
    const count = cnt[i]!;
    const isOpen = count > 1;
    const hasSlots = variableSlotStart[i + 1]! > variableSlotStart[i]!;
    openStart[i] = entries;
    openLater[i] = entries;
    openEnd[i] = entries;
    if (!isOpen && !hasSlots) {
      const k = lab[first]!;
      fixedCost += unary[first + k]! + fixedPairs(state, i);
      for (let r = 0; r < R; r += 1)
        contractedUse[k * R + r] = contractedUse[k * R + r]! + demand[i * R + r]!;
      continue;
    }
    active[actives] = i;
    actives += 1;
    for (let t = 0; t < count; t += 1) own[first + t] = unary[first + lab[first + t]!]!;
    if (!isOpen) own[first] = own[first]! + fixedPairs(state, i);
    let earlier = slotEarlier[i]!;
    let later = slotLater[i]!;
    for (let e = adjStart[i]!; isOpen && e < adjStart[i + 1]!; e += 1) {
      const j = adjOther[e]!;
      const p = adjPair[e]!;
      if (cnt[j]! > 1) {
        openPair[entries] = p;
        openSide[entries] = adjSide[e]!;
        openOther[entries] = j;
        entries += 1;
        if (e < adjLater[i]!) {
          openLater[i] = entries;
          earlier += 1;
        } else later += 1;
        continue;
      }
      const other = lab[j * m]!;
      const row = (adjSide[e] === 0 ? rowsB[p]! : rowsA[p]!) + other * m;
      for (let t = 0; t < count; t += 1) {
        const k = lab[first + t]!;
        own[first + t] = own[first + t]! + (k === other ? diag[p * m + k]! : Q[row + k]!);
      }
    }
    openEnd[i] = entries;
    gamma[i] = 1 / Math.max(1, earlier, later);
  }
  state.actives = actives;
  state.fixedCost = fixedCost;
  state.work += 4 * entries + 2 * n;
}

/** What the pairs of a fixed variable with fixed ones before it cost. */
function fixedPairs(state: State, i: number): number {
  const { m, lab, cnt, adjStart, adjLater, adjPair, adjSide, adjOther, Q, rowsA, rowsB, diag } = state;
  const k = lab[i * m]!;
  let cost = 0;
  for (let e = adjStart[i]!; e < adjLater[i]!; e += 1) {
    const j = adjOther[e]!;
    if (cnt[j]! > 1) continue;
    const p = adjPair[e]!;
    const other = lab[j * m]!;
    const row = (adjSide[e] === 0 ? rowsB[p]! : rowsA[p]!) + other * m;
    cost += k === other ? diag[p * m + k]! : Q[row + k]!;
  }
  return cost;
}
