import { paddedLabels } from './labels.ts';
import { FAR, labelLimit, offer, SHRINK } from './product.ts';
import type { LargeState, Slot } from './state.ts';
import { BIG, type Factor, LIMIT } from './terms.ts';

/**
 * What the joint factor costs the slot's member at least, in double precision by label, into its row; `rowOf` gives
 * the row of a slot's message, `spare` nine rows to calculate in, all as offsets in
 * double precision. Costs are shrunk. Labels that clash pay `BIG` as elsewhere. O(labels squared).
 */
export function collectJointExact(
  state: LargeState,
  slot: Slot,
  rowOf: ReadonlyMap<Slot, number>,
  spare: number,
): void {
  const { first, second, other, parts, kind: rule } = state.joint[slot.factor]!;
  const { labels, slotsIn, stride } = state;
  const { kernels, f64, i32 } = state.matrices.arena;
  const length = paddedLabels(state);
  const factors = [first, second] as const;
  const [given, best, kind, next, best2, kind2, next2] = Array.from(
    { length: 7 },
    (_, row) => spare + row * stride,
  ) as SevenRows;
  const classes = ([0, 1] as const).map((part) => {
    const row = spare + (7 + part) * stride;
    for (let l = 0; l < length; l += 1) {
      i32[2 * (row + l)] = i32[state.classes[rule][part] + l]!;
      i32[2 * (row + l) + 1] = i32[state.classes[rule][part] + l]! >> 31;
    }
    return row;
  }) as [number, number];
  const offered = (factor: number, variable: number) => {
    const row = rowOf.get(slotsIn[factor]!.find((each) => each.variable === variable)!)!;
    for (let l = 0; l < labels; l += 1) f64[given + l] = -f64[row + l]!;
    f64.fill(FAR, given + labels, given + length);
  };
  const twoLeast = (part: 0 | 1, [low, of, following]: readonly [number, number, number]) => {
    offered(factors[part], parts[part]);
    const rows = [given, classes[part], low, of, following].map((row) => 2 * row) as FiveRows;
    kernels.topTwoExact(...rows, length, stride, ...channelOf(state, factors[part], parts[part], SHRINK));
    state.work += length * length;
  };
  const out = rowOf.get(slot)!;
  if (slot.variable === other) {
    twoLeast(0, [best, kind, next]);
    twoLeast(1, [best2, kind2, next2]);
    for (let l = 0; l < labels; l += 1) {
      const [a, b] = [f64[best + l]!, f64[best2 + l]!];
      const apart = Math.min(a + f64[next2 + l]!, f64[next + l]! + b, a + b + BIG);
      f64[out + l] = i32[2 * (kind + l)] === i32[2 * (kind2 + l)] ? apart : a + b;
    }
  } else {
    const own = slot.variable === parts[0] ? 0 : 1;
    twoLeast(own === 0 ? 1 : 0, [best, kind, next]);
    offered(first, other);
    for (let l = 0; l < labels; l += 1) {
      const free = f64[given + l]!;
      f64[given + l] = free + f64[best + l]!;
      f64[next + l] = free + Math.min(f64[next + l]!, f64[best + l]! + BIG);
    }
    f64.fill(FAR, next + labels, next + length);
    const rows = [given, next, kind, classes[own], out].map((row) => 2 * row) as FiveRows;
    kernels.messageApartExact(...rows, length, stride, ...channelOf(state, factors[own], other, SHRINK));
    state.work += length * length;
  }
  f64.fill(0, out + labels, out + length);
}

/** The same in single precision, costs as they are, into the slot's message: what the sweeps use. */
export function sweepJoint(state: LargeState, slot: Slot): void {
  const joint = state.joint[slot.factor]!;
  const { first, second, other, parts } = joint;
  const { labels, scratch, slotsIn } = state;
  const { kernels, f32, i32 } = state.matrices.arena;
  const length = paddedLabels(state);
  const factors = [first, second] as const;
  const [given, best, kind, next, best2, kind2, next2] = scratch as SevenRows;
  const classes = state.classes[joint.kind];
  const offered = (factor: number, variable: number) =>
    offer(state, slotsIn[factor]!.find((each) => each.variable === variable)!.message, given);
  const out = slot.message;
  if (slot.variable === other) {
    offered(first, parts[0]);
    multiplyTopTwo(state, first, parts[0], [given, classes[0], best, kind, next]);
    offered(second, parts[1]);
    multiplyTopTwo(state, second, parts[1], [given, classes[1], best2, kind2, next2]);
    for (let l = 0; l < labels; l += 1) {
      const [a, b] = [f32[best + l]!, f32[best2 + l]!];
      const apart = Math.min(a + f32[next2 + l]!, f32[next + l]! + b, a + b + BIG);
      f32[out + l] = i32[kind + l] === i32[kind2 + l] ? apart : a + b;
    }
  } else {
    const own = slot.variable === parts[0] ? 0 : 1;
    const far = own === 0 ? 1 : 0;
    offered(factors[far], parts[far]);
    multiplyTopTwo(state, factors[far], parts[far], [given, classes[far], best, kind, next]);
    // The other end's offer, without and with a clash.
    offered(first, other);
    for (let l = 0; l < labels; l += 1) {
      const free = f32[given + l]!;
      f32[given + l] = free + f32[best + l]!;
      f32[next + l] = free + Math.min(f32[next + l]!, f32[best + l]! + BIG);
    }
    f32.fill(FAR, next + labels, next + length);
    const channel = channelOf(state, factors[own], other);
    kernels.messageApart(given, next, kind, classes[own], out, length, state.stride, ...channel);
    state.work += (length * length) >> 2;
  }
  f32.fill(0, out + labels, out + length);
}

type FiveRows = [number, number, number, number, number];
type SevenRows = [number, number, number, number, number, number, number];

function multiplyTopTwo(
  state: LargeState,
  at: number,
  member: number,
  [from, classes, best, kind, second]: readonly [number, number, number, number, number],
): void {
  const length = paddedLabels(state);
  const channel = channelOf(state, at, member);
  state.matrices.arena.kernels.topTwo(from, classes, best, kind, second, length, state.stride, ...channel);
  state.work += (length * length) >> 1;
}

/** Matrices, coefficients and rule of a channel for the kernels, rows those of the member, costs times `shrink`. */
function channelOf(state: LargeState, at: number, member: number, shrink = 1): Channel {
  const { labelMatrix, factors } = state;
  const factor = factors[at]!;
  const side = factor.members[0] === member ? 'byCaller' : 'byCallee';
  const limits = limitOf(state, factor, side);
  const { perMs, perVolume, perNat, most } = factor;
  return [
    labelMatrix.delay[side],
    labelMatrix.volume[side],
    labelMatrix.loss[side],
    Math.max(limits, 0),
    perMs * shrink,
    perVolume * shrink,
    perNat * shrink,
    most,
    BIG,
    perNat > 0,
    limits >= 0,
  ];
}

type Channel = [number, number, number, number, number, number, number, number, number, boolean, boolean];

/** Offset of the matrix that the hard limit of a channel is held against; -1 without one. */
function limitOf(state: LargeState, factor: Factor, side: 'byCaller' | 'byCallee'): number {
  return factor.limit === LIMIT.None ? -1 : labelLimit(state, factor, side);
}
