import { PAIR_RULE } from '../gqap/gqap.ts';
import type { Coefficients } from './mergepairs.ts';
import { doublesOf, POOL } from './pool.ts';
import type { Goal, State } from './state.ts';

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
  readonly #goal: Goal;
  readonly #m: number;
  readonly #zone: Int32Array;
  /** By pair of labels: delay, USD, grams and nats side by side, as one entry of a channel's matrix reads them. */
  readonly #figures: Float64Array;
  readonly #hard: Float64Array;
  readonly #room: Float64Array | undefined;
  /** Price of priced links by Mbit/s. */
  readonly #perMbps: Float64Array | undefined;
  /** Largest figures, in that order, and of `perMbps`. */
  readonly #largest: readonly number[];

  constructor({ gqap, m, location, zone }: State, goal: Goal) {
    this.#goal = goal;
    this.#m = m;
    this.#zone = zone;
    const { network, bandwidth, locations } = gqap;
    const gather = (to: Float64Array, from: Float64Array, step: number, first: number) => {
      let largest = 0;
      for (let k = 0; k < m; k += 1) {
        const row = location[k]! * locations;
        for (let l = 0; l < m; l += 1) {
          const value = from[row + location[l]!]!;
          to[step * (k * m + l) + first] = value;
          if (value > largest && value !== Number.POSITIVE_INFINITY) largest = value;
        }
      }
      return largest;
    };
    this.#figures = doublesOf(POOL.figures, 4 * m * m);
    this.#hard = doublesOf(POOL.hard, m * m);
    this.#room = bandwidth && doublesOf(POOL.room, m * m);
    this.#perMbps = bandwidth?.perMbps && doublesOf(POOL.perMbps, m * m);
    const largest = [network.delay, network.usd, network.grams, network.lossNats].map((from, at) =>
      gather(this.#figures, from, 4, at),
    );
    gather(this.#hard, network.hardDelay, 1, 0);
    if (this.#room) gather(this.#room, bandwidth!.pairRoom, 1, 0);
    largest.push(this.#perMbps ? gather(this.#perMbps, bandwidth!.perMbps!, 1, 0) : 0);
    this.#largest = largest;
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
    const { maxDelay } = terms;
    const costs = this.#goal === 'Cost';
    const perMs = costs ? terms.perMs : 0;
    const perUSD = costs ? terms.perUSD : 0;
    const perGram = costs ? terms.perGram : 0;
    const perNat = costs ? terms.perNat : 0;
    const figures = this.#figures;
    const hard = this.#hard;
    const rowStep = turned ? 1 : m;
    const columnStep = turned ? m : 1;
    for (let t = 0; t < rowCount; t += 1) {
      const k = lab[rowFirst + t]!;
      const row = offset + k * m;
      for (let u = 0; u < columnCount; u += 1) {
        const l = lab[columnFirst + u]!;
        const at = k * rowStep + l * columnStep;
        let cost =
          perMs * figures[4 * at]! +
          perUSD * figures[4 * at + 1]! +
          perGram * figures[4 * at + 2]! +
          perNat * figures[4 * at + 3]!;
        if (hard[at]! > maxDelay && k !== l) cost = Number.POSITIVE_INFINITY;
        into[row + l] = add ? into[row + l]! + cost : cost;
      }
    }
    if (costs && terms.mbps > 0 && this.#perMbps)
      this.#charge(into, offset, ends, terms.mbps, rowStep, columnStep);
    if (terms.rule !== PAIR_RULE.Any || (this.#room !== undefined && terms.mbps > 0))
      this.#forbid(into, offset, ends, terms, rowStep, columnStep);
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
    { rule, mbps }: Coefficients,
    rowStep: number,
    columnStep: number,
  ): void {
    const room = mbps > 0 ? this.#room : undefined;
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
            : rule === PAIR_RULE.SameLocation ||
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
