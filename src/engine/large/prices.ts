import type { LargeState } from './state.ts';

/** Decay of the first and of the second moment. */
const [FIRST, SECOND] = [0.85, 0.95];
/** Longest step in what a service costs on average, for its mean demand; how fast steps get shorter. */
const LENGTH = 0.07;
const SHORTENING = 0.6;
const STEEPEST = 2;

/**
 * Prices of room, moved by moments of demand over room (Kingma and Ba 2015) in place of a subgradient's length:
 * every price gets a step of its own. Only labels of one location have prices, so that the least over the
 * rest of a group never changes with them. Any prices of at least 0 are valid.
 */
export class Prices {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #steps: Int32Array;
  /** Mean demand by resource. */
  readonly #mean: Float64Array;
  #round = 0;

  constructor({ stride, R, n, demand }: LargeState) {
    this.#first = new Float64Array(stride * R);
    this.#second = new Float64Array(stride * R);
    this.#steps = new Int32Array(stride * R);
    this.#mean = new Float64Array(R);
    for (let at = 0; at < n * R; at += 1) this.#mean[at % R] = this.#mean[at % R]! + demand[at]! / n;
  }

  /** One step by demand (labels x resources); `unit` is what a service costs on average. */
  step(state: LargeState, use: Float64Array, unit: number): void {
    const { labels, R, single, room, price } = state;
    const length = (LENGTH * unit) / Math.sqrt(1 + SHORTENING * this.#round);
    this.#round += 1;
    for (let label = 0; label < labels; label += 1) {
      const p = single[label]!;
      for (let r = 0; p >= 0 && r < R; r += 1) {
        const at = label * R + r;
        const capacity = room[p * R + r]!;
        if (capacity <= 0 || this.#mean[r]! <= 0) continue;
        const excess = Math.min(STEEPEST, use[at]! / capacity - 1);
        if (excess < 0 && price[at]! <= 0 && this.#first[at]! <= 0) continue;
        const first = FIRST * this.#first[at]! + (1 - FIRST) * excess;
        const second = SECOND * this.#second[at]! + (1 - SECOND) * excess * excess;
        const steps = this.#steps[at]! + 1;
        this.#first[at] = first;
        this.#second[at] = second;
        this.#steps[at] = steps;
        const direction = first / (1 - FIRST ** steps) / (Math.sqrt(second / (1 - SECOND ** steps)) + 0.05);
        price[at] = Math.max(0, price[at]! + (length / this.#mean[r]!) * direction);
      }
    }
  }
}
