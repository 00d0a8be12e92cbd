import { contract } from './contract.ts';
import { indexLabels, propagate } from './labels.ts';
import { refreshSame } from './node.ts';
import type { State } from './state.ts';

/** What the two children of a node start from: labels, messages, prices. Any message is valid, so single precision is harmless. */
export interface Snapshot {
  readonly counts: Uint16Array;
  readonly labels: Uint16Array;
  readonly messages: Float32Array;
  readonly slots: Float32Array;
  readonly prices: Float64Array;
  /** Memory, so that the tree knows its size. */
  readonly bytes: number;
}

/** Copies the state of the node that was just bounded. */
export function takeSnapshot(state: State): Snapshot {
  const { n, m, cnt, lab, msg, slotMsg, slotPhi, price, variableSlots, variableSlotStart } = state;
  const { openStart, openEnd, openPair, openSide, openOther } = state;
  let labels = 0;
  let messages = 0;
  let slots = 0;
  for (let i = 0; i < n; i += 1) {
    const count = cnt[i]!;
    labels += count;
    if (count > 1)
      for (let e = openStart[i]!; e < openEnd[i]!; e += 1) if (cnt[openOther[e]!]! > 1) messages += count;
    slots += 2 * count * (variableSlotStart[i + 1]! - variableSlotStart[i]!);
  }
  const snapshot = {
    counts: Uint16Array.from(cnt),
    labels: new Uint16Array(labels),
    messages: new Float32Array(messages),
    slots: new Float32Array(slots),
    prices: price.slice(),
    bytes: 2 * (n + labels) + 4 * (messages + slots) + 8 * price.length + 200,
  };
  let atLabel = 0;
  let atMessage = 0;
  let atSlot = 0;
  for (let i = 0; i < n; i += 1) {
    const count = cnt[i]!;
    for (let t = 0; t < count; t += 1) snapshot.labels[atLabel + t] = lab[i * m + t]!;
    atLabel += count;
    for (let e = openStart[i]!; count > 1 && e < openEnd[i]!; e += 1) {
      if (cnt[openOther[e]!]! < 2) continue;
      const from = (2 * openPair[e]! + openSide[e]!) * m;
      for (let t = 0; t < count; t += 1) snapshot.messages[atMessage + t] = msg[from + t]!;
      atMessage += count;
    }
    for (let v = variableSlotStart[i]!; v < variableSlotStart[i + 1]!; v += 1) {
      const from = variableSlots[v]! * m;
      for (let t = 0; t < count; t += 1) snapshot.slots[atSlot + t] = slotMsg[from + t]!;
      atSlot += count;
      for (let t = 0; t < count; t += 1) snapshot.slots[atSlot + t] = slotPhi[from + t]!;
      atSlot += count;
    }
  }
  state.work += labels + messages + slots;
  return snapshot;
}

/**
 * Loads a node: the labels of its parent with one decision (variable on label, or not), what follows from
 * it, and the parent's messages and prices. False: nothing can be placed here.
 */
export function loadNode(
  state: State,
  { counts, labels, messages, slots, prices }: Snapshot,
  variable: number,
  label: number,
  on: boolean,
): boolean {
  const { n, m, cnt, lab, msg, slotMsg, slotPhi, variableSlots, variableSlotStart } = state;
  const { adjStart, adjPair, adjSide, adjOther } = state;
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    const count = counts[i]!;
    let kept = 0;
    for (let t = 0; t < count; t += 1) {
      const k = labels[at + t]!;
      if (i === variable && (k === label) !== on) continue;
      lab[i * m + kept] = k;
      kept += 1;
    }
    cnt[i] = kept;
    at += count;
  }
  state.work += at;
  if (!propagate(state)) return false;
  state.price.set(prices);
  const place = state.sortedAt;
  let atLabel = 0;
  let atMessage = 0;
  let atSlot = 0;
  for (let i = 0; i < n; i += 1) {
    const before = counts[i]!;
    const count = cnt[i]!;
    const first = i * m;
    if (before === 1 && variableSlotStart[i] === variableSlotStart[i + 1]) {
      atLabel += 1;
      continue;
    }
    let t = 0;
    for (let old = 0; t < count; old += 1) {
      if (labels[atLabel + old] !== lab[first + t]) continue;
      place[t] = old;
      t += 1;
    }
    atLabel += before;
    // In the order in which the parent's open pairs were written: what it had contracted is not among them.
    for (let e = adjStart[i]!; before > 1 && e < adjStart[i + 1]!; e += 1) {
      const j = adjOther[e]!;
      if (counts[j]! < 2) continue;
      if (count > 1 && cnt[j]! > 1) {
        const into = (2 * adjPair[e]! + adjSide[e]!) * m;
        if (count === before) for (let s = 0; s < count; s += 1) msg[into + s] = messages[atMessage + s]!;
        else for (let s = 0; s < count; s += 1) msg[into + s] = messages[atMessage + place[s]!]!;
        state.work += count;
      }
      atMessage += before;
    }
    for (let v = variableSlotStart[i]!; v < variableSlotStart[i + 1]!; v += 1) {
      const into = variableSlots[v]! * m;
      for (let s = 0; s < count; s += 1) slotMsg[into + s] = slots[atSlot + place[s]!]!;
      atSlot += before;
      for (let s = 0; s < count; s += 1) slotPhi[into + s] = slots[atSlot + place[s]!]!;
      atSlot += before;
    }
  }
  indexLabels(state);
  contract(state);
  refreshSame(state);
  return true;
}
