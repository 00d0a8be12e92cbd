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
  const { n, m, cnt, lab, msg, slotMsg, slotPhi, price, adjStart, adjPair, adjSide } = state;
  let labels = 0;
  let messages = 0;
  let slots = 0;
  for (let i = 0; i < n; i += 1) {
    labels += cnt[i]!;
    messages += cnt[i]! * (adjStart[i + 1]! - adjStart[i]!);
    slots += 2 * cnt[i]! * (state.variableSlotStart[i + 1]! - state.variableSlotStart[i]!);
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
    for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
      const from = (2 * adjPair[e]! + adjSide[e]!) * m;
      for (let t = 0; t < count; t += 1) snapshot.messages[atMessage + t] = msg[from + t]!;
      atMessage += count;
    }
    for (let v = state.variableSlotStart[i]!; v < state.variableSlotStart[i + 1]!; v += 1) {
      const from = state.variableSlots[v]! * m;
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
  const { n, m, cnt, lab, msg, slotMsg, slotPhi, adjStart, adjPair, adjSide } = state;
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    let kept = 0;
    for (let t = 0; t < counts[i]!; t += 1) {
      const k = labels[at + t]!;
      if (i === variable && (k === label) !== on) continue;
      lab[i * m + kept] = k;
      kept += 1;
    }
    cnt[i] = kept;
    at += counts[i]!;
  }
  state.work += 20_000;
  if (!propagate(state)) return false;
  state.price.set(prices);
  const place = state.sortedAt;
  let atLabel = 0;
  let atMessage = 0;
  let atSlot = 0;
  for (let i = 0; i < n; i += 1) {
    const before = counts[i]!;
    const count = cnt[i]!;
    let t = 0;
    for (let old = 0; old < before && t < count; old += 1) {
      if (labels[atLabel + old] !== lab[i * m + t]) continue;
      place[t] = old;
      t += 1;
    }
    atLabel += before;
    for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) {
      const into = (2 * adjPair[e]! + adjSide[e]!) * m;
      for (let s = 0; s < count; s += 1) msg[into + s] = messages[atMessage + place[s]!]!;
      atMessage += before;
    }
    for (let v = state.variableSlotStart[i]!; v < state.variableSlotStart[i + 1]!; v += 1) {
      const into = state.variableSlots[v]! * m;
      for (let s = 0; s < count; s += 1) slotMsg[into + s] = slots[atSlot + place[s]!]!;
      atSlot += before;
      for (let s = 0; s < count; s += 1) slotPhi[into + s] = slots[atSlot + place[s]!]!;
      atSlot += before;
    }
  }
  indexLabels(state);
  refreshSame(state);
  return true;
}
