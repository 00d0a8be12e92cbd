import type { Oriented } from './matrices.ts';
import type { LargeState } from './state.ts';
import { FORBIDDEN } from './terms.ts';

/**
 * Adaptive labels. At first a label is a group of locations; single locations become labels of their own
 * where the relaxation or the best placement uses them, and the group's label stands for the rest. A label
 * costs the least of what its locations cost, a pair of labels the least over their pairs: both only lower
 * the bound. A new label inherits its group's messages, so that a split keeps the bound.
 */
export function firstLabels(state: LargeState, allSingle: boolean): void {
  const { matrices, m } = state;
  const { arena, groups, groupStart, location } = matrices;
  state.labels = 0;
  arena.i32.fill(0, state.labelOf, state.labelOf + m);
  for (let g = 0; g < groups; g += 1) {
    const label = state.labels++;
    state.single[label] = -1;
    state.groupOf[label] = g;
    for (let p = groupStart[g]!; p < groupStart[g + 1]!; p += 1) arena.i32[state.labelOf + p] = label;
    if (!allSingle) refreshRest(state, label);
  }
  if (allSingle) {
    // No group is left: its label becomes its first location.
    state.labels = 0;
    for (let p = 0; p < m; p += 1) {
      if (location[p]! < 0) continue;
      const label = state.labels++;
      state.single[label] = p;
      state.groupOf[label] = -1;
      arena.i32[state.labelOf + p] = label;
    }
    for (let label = 0; label < state.labels; label += 1) refreshSingle(state, label);
  }
  if (allSingle) {
    const members = Array.from({ length: state.labels }, (_, label) => membersOf(state, label));
    for (let a = 0; a < state.labels; a += 1) fillPairs(state, a, members, a);
  } else copyGroups(state);
  closeLabels(state);
}

/** What lies between groups is the same for every application. */
function copyGroups(state: LargeState): void {
  const { matrices, stride, labelMatrix, labels } = state;
  const { f32 } = matrices.arena;
  for (const name of ['delay', 'volume', 'loss', 'hard'] as const) {
    const least = matrices.groupLeast[name];
    for (let a = 0; a < labels; a += 1) {
      for (let b = 0; b < labels; b += 1) {
        f32[labelMatrix[name].byCaller + a * stride + b] = least[a * labels + b]!;
        f32[labelMatrix[name].byCallee + b * stride + a] = least[a * labels + b]!;
      }
    }
  }
  for (let a = 0; a < labels; a += 1)
    for (let b = a; b < labels; b += 1) fillMasks(state, a, b, a === b ? membersOf(state, a).length : 0);
}

/** Makes the positions labels of their own, as far as there is room. Returns how many became so. */
export function split(state: LargeState, positions: readonly number[]): number {
  const { arena } = state.matrices;
  const { f32, i32 } = arena;
  const touched = new Set<number>();
  let done = 0;
  for (const p of positions) {
    if (state.labels >= state.stride) break;
    const rest = i32[state.labelOf + p]!;
    if (state.single[rest]! >= 0) continue;
    const label = state.labels++;
    state.single[label] = p;
    state.groupOf[label] = -1;
    state.parent[label] = rest;
    state.price.fill(0, label * state.R, (label + 1) * state.R);
    i32[state.labelOf + p] = label;
    for (const { message } of state.slots) f32[message + label] = f32[message + rest]!;
    touched.add(rest);
    done += 1;
  }
  if (done === 0) return 0;
  for (const rest of touched) refreshRest(state, rest);
  for (let label = state.labels - done; label < state.labels; label += 1) refreshSingle(state, label);
  const members = Array.from({ length: state.labels }, (_, label) => standInsOf(state, label));
  for (let label = state.labels - done; label < state.labels; label += 1) fillPairs(state, label, members, 0);
  closeLabels(state);
  state.work += done * (state.m * 8 + state.n);
  return done;
}

/** Number of labels as the kernels see it. */
export function paddedLabels({ labels }: LargeState): number {
  return Math.ceil(labels / 4) * 4;
}

function refreshSingle(state: LargeState, label: number): void {
  state.labelZone[label] = state.matrices.zone[state.single[label]!]!;
  for (let i = 0; i < state.n; i += 1) labelUnary(state, i, label);
}

function refreshRest(state: LargeState, label: number): void {
  let zone = -2;
  for (const p of membersOf(state, label)) {
    const own = state.matrices.zone[p]!;
    zone = zone === -2 || zone === own ? own : -1;
  }
  state.labelZone[label] = zone < 0 ? -1 : zone;
  for (let i = 0; i < state.n; i += 1) labelUnary(state, i, label);
}

function labelUnary(state: LargeState, i: number, label: number): void {
  const { f32, i32 } = state.matrices.arena;
  const row = state.unary + i * state.m;
  const p = state.single[label]!;
  let least = FORBIDDEN;
  if (p >= 0) least = f32[row + p]!;
  else {
    const { groupStart } = state.matrices;
    const g = state.groupOf[label]!;
    for (let q = groupStart[g]!; q < groupStart[g + 1]!; q += 1)
      if (i32[state.labelOf + q] === label && f32[row + q]! < least) {
        least = f32[row + q]!;
        state.restAt[i * state.stride + label] = q;
      }
  }
  f32[state.labelUnary + i * state.stride + label] = least;
}

function membersOf(state: LargeState, label: number): number[] {
  const p = state.single[label]!;
  if (p >= 0) return [p];
  const { i32 } = state.matrices.arena;
  return groupMembersOf(state, label).filter((q) => i32[state.labelOf + q] === label);
}

function groupMembersOf(state: LargeState, label: number): number[] {
  const { groupStart, location } = state.matrices;
  const g = state.groupOf[label]!;
  const members: number[] = [];
  for (let q = groupStart[g]!; q < groupStart[g + 1]!; q += 1) if (location[q]! >= 0) members.push(q);
  return members;
}

/**
 * A label of whose group nothing is left is forbidden by its unary alone, which messages made before do not
 * know: its pairs have to cost as much as they did then, or a split would lower the bound.
 */
function standInsOf(state: LargeState, label: number): number[] {
  const members = membersOf(state, label);
  return members.length > 0 ? members : groupMembersOf(state, label);
}

/** Entries of one label against all from `first` on, in both orientations. */
function fillPairs(
  state: LargeState,
  a: number,
  members: readonly (readonly number[])[],
  first: number,
): void {
  const own = members[a]!;
  const { delay, volume, loss, hard } = state.matrices;
  for (let b = first; b < state.labels; b += 1) {
    const other = members[b]!;
    fillLeast(state, delay, state.labelMatrix.delay, a, b, own, other);
    fillLeast(state, volume, state.labelMatrix.volume, a, b, own, other);
    fillLeast(state, loss, state.labelMatrix.loss, a, b, own, other);
    if (hard !== delay) fillLeast(state, hard, state.labelMatrix.hard, a, b, own, other);
    fillMasks(state, a, b, own.length);
  }
}

function fillLeast(
  state: LargeState,
  matrix: Oriented,
  into: Oriented,
  a: number,
  b: number,
  own: readonly number[],
  other: readonly number[],
): void {
  const { m, stride } = state;
  const { f32 } = state.matrices.arena;
  const oneWay = matrix.byCaller === matrix.byCallee;
  let calling = Number.POSITIVE_INFINITY;
  let called = Number.POSITIVE_INFINITY;
  for (const p of own) {
    for (const q of other) {
      const out = f32[matrix.byCaller + p * m + q]!;
      if (out < calling) calling = out;
      if (oneWay) continue;
      const back = f32[matrix.byCallee + p * m + q]!;
      if (back < called) called = back;
    }
  }
  if (oneWay) called = calling;
  f32[into.byCaller + a * stride + b] = calling;
  f32[into.byCallee + b * stride + a] = calling;
  f32[into.byCallee + a * stride + b] = called;
  f32[into.byCaller + b * stride + a] = called;
}

function fillMasks(state: LargeState, a: number, b: number, members: number): void {
  const { stride, mask, labelZone } = state;
  const { f32 } = state.matrices.arena;
  const set = (offset: number, value: boolean) => {
    f32[offset + a * stride + b] = f32[offset + b * stride + a] = value ? 1 : 0;
  };
  set(mask.differ, a !== b);
  set(mask.same, a === b && members === 1);
  set(mask.zone, labelZone[a]! >= 0 && labelZone[a] === labelZone[b]);
}

/** Padding up to a multiple of four is forbidden and costs nothing more. */
function closeLabels(state: LargeState): void {
  const { n, stride, labels, R, priceRows } = state;
  const { f32 } = state.matrices.arena;
  const end = paddedLabels(state);
  layClasses(state);
  for (let r = 0; r < R; r += 1) f32.fill(0, priceRows + r * stride + labels, priceRows + r * stride + end);
  for (let label = labels; label < end; label += 1) {
    for (let i = 0; i < n; i += 1) f32[state.labelUnary + i * stride + label] = FORBIDDEN;
    for (const { message } of state.slots) f32[message + label] = 0;
  }
}

/** Labels of one class clash; the rest of a group that cannot clash has a class of its own for either part. */
function layClasses({ labels, labelZone, single, classes, matrices }: LargeState): void {
  const { i32 } = matrices.arena;
  for (const kind of ['Zone', 'Location'] as const) {
    for (let label = 0; label < labels; label += 1) {
      const named = kind === 'Zone' ? labelZone[label]! : single[label]! < 0 ? -1 : label;
      for (const part of [0, 1] as const)
        i32[classes[kind][part] + label] = named >= 0 ? named : -1 - 2 * label - part;
    }
  }
}
