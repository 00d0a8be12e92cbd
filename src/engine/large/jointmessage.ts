import type { Joint } from './joint.ts';
import { paddedLabels } from './labels.ts';
import { labelLimit, multiply } from './product.ts';
import type { LargeState, Slot } from './state.ts';
import { BIG, type Factor, LIMIT } from './terms.ts';

/** By label: the least value, its class, and the least of another class. */
interface TopTwo {
  readonly best: Float64Array;
  readonly kind: Int32Array;
  readonly second: Float64Array;
}

/**
 * What the joint factor costs the slot's member at least, in double precision by label, written to `out`; `offer` gives what a
 * slot's member still has to pay it, by label (minus its message). Costs are multiplied by `shrink`. Labels
 * that clash pay `BIG` as elsewhere. O(labels squared), far fewer where few rows are cheap.
 */
export function collectJoint(
  state: LargeState,
  slot: Slot,
  offer: (slot: Slot, into: Float64Array) => void,
  shrink: number,
  out: Float64Array,
): void {
  const joint = state.joint[slot.factor]!;
  const { first, second, other } = joint;
  const { labels, slotsIn } = state;
  const factors = [first, second] as const;
  const slotOf = (factor: number, variable: number) =>
    slotsIn[factor]!.find((each) => each.variable === variable)!;
  const given = new Float64Array(labels);
  const fromPart = (which: 0 | 1): TopTwo => {
    offer(slotOf(factors[which], joint.parts[which]), given);
    return topTwo(state, factors[which], joint.parts[which], given, classesOf(state, joint, which), shrink);
  };
  if (slot.variable === other) {
    const [one, two] = [fromPart(0), fromPart(1)];
    for (let l = 0; l < labels; l += 1) {
      const [a, b] = [one.best[l]!, two.best[l]!];
      const apart = Math.min(a + two.second[l]!, one.second[l]! + b, a + b + BIG);
      out[l] = one.kind[l] === two.kind[l] ? apart : a + b;
    }
    return;
  }
  const own = slot.variable === joint.parts[0] ? 0 : 1;
  const far = fromPart(own === 0 ? 1 : 0);
  const free = new Float64Array(labels);
  const clash = new Float64Array(labels);
  offer(slotOf(first, other), free);
  for (let l = 0; l < labels; l += 1) {
    clash[l] = free[l]! + Math.min(far.second[l]!, far.best[l]! + BIG);
    free[l] = free[l]! + far.best[l]!;
  }
  const kinds = classesOf(state, joint, own);
  const apart = topTwo(state, factors[own], other, free, far.kind, shrink);
  const any = topTwo(state, factors[own], other, clash, far.kind, shrink);
  for (let x = 0; x < labels; x += 1)
    out[x] = Math.min(apart.kind[x] === kinds[x] ? apart.second[x]! : apart.best[x]!, any.best[x]!);
}

/** The same in single precision, into the slot's message: what the sweeps use. */
export function sweepJoint(state: LargeState, slot: Slot): void {
  const joint = state.joint[slot.factor]!;
  const { first, second, other, parts } = joint;
  const { labels, scratch, slotsIn } = state;
  const { kernels, f32, i32 } = state.matrices.arena;
  const length = paddedLabels(state);
  const factors = [first, second] as const;
  const [given, best, kind, next, best2, kind2, next2] = scratch as SevenRows;
  const classes = state.classes[joint.kind];
  const offer = (factor: number, variable: number) => {
    const { message } = slotsIn[factor]!.find((each) => each.variable === variable)!;
    kernels.negate(given, message, length);
    f32.fill(FAR, given + labels, given + length);
  };
  const out = slot.message;
  if (slot.variable === other) {
    offer(first, parts[0]);
    multiplyTopTwo(state, first, parts[0], [given, classes[0], best, kind, next]);
    offer(second, parts[1]);
    multiplyTopTwo(state, second, parts[1], [given, classes[1], best2, kind2, next2]);
    for (let l = 0; l < labels; l += 1) {
      const [a, b] = [f32[best + l]!, f32[best2 + l]!];
      const apart = Math.min(a + f32[next2 + l]!, f32[next + l]! + b, a + b + BIG);
      f32[out + l] = i32[kind + l] === i32[kind2 + l] ? apart : a + b;
    }
  } else {
    const own = slot.variable === parts[0] ? 0 : 1;
    const far = own === 0 ? 1 : 0;
    offer(factors[far], parts[far]);
    multiplyTopTwo(state, factors[far], parts[far], [given, classes[far], best, kind, next]);
    offer(first, other);
    for (let l = 0; l < labels; l += 1) {
      const free = f32[given + l]!;
      f32[given + l] = free + f32[best + l]!;
      f32[next + l] = free + Math.min(f32[next + l]!, f32[best + l]! + BIG);
    }
    f32.fill(FAR, next + labels, next + length);
    multiplyTopTwo(state, factors[own], other, [given, kind, best, kind2, next2]);
    const factor = state.factors[factors[own]]!;
    multiply(state, factor, factor.members[0] === other ? 'Calling' : 'Called', next, best2);
    const kinds = classes[own];
    for (let x = 0; x < labels; x += 1)
      f32[out + x] = Math.min(
        i32[kind2 + x] === i32[kinds + x] ? f32[next2 + x]! : f32[best + x]!,
        f32[best2 + x]!,
      );
  }
  f32.fill(0, out + labels, out + length);
}

/** What padding offers. */
const FAR = 1e6;

type SevenRows = [number, number, number, number, number, number, number];

function multiplyTopTwo(
  state: LargeState,
  at: number,
  member: number,
  [from, classes, best, kind, second]: readonly [number, number, number, number, number],
): void {
  const { stride, labelMatrix, matrices, factors } = state;
  const factor = factors[at]!;
  const side = factor.members[0] === member ? 'byCaller' : 'byCallee';
  const limits = limitOf(state, factor, side);
  const length = paddedLabels(state);
  matrices.arena.kernels.topTwo(
    from,
    classes,
    best,
    kind,
    second,
    length,
    stride,
    labelMatrix.delay[side],
    labelMatrix.volume[side],
    labelMatrix.loss[side],
    Math.max(limits, 0),
    factor.perMs,
    factor.perVolume,
    factor.perNat,
    factor.most,
    BIG,
    factor.perNat > 0,
    limits >= 0,
  );
  state.work += (length * length) >> 1;
}

function classesOf(state: LargeState, { kind }: Joint, which: 0 | 1): Int32Array {
  const at = state.classes[kind][which];
  return state.matrices.arena.i32.subarray(at, at + state.labels);
}

/** Min-plus product of one channel from the member's labels, with classes. Rows in rising order, until none can matter. */
function topTwo(
  state: LargeState,
  at: number,
  member: number,
  from: Float64Array,
  classes: Int32Array,
  shrink: number,
): TopTwo {
  const { labels, stride, labelMatrix, matrices, factors } = state;
  const { f32 } = matrices.arena;
  const factor = factors[at]!;
  const side = factor.members[0] === member ? 'byCaller' : 'byCallee';
  const [delay, volume, loss] = [labelMatrix.delay[side], labelMatrix.volume[side], labelMatrix.loss[side]];
  const limits = limitOf(state, factor, side);
  const [perMs, perVolume, perNat] = [
    factor.perMs * shrink,
    factor.perVolume * shrink,
    factor.perNat * shrink,
  ];
  const most = Math.fround(factor.most);
  const best = new Float64Array(labels).fill(Number.MAX_VALUE);
  const second = new Float64Array(labels).fill(Number.MAX_VALUE);
  const kind = new Int32Array(labels);
  const rows = Int32Array.from(from.keys()).sort((a, b) => from[a]! - from[b]! || a - b);
  let highest = Number.MAX_VALUE;
  let turn = 0;
  for (const k of rows) {
    const own = from[k]!;
    if (own >= highest) break;
    const row = k * stride;
    const own2 = classes[k]!;
    for (let l = 0; l < labels; l += 1) {
      let value =
        own +
        perMs * f32[delay + row + l]! +
        perVolume * f32[volume + row + l]! +
        perNat * f32[loss + row + l]!;
      if (limits >= 0 && f32[limits + row + l]! > most) value += BIG;
      if (value >= second[l]!) continue;
      if (value >= best[l]!) {
        if (kind[l] !== own2) second[l] = value;
        continue;
      }
      if (kind[l] !== own2) second[l] = best[l]!;
      best[l] = value;
      kind[l] = own2;
    }
    turn += 1;
    if ((turn & 3) === 0) {
      highest = second[0]!;
      for (let l = 1; l < labels; l += 1) if (second[l]! > highest) highest = second[l]!;
    }
  }
  state.work += turn * labels;
  return { best, kind, second };
}

/** Offset of the matrix that the hard limit of a channel is held against; -1 without one. */
function limitOf(state: LargeState, factor: Factor, side: 'byCaller' | 'byCallee'): number {
  return factor.limit === LIMIT.None ? -1 : labelLimit(state, factor, side);
}
