import type { State } from './state.ts';

/** All labels that no unary rule forbids. */
export function allLabels(state: State): void {
  const { n, m, lab, cnt, unary } = state;
  for (let i = 0; i < n; i += 1) {
    let count = 0;
    for (let k = 0; k < m; k += 1) {
      if (unary[i * m + k] === Number.POSITIVE_INFINITY) continue;
      lab[i * m + count] = k;
      count += 1;
    }
    cnt[i] = count;
  }
}

/** Where each label stands in its variable's list, -1 for those that are gone. */
export function indexLabels({ n, m, lab, cnt, pos }: State): void {
  pos.fill(-1, 0, n * m);
  for (let i = 0; i < n; i += 1) {
    for (let t = 0; t < cnt[i]!; t += 1) pos[i * m + lab[i * m + t]!] = t;
  }
}

/**
 * Removes labels to a fixed point: a variable with one label left takes its room there; labels of others
 * that no longer fit go, and labels of neighbours that are forbidden beside it. False: a variable has none
 * left, or a location is overloaded. Leaves the use of the fixed variables in `fixedUse`.
 */
export function propagate(state: State): boolean {
  const { n, m, R, lab, cnt, demand, room, fixedUse, big } = state;
  const fixed = new Uint8Array(n);
  fixedUse.fill(0);
  for (let changed = true; changed; ) {
    changed = false;
    let full = false;
    for (let i = 0; i < n; i += 1) {
      if (cnt[i] === 0) return false;
      if (fixed[i] || cnt[i] !== 1) continue;
      fixed[i] = 1;
      changed = true;
      full = true;
      const k = lab[i * m]!;
      for (let r = 0; r < R; r += 1) {
        const at = k * R + r;
        fixedUse[at] = fixedUse[at]! + demand[i * R + r]!;
        if (demand[i * R + r]! > 0 && fixedUse[at]! > room[at]!) return false;
      }
      if (!forbidAround(state, i, k, big)) return false;
    }
    if (!full) break;
    for (let i = 0; i < n; i += 1) {
      if (fixed[i]) continue;
      let kept = 0;
      for (let t = 0; t < cnt[i]!; t += 1) {
        const k = lab[i * m + t]!;
        let fits = true;
        for (let r = 0; r < R; r += 1) {
          const amount = demand[i * R + r]!;
          if (amount > 0 && fixedUse[k * R + r]! + amount > room[k * R + r]!) fits = false;
        }
        if (!fits) continue;
        lab[i * m + kept] = k;
        kept += 1;
      }
      cnt[i] = kept;
    }
  }
  state.work += 20 * n * m;
  return true;
}

/** Removes from the neighbours of variable i on label k what is forbidden with it. */
function forbidAround(state: State, i: number, k: number, big: number): boolean {
  const { m, Q, lab, cnt, rowsA, rowsB, diag, adjStart, adjPair, adjSide, adjOther } = state;
  for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
    const p = adjPair[e]!;
    const j = adjOther[e]!;
    const row = (adjSide[e] === 0 ? rowsA[p]! : rowsB[p]!) + k * m;
    let kept = 0;
    for (let t = 0; t < cnt[j]!; t += 1) {
      const l = lab[j * m + t]!;
      const cost = l === k ? diag[p * m + k]! : Q[row + l]!;
      if (cost >= big) continue;
      lab[j * m + kept] = l;
      kept += 1;
    }
    cnt[j] = kept;
    if (kept === 0) return false;
  }
  return true;
}

/**
 * Removes the marked labels everywhere, in place, order kept, and clears the marks. False: a variable has
 * no label left.
 */
export function removeDead(state: State): boolean {
  const { n, m, lab, cnt, dead, un, msg, keptMsg, keptTh, slotMsg, slotPhi, keptSlotMsg, keptSlotPhi } =
    state;
  const { adjStart, adjPair, adjSide, variableSlots, variableSlotStart } = state;
  for (let i = 0; i < n; i += 1) {
    const first = i * m;
    const count = cnt[i]!;
    let kept = 0;
    while (kept < count && !dead[first + kept]) kept += 1;
    if (kept === count) continue;
    const firstGone = kept;
    const squeeze = (values: Float64Array, offset: number) => {
      let to = firstGone;
      for (let t = firstGone; t < count; t += 1) {
        if (dead[first + t]) continue;
        values[offset + to] = values[offset + t]!;
        to += 1;
      }
    };
    squeeze(keptTh, first);
    squeeze(un, first);
    for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
      const offset = (2 * adjPair[e]! + adjSide[e]!) * m;
      squeeze(msg, offset);
      squeeze(keptMsg, offset);
    }
    for (let v = variableSlotStart[i]!; v < variableSlotStart[i + 1]!; v += 1) {
      const offset = variableSlots[v]! * m;
      for (const values of [slotMsg, slotPhi, keptSlotMsg, keptSlotPhi]) squeeze(values, offset);
    }
    for (let t = firstGone; t < count; t += 1) {
      if (dead[first + t]) {
        dead[first + t] = 0;
        continue;
      }
      lab[first + kept] = lab[first + t]!;
      kept += 1;
    }
    cnt[i] = kept;
    if (kept === 0) {
      dead.fill(0);
      return false;
    }
  }
  indexLabels(state);
  return true;
}
