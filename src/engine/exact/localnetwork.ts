import { type Gqap, PAIR_RULE } from '../gqap/gqap.ts';
import { type Coefficients, carriesRule } from './mergepairs.ts';
import { doublesOf } from './pool.ts';
import type { Goal, State } from './state.ts';

/** First of the pooled buffers that hold the matrices: 17 to 22. */
const FIRST_SLOT = 17;

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
  }

  get hardDelay(): Float64Array {
    return this.#hard;
  }

  /** As `addTo`, into a matrix of which nothing is written yet. */
  set(into: Float64Array, offset: number, terms: Coefficients): void {
    const m = this.#m;
    if (this.#goal === 'Cost') {
      const { perMs, perUSD, perGram, perNat } = terms;
      const [delay, usd, grams, nats] = [this.#delay, this.#usd, this.#grams, this.#nats];
      for (let at = 0; at < m * m; at += 1)
        into[offset + at] =
          perMs * delay[at]! + perUSD * usd[at]! + perGram * grams[at]! + perNat * nats[at]!;
    } else into.fill(0, offset, offset + m * m);
    if (carriesRule(this.#gqap, terms)) this.#forbid(into, offset, terms);
  }

  /** Adds the costs of one channel to a matrix by row of its caller; Infinity where it is forbidden. */
  addTo(into: Float64Array, offset: number, terms: Coefficients): void {
    const m = this.#m;
    if (this.#goal === 'Cost') {
      const { perMs, perUSD, perGram, perNat } = terms;
      const [delay, usd, grams, nats] = [this.#delay, this.#usd, this.#grams, this.#nats];
      for (let at = 0; at < m * m; at += 1)
        into[offset + at] =
          into[offset + at]! +
          perMs * delay[at]! +
          perUSD * usd[at]! +
          perGram * grams[at]! +
          perNat * nats[at]!;
    }
    if (carriesRule(this.#gqap, terms)) this.#forbid(into, offset, terms);
  }

  #forbid(into: Float64Array, offset: number, { maxDelay, rule, mbps }: Coefficients): void {
    const m = this.#m;
    const room = mbps > 0 ? this.#room : undefined;
    const apart = rule === PAIR_RULE.OtherZone || rule === PAIR_RULE.OtherLocation;
    for (let k = 0; k < m; k += 1) {
      for (let l = 0; l < m; l += 1) {
        const at = k * m + l;
        const broken =
          k === l
            ? apart
            : rule === PAIR_RULE.SameLocation ||
              (rule === PAIR_RULE.OtherZone && this.#zone[k] === this.#zone[l]) ||
              this.#hard[at]! > maxDelay ||
              (room !== undefined && mbps > room[at]!);
        if (broken) into[offset + at] = Number.POSITIVE_INFINITY;
      }
    }
  }
}
