import { collectJointExact } from './jointmessage.ts';
import { paddedLabels } from './labels.ts';
import { FAR, multiplyExact, SHRINK } from './product.ts';
import type { LargeState, Slot } from './state.ts';
import { priceOfRoom } from './sweep.ts';

/**
 * The bound that is reported: one forward sweep in double precision from the stored messages and prices,
 * costs shrunk by more than single precision can have raised them. In the objective of the problem, its
 * constant included. Valid at any messages and prices; leaves them as they are. O(factors x labels squared).
 */
export function exactBound(state: LargeState): number {
  const { gqap, order, slots, slotsOf, gamma, stride, labels, R, price, single, demand } = state;
  const { f32, f64 } = state.matrices.arena;
  const offset = new Map(slots.map((slot, at) => [slot, state.exact / 2 + at * stride]));
  const spare = state.exact / 2 + slots.length * stride;
  for (const slot of slots)
    for (let t = 0; t < labels; t += 1) f64[offset.get(slot)! + t] = f32[slot.message + t]!;
  const theta = new Float64Array(labels);
  let bound = 0;
  for (const i of order) {
    const own = slotsOf[i]!;
    for (const slot of own) if (slot.earlier) bound += collectExact(state, slot, offset, spare);
    let least = Number.POSITIVE_INFINITY;
    for (let t = 0; t < labels; t += 1) {
      let sum = f32[state.labelUnary + i * stride + t]! * SHRINK;
      for (let r = 0; single[t]! >= 0 && r < R; r += 1) sum += price[t * R + r]! * demand[i * R + r]!;
      for (const slot of own) sum += f64[offset.get(slot)! + t]!;
      theta[t] = sum;
      if (sum < least) least = sum;
    }
    bound += least;
    for (const slot of own) {
      if (!slot.later) continue;
      const at = offset.get(slot)!;
      for (let t = 0; t < labels; t += 1) f64[at + t] = f64[at + t]! - gamma[i]! * (theta[t]! - least);
    }
  }
  const scaled = bound - priceOfRoom(state);
  return gqap.constant + scaled * state.scale - 1e-11 * Math.abs(scaled * state.scale);
}

function collectExact(
  state: LargeState,
  slot: Slot,
  offset: ReadonlyMap<Slot, number>,
  spare: number,
): number {
  const { factors, slotsIn, stride, labels } = state;
  const { f64 } = state.matrices.arena;
  const factor = factors[slot.factor]!;
  const members = slotsIn[slot.factor]!;
  const length = paddedLabels(state);
  const out = offset.get(slot)!;
  const [from, row] = [spare, spare + stride];
  const offer = (member: Slot): number => {
    const at = offset.get(member)!;
    let least = Number.POSITIVE_INFINITY;
    for (let t = 0; t < labels; t += 1) {
      f64[from + t] = -f64[at + t]!;
      if (f64[from + t]! < least) least = f64[from + t]!;
    }
    f64.fill(FAR, from + labels, from + length);
    return least;
  };
  if (state.joint[slot.factor]) {
    collectJointExact(state, slot, offset, spare + 2 * stride);
    return 0;
  }
  if (!factor.nearest) {
    const calls = members[0] !== slot;
    offer(members[calls ? 0 : 1]!);
    multiplyExact(state, factor, calls ? 'Calling' : 'Called', 2 * from, 2 * out);
  } else {
    const [caller, ...callees] = members as [Slot, ...Slot[]];
    const offers = callees.map((callee) => (callee === slot ? 0 : offer(callee)));
    const all = offers.reduce((sum, each) => sum + each, 0);
    let served = Number.MAX_VALUE;
    const low = new Float64Array(labels).fill(Number.MAX_VALUE);
    callees.forEach((callee, at) => {
      if (callee === slot) return;
      offer(callee);
      multiplyExact(state, factor, 'Called', 2 * from, 2 * row);
      for (let t = 0; t < labels; t += 1) {
        low[t] = Math.min(low[t]!, f64[row + t]! + all - offers[at]!);
        served = Math.min(served, f64[row + t]! - f64[offset.get(caller)! + t]! + all - offers[at]!);
      }
    });
    if (slot !== caller) {
      offer(caller);
      multiplyExact(state, factor, 'Calling', 2 * from, 2 * row);
      for (let t = 0; t < labels; t += 1) low[t] = Math.min(f64[row + t]! + all, served);
    }
    f64.set(low, out);
    return 0;
  }
  let least = Number.POSITIVE_INFINITY;
  for (let t = 0; t < labels; t += 1) least = Math.min(least, f64[out + t]!);
  for (let t = 0; t < labels; t += 1) f64[out + t] = f64[out + t]! - least;
  return least;
}
