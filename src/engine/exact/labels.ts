import type { State } from './state.ts';

/** All labels that no rule on the variable alone forbids. */
export function allLabels({ n, m, lab, cnt, may, mayCount }: State): void {
  lab.set(may.subarray(0, n * m));
  cnt.set(mayCount);
}

/** Local search goes where the labels of now are, and nowhere else. At the root only: there they are proved. */
export function searchAmongLabels({ n, m, lab, cnt, alive, aliveCount }: State): void {
  alive.set(lab.subarray(0, n * m));
  aliveCount.set(cnt);
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
  const { m, lab, cnt, pos, dead, own, un, msg, keptMsg, keptTh, active, actives } = state;
  const { slotMsg, slotPhi, keptSlotMsg, keptSlotPhi, variableSlots, variableSlotStart } = state;
  const { openStart, openEnd, openPair, openSide } = state;
  for (let at = 0; at < actives; at += 1) {
    const i = active[at]!;
    const first = i * m;
    const count = cnt[i]!;
    let gone = 0;
    while (gone < count && !dead[first + gone]) gone += 1;
    if (gone === count) continue;
    squeeze(state, first, gone, count, keptTh, first);
    squeeze(state, first, gone, count, own, first);
    squeeze(state, first, gone, count, un, first);
    for (let e = openStart[i]!; e < openEnd[i]!; e += 1) {
      const offset = (2 * openPair[e]! + openSide[e]!) * m;
      squeeze(state, first, gone, count, msg, offset);
      squeeze(state, first, gone, count, keptMsg, offset);
    }
    for (let v = variableSlotStart[i]!; v < variableSlotStart[i + 1]!; v += 1) {
      const offset = variableSlots[v]! * m;
      squeeze(state, first, gone, count, slotMsg, offset);
      squeeze(state, first, gone, count, slotPhi, offset);
      squeeze(state, first, gone, count, keptSlotMsg, offset);
      squeeze(state, first, gone, count, keptSlotPhi, offset);
    }
    let kept = gone;
    for (let t = gone; t < count; t += 1) {
      const k = lab[first + t]!;
      if (dead[first + t]) {
        dead[first + t] = 0;
        pos[first + k] = -1;
        continue;
      }
      lab[first + kept] = k;
      pos[first + k] = kept;
      kept += 1;
    }
    cnt[i] = kept;
    state.work += count;
    if (kept === 0) {
      dead.fill(0);
      return false;
    }
  }
  return true;
}

/** Closes the gaps that dead labels leave in values by position; the first of them is at `gone`. */
function squeeze(
  { dead }: State,
  first: number,
  gone: number,
  count: number,
  values: Float64Array,
  offset: number,
): void {
  let to = offset + gone;
  for (let t = gone + 1; t < count; t += 1) {
    if (dead[first + t]) continue;
    values[to] = values[offset + t]!;
    to += 1;
  }
}
