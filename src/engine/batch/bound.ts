import { type FlatModel, KIND } from './flatmodel.ts';
import { BROKEN, FORBIDDEN, type Ground } from './ground.ts';
import { limitOf } from './message.ts';
import type { Sweep } from './sweep.ts';

/** Single precision rows are sums of a few products of numbers that are not negative: off by less than this. */
const DOWN = 1 - 2e-6;

/**
 * What application a costs at least under the prices that the unary rows hold, in double precision, from the
 * stored messages: the least of each variable plus the least of each factor, each with its messages. Valid
 * for any messages; costs between groups and unary rows are rounded down. After `sweep.enter`.
 * O(variables x positions + factors x groups squared)
 */
export function exactBound(model: FlatModel, ground: Ground, sweep: Sweep, a: number): number {
  const { variableStart, factorStart, ownStart, own, apps } = model;
  const { arena, layout, wide, narrow, starts } = ground;
  const { f32, kernels } = arena;
  const { groups, stride } = layout;
  const [row, least] = [wide[0]!, narrow[2]!];
  const { splittable } = apps[a]!;
  let bound = 0;
  for (let v = variableStart[a]!; v < variableStart[a + 1]!; v += 1) {
    // Replicas that may go elsewhere one by one need not fit together.
    sweep.unary.row(a, v, row, !splittable);
    if (layout.single) f32.copyWithin(least, row, row + stride);
    else kernels.zoneLeast(least, row, row, 0, starts, groups);
    let low = Number.POSITIVE_INFINITY;
    for (let g = 0; g < groups; g += 1) {
      // No placement is there; what messages say of it is large numbers that do not cancel.
      if (f32[least + g]! >= FORBIDDEN / 2) continue;
      let theta = f32[least + g]! * DOWN;
      if (!splittable)
        for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1)
          theta += f32[ground.messages + own[e]! * stride + g]!;
      if (theta < low) low = theta;
    }
    bound += Math.min(low, FORBIDDEN);
  }
  // A split may take channels apart: none of them is counted then.
  if (splittable) return bound;
  for (let f = factorStart[a]!; f < factorStart[a + 1]!; f += 1)
    bound += leastOfFactor(model, ground, sweep, f);
  return bound;
}

/** min over all labels of cost minus messages. */
function leastOfFactor(model: FlatModel, ground: Ground, sweep: Sweep, f: number): number {
  const { slotStart, slotVariable, kind, share } = model;
  const { arena, layout, exact } = ground;
  const { f64, f32, i32 } = arena;
  const { groups, stride } = layout;
  const first = slotStart[f]!;
  const end = slotStart[f + 1]!;
  const message = (slot: number) => ground.messages + slot * stride;
  const [given, out] = [exact[0]! >> 1, exact[1]! >> 1];
  const give = (slot: number) => {
    for (let g = 0; g < stride; g += 1) f64[given + g] = g < groups ? -f32[message(slot) + g]! : 1e9;
  };
  switch (kind[f]) {
    case KIND.Callers: {
      const [one, two] = [first + 1, first + 2].map((part) =>
        leastByColumn(
          model,
          ground,
          f,
          message(part),
          share[slotVariable[part]!]!,
          sweep.messages.classesOf(f),
        ),
      ) as [Columns, Columns];
      let low = Number.POSITIVE_INFINITY;
      for (let l = 0; l < groups; l += 1) {
        const sum =
          one.of[l] === two.of[l]
            ? Math.min(one.best[l]! + two.second[l]!, one.second[l]! + two.best[l]!)
            : one.best[l]! + two.best[l]!;
        low = Math.min(low, sum - f32[message(first) + l]!);
      }
      return low;
    }
    case KIND.Callees: {
      const classes = sweep.messages.classesOf(f);
      give(first);
      productExact(model, ground, f);
      let low = Number.POSITIVE_INFINITY;
      for (const [used, idle] of [
        [first + 1, first + 2],
        [first + 2, first + 1],
      ] as const) {
        const [best, of, second] = leastApart(ground, message(idle), classes);
        for (let g = 0; g < groups; g += 1) {
          const rest = i32[classes + g] === of ? second : best;
          low = Math.min(low, f64[out + g]! - f32[message(used) + g]! + rest);
        }
      }
      return low;
    }
    default: {
      give(first);
      productExact(model, ground, f);
      let all = 0;
      const each: [number, number][] = [];
      for (let s = first + 1; s < end; s += 1) {
        let [near, free] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        for (let g = 0; g < groups; g += 1) {
          near = Math.min(near, f64[out + g]! - f32[message(s) + g]!);
          free = Math.min(free, -f32[message(s) + g]!);
        }
        each.push([near, free]);
        all += free;
      }
      return each.reduce((low, [near, free]) => Math.min(low, near + all - free), Number.POSITIVE_INFINITY);
    }
  }
}

/** The least of minus a message, of which class, and the least of another class. */
function leastApart({ arena, layout }: Ground, at: number, classes: number): [number, number, number] {
  const { f32, i32 } = arena;
  let [best, of, second] = [Number.POSITIVE_INFINITY, -1, Number.POSITIVE_INFINITY];
  for (let g = 0; g < layout.groups; g += 1) {
    const value = -f32[at + g]!;
    const own = i32[classes + g]!;
    if (value < best) {
      if (own !== of) second = best;
      [best, of] = [value, own];
    } else if (own !== of && value < second) second = value;
  }
  return [best, of, second];
}

function productExact(model: FlatModel, ground: Ground, f: number): void {
  const { arena, layout, network, exact } = ground;
  const { perMs, perGB, perNat } = model;
  const { matrix, limit, limited } = limitOf(model, ground, f, true);
  arena.kernels.messageExact(
    exact[0]!,
    exact[1]!,
    layout.stride,
    layout.stride,
    network.least.delay.byCaller,
    network.volume.byCaller,
    network.least.loss.byCaller,
    matrix,
    perMs[f]! * DOWN,
    perGB[f]! * DOWN,
    perNat[f]! * DOWN,
    limit,
    BROKEN,
    perNat[f]! > 0,
    limited,
  );
}

interface Columns {
  readonly best: Float64Array;
  readonly of: Int32Array;
  readonly second: Float64Array;
}

/** By group of the callee: what a calling part costs at least, from which class, and from another class. */
function leastByColumn(
  model: FlatModel,
  ground: Ground,
  f: number,
  message: number,
  share: number,
  classes: number,
): Columns {
  const { arena, layout, network } = ground;
  const { f32, i32 } = arena;
  const { groups, stride } = layout;
  const { matrix, limit, limited } = limitOf(model, ground, f, true);
  const [ms, gb, nat] = [model.perMs, model.perGB, model.perNat].map((per) => per[f]! * share * DOWN);
  const { delay, loss } = network.least;
  const best = new Float64Array(groups).fill(Number.POSITIVE_INFINITY);
  const second = new Float64Array(groups).fill(Number.POSITIVE_INFINITY);
  const of = new Int32Array(groups).fill(-1);
  for (let g = 0; g < groups; g += 1) {
    const given = f32[message + g]!;
    const own = i32[classes + g]!;
    for (let l = 0, at = g * stride; l < groups; l += 1, at += 1) {
      const cost =
        ms! * f32[delay.byCaller + at]! +
        gb! * f32[network.volume.byCaller + at]! +
        nat! * f32[loss.byCaller + at]!;
      const value = cost + (limited && f32[matrix + at]! > limit ? BROKEN : 0) - given;
      if (value < best[l]!) {
        if (own !== of[l]) second[l] = best[l]!;
        best[l] = value;
        of[l] = own;
      } else if (own !== of[l] && value < second[l]!) second[l] = value;
    }
  }
  return { best, of, second };
}
