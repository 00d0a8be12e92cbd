import { type Gqap, PAIR_RULE } from '../gqap/gqap.ts';
import { type Coefficients, carriesRule } from './mergepairs.ts';
import { doublesOf } from './pool.ts';
import type { Goal, State } from './state.ts';

/** First of the pooled buffers that hold the matrices: 17 to 23. */
const FIRST_SLOT = 17;

/** Labels of the two ends of a matrix: lists in `lab`, from `first` on, `count` of each. */
export interface Ends {
  readonly lab: Int32Array;
  readonly rowFirst: number;
  readonly rowCount: number;
  readonly columnFirst: number;
  readonly columnCount: number;
}

/** The matrices of the network for the labels in use. */
export class LocalNetwork {
  readonly #gqap: Gqap;
  readonly #goal: Goal;
  readonly #m: number;
  readonly #zone: Int32Array;
  readonly #delay: Float64Array;
  readonly #usd: Float64Array;
  readonly #grams: Float64Array;
  readonly #nats: Float64Array;
  readonly #hard: Float64Array;
  readonly #room: Float64Array | undefined;
  /** Price of priced links by Mbit/s. */
  readonly #perMbps: Float64Array | undefined;
  /** Largest entries, in the order delay, usd, grams, nats, perMbps. */
  readonly #largest: readonly number[];

  constructor({ gqap, m, location, zone }: State, goal: Goal) {
    this.#gqap = gqap;
    this.#goal = goal;
    this.#m = m;
    this.#zone = zone;
    const { network, bandwidth, locations } = gqap;
    let slot: number = FIRST_SLOT;
    const gather = (from: Float64Array) => {
      const to = doublesOf(slot, m * m);
      slot += 1;
      for (let k = 0; k < m; k += 1) {
        const row = location[k]! * locations;
        for (let l = 0; l < m; l += 1) to[k * m + l] = from[row + location[l]!]!;
      }
      return to;
    };
    this.#delay = gather(network.delay);
    this.#usd = gather(network.usd);
    this.#grams = gather(network.grams);
    this.#nats = gather(network.lossNats);
    this.#hard = gather(network.hardDelay);
    this.#room = bandwidth && gather(bandwidth.pairRoom);
    this.#perMbps = bandwidth?.perMbps && gather(bandwidth.perMbps);
    const largest = (of: Float64Array | undefined) => (of === undefined ? 0 : largestFinite(of, m * m));
    this.#largest = [this.#delay, this.#usd, this.#grams, this.#nats, this.#perMbps].map(largest);
  }

  get hardDelay(): Float64Array {
    return this.#hard;
  }

  /** Not below what any allowed combination of a channel costs. */
  most({ perMs, perUSD, perGram, perNat, mbps }: Coefficients): number {
    if (this.#goal === 'Feasibility') return 0;
    const [delay, usd, grams, nats, perMbps] = this.#largest as [number, number, number, number, number];
    return perMs * delay + perUSD * usd + perGram * grams + perNat * nats + mbps * perMbps;
  }

  /**
   * Writes the costs of one channel to a matrix, or adds them to what is there; Infinity where it is
   * forbidden. `turned`: the caller is at the columns. Only entries of the labels of both ends are touched.
   */
  write(into: Float64Array, offset: number, ends: Ends, terms: Coefficients, add: boolean, turned: boolean) {
    const m = this.#m;
    const { lab, rowFirst, rowCount, columnFirst, columnCount } = ends;
    const costs = this.#goal === 'Cost';
    const { perMs, perUSD, perGram, perNat } = terms;
    const [delay, usd, grams, nats] = [this.#delay, this.#usd, this.#grams, this.#nats];
    const rowStep = turned ? 1 : m;
    const columnStep = turned ? m : 1;
    for (let t = 0; t < rowCount; t += 1) {
      const k = lab[rowFirst + t]!;
      const row = offset + k * m;
      for (let u = 0; u < columnCount; u += 1) {
        const l = lab[columnFirst + u]!;
        const at = k * rowStep + l * columnStep;
        const cost = costs
          ? perMs * delay[at]! + perUSD * usd[at]! + perGram * grams[at]! + perNat * nats[at]!
          : 0;
        into[row + l] = add ? into[row + l]! + cost : cost;
      }
    }
    if (costs && terms.mbps > 0 && this.#perMbps)
      this.#charge(into, offset, ends, terms.mbps, rowStep, columnStep);
    if (carriesRule(this.#gqap, terms)) this.#forbid(into, offset, ends, terms, rowStep, columnStep);
  }

  /** Few channels reserve bandwidth while links have prices: a pass of its own for those. */
  #charge(
    into: Float64Array,
    offset: number,
    { lab, rowFirst, rowCount, columnFirst, columnCount }: Ends,
    mbps: number,
    rowStep: number,
    columnStep: number,
  ): void {
    const perMbps = this.#perMbps!;
    for (let t = 0; t < rowCount; t += 1) {
      const k = lab[rowFirst + t]!;
      for (let u = 0; u < columnCount; u += 1) {
        const l = lab[columnFirst + u]!;
        const cell = offset + k * this.#m + l;
        into[cell] = into[cell]! + mbps * perMbps[k * rowStep + l * columnStep]!;
      }
    }
  }

  #forbid(
    into: Float64Array,
    offset: number,
    { lab, rowFirst, rowCount, columnFirst, columnCount }: Ends,
    { maxDelay, rule, mbps }: Coefficients,
    rowStep: number,
    columnStep: number,
  ): void {
    const room = mbps > 0 ? this.#room : undefined;
    const hard = this.#hard;
    const zone = this.#zone;
    const apart = rule === PAIR_RULE.OtherZone || rule === PAIR_RULE.OtherLocation;
    for (let t = 0; t < rowCount; t += 1) {
      const k = lab[rowFirst + t]!;
      for (let u = 0; u < columnCount; u += 1) {
        const l = lab[columnFirst + u]!;
        const at = k * rowStep + l * columnStep;
        const broken =
          k === l
            ? apart
            : hard[at]! > maxDelay ||
              rule === PAIR_RULE.SameLocation ||
              (rule === PAIR_RULE.OtherZone && zone[k] === zone[l]) ||
              (room !== undefined && mbps > room[at]!);
        if (broken) into[offset + k * this.#m + l] = Number.POSITIVE_INFINITY;
      }
    }
  }
}

export function largestFinite(of: Float64Array, length: number): number {
  let largest = 0;
  for (let at = 0; at < length; at += 1) {
    const value = of[at]!;
    if (value > largest && value !== Number.POSITIVE_INFINITY) largest = value;
  }
  return largest;
}
