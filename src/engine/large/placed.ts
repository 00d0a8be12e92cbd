import type { Direction } from './product.ts';
import type { LargeState, Slot } from './state.ts';
import type { Factor } from './terms.ts';

/** How the rows of one resolution are written: labels or positions. */
export interface Rows {
  /** into += cost of the pair on every column, the other end on k. */
  readonly add: (state: LargeState, terms: Factor, direction: Direction, k: number, into: number) => void;
  /** Two rows to calculate in. */
  readonly spare: readonly [number, number];
  readonly length: number;
}

const FAR = 1e30;

/**
 * into += what the slot's factor costs its variable, given the members that have their place (`at` >= 0).
 * Returns false where none of the others has one: then only the message tells. For a nearest-factor the
 * cheapest callee stands for the nearest.
 */
export function addPlaced(state: LargeState, slot: Slot, at: Int32Array, into: number, rows: Rows): boolean {
  const factor = state.factors[slot.factor]!;
  const members = state.slotsIn[slot.factor]!;
  if (!factor.nearest) {
    const calls = members[0] !== slot;
    const other = at[members[calls ? 0 : 1]!.variable]!;
    if (other < 0) return false;
    rows.add(state, factor, calls ? 'Calling' : 'Called', other, into);
    return true;
  }
  const { kernels, f32 } = state.matrices.arena;
  const outside = factor.callerLocation >= 0;
  const callees = outside ? members : members.slice(1);
  const [low, row] = rows.spare;
  const place = (callee: Slot) => (callee === slot ? -1 : at[callee.variable]!);
  if (!outside && members[0] === slot) {
    if (callees.every((callee) => place(callee) < 0)) return false;
    f32.fill(FAR, low, low + rows.length);
    for (const callee of callees) {
      if (place(callee) < 0) continue;
      f32.fill(0, row, row + rows.length);
      rows.add(state, factor, 'Called', place(callee), row);
      kernels.lowerTo(low, row, 0, rows.length);
    }
    kernels.addScaled(into, low, 1, rows.length);
    return true;
  }
  const caller = outside ? -1 : at[members[0]!.variable]!;
  if (outside || caller < 0) return false;
  f32.fill(0, low, low + rows.length);
  rows.add(state, factor, 'Calling', caller, low);
  let known = FAR;
  for (const callee of callees) if (place(callee) >= 0) known = Math.min(known, f32[low + place(callee)]!);
  if (known < FAR) {
    f32.fill(known, row, row + rows.length);
    kernels.lowerTo(low, row, 0, rows.length);
    kernels.addConstant(low, -known, rows.length);
  }
  kernels.addScaled(into, low, 1, rows.length);
  return true;
}
