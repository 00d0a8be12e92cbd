import { paddedLabels } from './labels.ts';
import type { LargeState } from './state.ts';

/** into = unary cost and price of variable i by label. */
export function addUnary(state: LargeState, i: number, into: number): void {
  const { labels, R, price, single, demand, stride, labelUnary } = state;
  const { f32 } = state.matrices.arena;
  const from = labelUnary + i * stride;
  f32.copyWithin(into, from, from + paddedLabels(state));
  for (let label = 0; label < labels; label += 1) {
    if (single[label]! < 0) continue;
    for (let r = 0; r < R; r += 1) {
      const amount = price[label * R + r]!;
      if (amount > 0) f32[into + label] = f32[into + label]! + amount * demand[i * R + r]!;
    }
  }
}
