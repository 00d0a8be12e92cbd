import type { FlatModel } from './flatmodel.ts';
import type { Ground } from './ground.ts';

const FIRST_MOMENT = 0.85;
const SECOND_MOMENT = 0.95;
const STEP = 0.055;
/** Excess of demand over room that counts, in shares of the room. */
const MOST_EXCESS = 2;

/**
 * Prices of room, position by resource, moved along the excess of soft demand by a moment step (Kingma and Ba
 * 2015): each price has its own pace, so that scarce and plentiful locations settle in the same few rounds.
 * Kept as single precision numbers: the bound takes back exactly what the sweeps charged.
 */
export class Prices {
  /** Objective per unit of room. */
  readonly value: Float32Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #meanDemand: Float64Array;
  /** Position by resource: what there was to share. */
  readonly room: Float64Array;
  readonly #ground: Ground;
  #round = 0;

  /** `room`: position by resource; `apps`: those that share it. */
  constructor(model: FlatModel, ground: Ground, room: Float64Array, apps: readonly number[]) {
    this.#ground = ground;
    this.room = room;
    this.value = new Float32Array(room.length);
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

  /** `unit`: what a service costs in the mean. False: there is no price, and none is asked for. */
  step(use: Float64Array, unit: number): boolean {
    let any = false;
    const R = this.#meanDemand.length;
    const [room, first, second, value] = [this.room, this.#first, this.#second, this.value];
    this.#round += 1;
    const correct = [1 - FIRST_MOMENT ** this.#round, 1 - SECOND_MOMENT ** this.#round] as const;
    const pace = (STEP * unit) / Math.sqrt(this.#round);
    for (let at = 0; at < value.length; at += 1) {
      if (!(room[at]! > 0) || (use[at] === 0 && value[at] === 0)) continue;
      any ||= value[at]! > 0 || use[at]! > room[at]!;
      const excess = Math.min(use[at]! / room[at]! - 1, MOST_EXCESS);
      if (excess < 0 && value[at] === 0 && first[at]! <= 0) continue;
      first[at] = FIRST_MOMENT * first[at]! + (1 - FIRST_MOMENT) * excess;
      second[at] = SECOND_MOMENT * second[at]! + (1 - SECOND_MOMENT) * excess * excess;
      const move = first[at]! / correct[0] / (Math.sqrt(second[at]! / correct[1]) + 0.05);
      value[at] = Math.max(0, value[at]! + (pace / this.#meanDemand[at % R]!) * move);
    }
    this.publish();
    return any;
  }

  /** Into the rows that sweeps read. */
  publish(): void {
    const { arena, price, layout, resources: R } = this.#ground;
    for (let r = 0; r < R; r += 1)
      for (let p = 0; p < layout.positions; p += 1) arena.f32[price[r]! + p] = this.value[p * R + r]!;
  }

  /** What all room costs. */
  get total(): number {
    let sum = 0;
    for (let at = 0; at < this.value.length; at += 1)
      if (this.value[at]! > 0) sum += this.value[at]! * this.room[at]!;
    return sum;
  }
}
