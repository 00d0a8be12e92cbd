import type { LargeState } from './state.ts';

/** What a service asks for at least, as a share of the room: where there is plenty, locations matter as well. */
const WORTH = 0.06;

/**
 * What the relaxation demands of each location, spread over all labels that are nearly as good as the best:
 * a choice of one label flips from round to round, this moves with the prices. Filled during a sweep.
 */
export class SoftDemand {
  /** labels x resources. */
  readonly use: Float64Array;
  /** By position: the share of its room that is asked of a location which is no label of its own yet; of each service at least WORTH. */
  readonly load: Float64Array;
  /** How much above the least a label may cost and still count. */
  reach = 0;
  readonly #weight: Float64Array;

  constructor({ stride, R, m }: LargeState) {
    this.use = new Float64Array(stride * R);
    this.load = new Float64Array(m);
    this.#weight = new Float64Array(stride);
  }

  clear(reach: number): void {
    this.use.fill(0);
    this.load.fill(0);
    this.reach = reach;
  }

  /** Variable i, its costs above the least by label in row `theta`. O(labels) */
  add(state: LargeState, i: number, theta: number): void {
    const { labels, R, demand, single, restAt, room, stride } = state;
    const { f32 } = state.matrices.arena;
    const weight = this.#weight;
    let sum = 0;
    for (let label = 0; label < labels; label += 1) {
      const share = 1 - f32[theta + label]! / this.reach;
      weight[label] = share <= 0 ? 0 : share * share;
      sum += weight[label]!;
    }
    for (let label = 0; label < labels; label += 1) {
      if (weight[label] === 0) continue;
      const share = weight[label]! / sum;
      if (single[label]! >= 0) {
        for (let r = 0; r < R; r += 1)
          this.use[label * R + r] = this.use[label * R + r]! + share * demand[i * R + r]!;
        continue;
      }
      const p = restAt[i * stride + label]!;
      let most = WORTH;
      for (let r = 0; p >= 0 && r < R; r += 1) {
        const amount = demand[i * R + r]!;
        if (amount > 0) most = Math.max(most, amount / room[p * R + r]!);
      }
      if (p >= 0) this.load[p] = this.load[p]! + share * most;
    }
  }
}
