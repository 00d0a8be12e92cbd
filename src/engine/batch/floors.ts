import type { Setting } from '../admission/round.ts';
import { EPSILON } from '../model/federation.ts';
import type { Batch } from './batch.ts';

/** Applications that shared prices. */
export interface PricedGroup {
  /** Index in the batch, and what the application costs at least with the price of its room. */
  readonly placed: { a: number; bound: number }[];
  /** Prices, by location and resource. */
  readonly value: Float64Array;
}

/**
 * By index, a share of the bound of all: what the application costs at least under the prices, minus its part of
 * what all room costs (by use; what nobody uses, in equal parts). The sum over the group is its Lagrangian
 * bound: no placements of these applications together cost less. One share alone bounds nothing.
 */
export function floorsOf(
  { federation }: Pick<Setting, 'federation'>,
  batch: Batch,
  { placed, value }: PricedGroup,
): Map<number, number> {
  const used = new Float64Array(value.length);
  const places = placed.map(({ a }) => batch.placements.usesOf(a));
  for (const uses of places) for (const { at, amount } of uses) used[at] = used[at]! + amount;
  let idle = 0;
  const perUnit = value.map((price, at) => {
    const all = price * (federation.free[at]! * (1 + EPSILON) + EPSILON);
    if (used[at]! > 0) return all / used[at]!;
    idle += all;
    return 0;
  });
  return new Map(
    placed.map(({ a, bound }, index) => {
      const charge = places[index]!.reduce((sum, { at, amount }) => sum + perUnit[at]! * amount, 0);
      return [a, bound - charge - idle / placed.length];
    }),
  );
}
