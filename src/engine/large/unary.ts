import { paddedLabels } from './labels.ts';
import type { LargeState } from './state.ts';

/** into = unary cost and price of variable i by label. */
export function addUnary(state: LargeState, i: number, into: number): void {
  const { R, demand, stride, labelUnary, priceRows } = state;
  const { f32, kernels } = state.matrices.arena;
  const length = paddedLabels(state);
  const from = labelUnary + i * stride;
  f32.copyWithin(into, from, from + length);
  for (let r = 0; r < R; r += 1) {
    const amount = demand[i * R + r]!;
    if (amount > 0) kernels.addScaled(into, priceRows + r * stride, amount, length);
  }
}

/** Prices as rows by label, for the kernels. After every change of prices. */
export function layPrices({ labels, R, price, stride, priceRows, matrices }: LargeState): void {
  const { f32 } = matrices.arena;
  for (let r = 0; r < R; r += 1)
    for (let label = 0; label < labels; label += 1)
      f32[priceRows + r * stride + label] = price[label * R + r]!;
}
