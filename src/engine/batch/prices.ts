import type { FlatModel } from './flatmodel.ts';
import type { Ground } from './ground.ts';

const FIRST_MOMENT = 0.85;
const SECOND_MOMENT = 0.95;
/** Of what a service costs in the mean, per mean demand, in the first round. */
const STEP = 0.12;
/** Excess of demand over room that counts, in shares of the room. */
const MOST_EXCESS = 2;

/**
 * Prices of room, location by resource, moved along the excess of soft demand by a moment step (Kingma and Ba
 * 2015): each price has its own pace, so that scarce and plentiful locations settle in the same few rounds.
 */
export class Prices {
  /** Objective per unit of room. */
  readonly value: Float64Array;
  /** What there was to share. */
  readonly room: Float64Array;
  /** What the relaxation asks for. */
  readonly use: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #meanDemand: Float64Array;
  #round = 0;
  /** Weight that the start still has in the moments. */
  #firstDecay = 1;
  #secondDecay = 1;

  /** `apps`: those that share the room. */
  constructor(model: FlatModel, room: Float64Array, apps: readonly number[]) {
    this.room = room;
    this.value = new Float64Array(room.length);
    this.use = new Float64Array(room.length);
    this.#first = new Float64Array(room.length);
    this.#second = new Float64Array(room.length);
    const R = model.resources;
    this.#meanDemand = new Float64Array(R);
    const count = new Float64Array(R);
    for (const a of apps) {
      for (let at = model.variableStart[a]! * R; at < model.variableStart[a + 1]! * R; at += 1) {
        if (model.demand[at] === 0) continue;
        this.#meanDemand[at % R]! += model.demand[at]!;
        count[at % R]! += 1;
      }
    }
    for (let r = 0; r < R; r += 1) this.#meanDemand[r] = count[r]! > 0 ? this.#meanDemand[r]! / count[r]! : 1;
  }

  /**
   * After a round; `unit`: what a service costs in the mean. Returns by how much demand misses the room that has a
   * price, or is too little, as a share of all demand: 0 where no price is needed.
   */
  step(unit: number): number {
    let [missed, all] = [0, 0];
    const R = this.#meanDemand.length;
    const [room, use, first, second, value] = [this.room, this.use, this.#first, this.#second, this.value];
    this.#round += 1;
    this.#firstDecay *= FIRST_MOMENT;
    this.#secondDecay *= SECOND_MOMENT;
    const correct = [1 - this.#firstDecay, 1 - this.#secondDecay] as const;
    const pace = (STEP * unit) / Math.sqrt(this.#round);
    for (let at = 0; at < value.length; at += 1) {
      if (!(room[at]! > 0) || (use[at] === 0 && value[at] === 0)) continue;
      const demand = use[at]! / this.#meanDemand[at % R]!;
      const share = room[at]! / this.#meanDemand[at % R]!;
      all += demand;
      if (value[at]! > 0 || demand > share) missed += Math.abs(demand - share);
      const excess = Math.min(use[at]! / room[at]! - 1, MOST_EXCESS);
      if (excess < 0 && value[at] === 0 && first[at]! <= 0) continue;
      first[at] = FIRST_MOMENT * first[at]! + (1 - FIRST_MOMENT) * excess;
      second[at] = SECOND_MOMENT * second[at]! + (1 - SECOND_MOMENT) * excess * excess;
      const move = first[at]! / correct[0] / (Math.sqrt(second[at]! / correct[1]) + 0.05);
      value[at] = Math.max(0, value[at]! + (pace / this.#meanDemand[at % R]!) * move);
    }
    return all > 0 ? missed / all : 0;
  }

  /** Into the rows that sweeps read. */
  publish({ rows, price, layout, resources: R }: Ground): void {
    for (let p = 0; p < layout.positions; p += 1) {
      const k = layout.location[p]!;
      for (let r = 0; k >= 0 && r < R; r += 1) rows[price[r]! + p] = this.value[k * R + r]!;
    }
  }

  /** Takes what the sweeps of a round have asked for, and clears it for the next. */
  collect({ rows, use, layout, resources: R }: Ground): void {
    const { positions, location } = layout;
    this.use.fill(0);
    for (let p = 0; p < positions; p += 1) {
      const k = location[p]!;
      for (let r = 0; k >= 0 && r < R; r += 1) this.use[k * R + r] = rows[use + r * positions + p]!;
    }
    rows.fill(0, use, use + R * positions);
  }

  /** Whether anybody asks for the location, or would if it cost nothing. */
  matters(k: number): boolean {
    const R = this.#meanDemand.length;
    for (let r = 0; r < R; r += 1)
      if (this.value[k * R + r]! > 0 || this.use[k * R + r]! > LITTLE * this.#meanDemand[r]!) return true;
    return false;
  }

  /** Locations that most is asked of, in means of a service, at most so many. */
  mostAsked(most: number): number[] {
    const R = this.#meanDemand.length;
    const asked = new Float64Array(R === 0 ? 0 : this.use.length / R);
    for (let at = 0; at < this.use.length; at += 1)
      asked[Math.floor(at / R)]! += this.use[at]! / this.#meanDemand[at % R]!;
    return [...asked.keys()]
      .filter((k) => asked[k]! > 0)
      .sort((a, b) => asked[b]! - asked[a]! || a - b)
      .slice(0, most);
  }
}

/** Demand of a location that does not count, in means of a service. */
const LITTLE = 1e-3;
