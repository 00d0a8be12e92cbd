import { paddedLabels } from './labels.ts';
import { addPlaced } from './placed.ts';
import { addLabelRow } from './product.ts';
import type { LargeState } from './state.ts';
import { addUnary } from './unary.ts';

/** A choice of label for every variable, and the location meant: the cheapest of a group's rest. */
export interface Rounding {
  readonly label: Int32Array;
  readonly position: Int32Array;
  /** positions x resources. */
  readonly use: Float64Array;
}

/** Walks the order and gives each variable its least label after what is placed. After a backward sweep. */
export function round(state: LargeState, into: Rounding): void {
  const { order, slotsOf, scratch, stride, single, groupOf, demand, R, m, unary } = state;
  const { arena, groupStart } = state.matrices;
  const { kernels, f32, i32 } = arena;
  const length = paddedLabels(state);
  const row = scratch[0]!;
  const rows = { add: addLabelRow, spare: [scratch[1]!, scratch[2]!] as const, length };
  into.label.fill(-1);
  into.use.fill(0);
  for (const i of order) {
    addUnary(state, i, row);
    for (const slot of slotsOf[i]!)
      if (!addPlaced(state, slot, into.label, row, rows)) kernels.addScaled(row, slot.message, 1, length);
    const least = kernels.least(row, length);
    const label = f32.indexOf(least, row) - row;
    into.label[i] = label;
    let p = single[label]!;
    if (p < 0) {
      const g = groupOf[label]!;
      let cheapest = Number.POSITIVE_INFINITY;
      for (let q = groupStart[g]!; q < groupStart[g + 1]!; q += 1) {
        if (i32[state.labelOf + q] === label && f32[unary + i * m + q]! < cheapest) {
          cheapest = f32[unary + i * m + q]!;
          p = q;
        }
      }
    }
    into.position[i] = p;
    for (let r = 0; r < R; r += 1) into.use[p * R + r] = into.use[p * R + r]! + demand[i * R + r]!;
  }
  state.work += state.slots.length * (length >> 1) + state.n * stride;
}

export function emptyRounding({ n, m, R }: LargeState): Rounding {
  return { label: new Int32Array(n), position: new Int32Array(n), use: new Float64Array(m * R) };
}
