import { sweepJoint } from './jointmessage.ts';
import { paddedLabels } from './labels.ts';
import { multiply, offer } from './product.ts';
import type { SoftDemand } from './softdemand.ts';
import type { LargeState, Slot } from './state.ts';
import { addUnary } from './unary.ts';

/**
 * One sequential tree-reweighted pass (Kolmogorov 2006; for nearest-factors as Kolmogorov 2015) along the
 * order or against it. A variable first collects what its factors with members already visited cost at
 * least on each of its labels, takes out its least value, and hands shares of the rest to factors with
 * members still to come. Returns the bound, valid for whatever messages it started from, prices included
 * but without `priceOfRoom`. `soft` collects what is demanded on the way. Undefined: `stop` ended it,
 * with messages as valid as any. O(factors x labels squared).
 */
export function sweep(
  state: LargeState,
  forward: boolean,
  soft: SoftDemand,
  stop: () => boolean,
): number | undefined {
  const { order, n, slotsOf, gamma, scratch } = state;
  const { kernels } = state.matrices.arena;
  const length = paddedLabels(state);
  const theta = scratch[0]!;
  let bound = 0;
  for (let turn = 0; turn < n; turn += 1) {
    if (stop()) return undefined;
    const i = order[forward ? turn : n - 1 - turn]!;
    const own = slotsOf[i]!;
    for (const slot of own) if (forward ? slot.earlier : slot.later) bound += collect(state, slot);
    addUnary(state, i, theta);
    for (const { message } of own) kernels.addScaled(theta, message, 1, length);
    const least = kernels.least(theta, length);
    bound += least;
    kernels.addConstant(theta, -least, length);
    soft.add(state, i, theta);
    for (const slot of own)
      if (forward ? slot.later : slot.earlier) kernels.addScaled(slot.message, theta, -gamma[i]!, length);
  }
  state.work += state.slots.length * length;
  return bound;
}

/** Least value of price times room, which the bound has to give back. */
export function priceOfRoom({ labels, R, price, single, room }: LargeState): number {
  let sum = 0;
  for (let label = 0; label < labels; label += 1) {
    const p = single[label]!;
    for (let r = 0; p >= 0 && r < R; r += 1) sum += price[label * R + r]! * room[p * R + r]!;
  }
  return sum;
}

/** Message from a factor to one of its members; the least value of a pair is taken out and returned. */
function collect(state: LargeState, slot: Slot): number {
  const { factors, slotsIn, scratch } = state;
  const { kernels } = state.matrices.arena;
  const factor = factors[slot.factor]!;
  const length = paddedLabels(state);
  const members = slotsIn[slot.factor]!;
  const from = scratch[1]!;
  // Collected more than once in a sweep, as the nearest: the constant goes along.
  if (state.joint[slot.factor]) {
    sweepJoint(state, slot);
    return 0;
  }
  if (!factor.nearest) {
    const calls = members[0] !== slot;
    const other = members[calls ? 0 : 1]!;
    offer(state, other.message, from);
    multiply(state, factor, calls ? 'Calling' : 'Called', from, slot.message);
  } else {
    // Collected more than once in a sweep: the constant has to go along, or it would be counted twice.
    collectNearest(state, slot, members);
    return 0;
  }
  const least = kernels.least(slot.message, length);
  kernels.addConstant(slot.message, -least, length);
  return least;
}

/** The caller pays the least over its callees; all members give what they offer. */
function collectNearest(state: LargeState, slot: Slot, members: readonly Slot[]): void {
  const { factors, scratch } = state;
  const { kernels, f32 } = state.matrices.arena;
  const factor = factors[slot.factor]!;
  const length = paddedLabels(state);
  const [from, row] = [scratch[1]!, scratch[2]!];
  const [caller, ...callees] = members as [Slot, ...Slot[]];
  const offers = callees.map((callee) => {
    if (callee === slot) return 0;
    offer(state, callee.message, from);
    return kernels.least(from, length);
  });
  const all = offers.reduce((sum, each) => sum + each, 0);
  const out = slot.message;
  if (slot === caller) {
    f32.fill(FAR, out, out + length);
    callees.forEach((callee, at) => {
      offer(state, callee.message, from);
      multiply(state, factor, 'Called', from, row);
      kernels.lowerTo(out, row, all - offers[at]!, length);
    });
    return;
  }
  // Served itself: the caller's offer through the pair; else any label is as good, another callee serves.
  let served = FAR;
  callees.forEach((callee, at) => {
    if (callee === slot) return;
    offer(state, callee.message, from);
    multiply(state, factor, 'Called', from, row);
    kernels.addScaled(row, caller.message, -1, length);
    f32.fill(FAR, row + state.labels, row + length);
    served = Math.min(served, kernels.least(row, length) + all - offers[at]!);
  });
  offer(state, caller.message, from);
  multiply(state, factor, 'Calling', from, out);
  kernels.addConstant(out, all, length);
  f32.fill(served, row, row + length);
  kernels.lowerTo(out, row, 0, length);
}

const FAR = 1e30;
