import type { Rounding } from './rounding.ts';
import type { LargeState } from './state.ts';

const MOMENTUM = 0.7;
const STEEPEST = 3;

/**
 * Subgradient step with momentum (Polyak) on the prices of room, which only labels of one location have:
 * the bound rises towards `target` where the rounding uses more than there is.
 */
export class Prices {
  readonly #direction: Float64Array;

  constructor({ stride, R }: LargeState) {
    this.#direction = new Float64Array(stride * R);
  }

  forget(): void {
    this.#direction.fill(0);
  }

  /** One step; false where no price has anywhere to go. */
  step(state: LargeState, { use }: Rounding, step: number, distance: number): boolean {
    const { labels, R, single, room, price } = state;
    const direction = this.#direction;
    let norm = 0;
    for (let label = 0; label < labels; label += 1) {
      const p = single[label]!;
      if (p < 0) continue;
      for (let r = 0; r < R; r += 1) {
        const at = label * R + r;
        const capacity = room[p * R + r]!;
        let excess = capacity <= 0 ? 0 : Math.min(STEEPEST, use[p * R + r]! / capacity - 1);
        if (excess < 0 && price[at]! <= 0) excess = 0;
        direction[at] = MOMENTUM * direction[at]! + (1 - MOMENTUM) * excess;
        norm += direction[at]! * direction[at]!;
      }
    }
    if (norm < 1e-12) return false;
    const length = (step * Math.max(0, distance)) / norm;
    for (let label = 0; label < labels; label += 1) {
      const p = single[label]!;
      if (p < 0) continue;
      for (let r = 0; r < R; r += 1) {
        const capacity = room[p * R + r]!;
        if (capacity <= 0) continue;
        const at = label * R + r;
        price[at] = Math.max(0, price[at]! + (length * direction[at]!) / capacity);
      }
    }
    return true;
  }
}
