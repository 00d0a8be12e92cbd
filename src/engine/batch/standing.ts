import type { FlatModel } from './flatmodel.ts';
import type { Ground } from './ground.ts';

/** Where everybody is, and what is used; by location, whatever the rows that are looked at. */
export class Standing {
  /** Location by variable; -1 where it has none. */
  readonly at: Int32Array;
  /** Location by resource. */
  readonly used: Float64Array;
  readonly #room: Float64Array;
  readonly #model: FlatModel;
  readonly #grounds: Ground[] = [];

  /** `room`: location by resource, with nobody there. */
  constructor(model: FlatModel, room: Float64Array) {
    this.#model = model;
    this.#room = room;
    this.at = new Int32Array(model.replicas.length).fill(-1);
    this.used = new Float64Array(room.length);
  }

  /** From now on the ground's rows tell what is left. */
  follow(ground: Ground): void {
    this.#grounds.push(ground);
    const { layout, resources: R } = ground;
    for (let p = 0; p < layout.positions; p += 1) {
      const k = layout.location[p]!;
      for (let r = 0; r < R; r += 1) ground.rows[ground.left[r]! + p] = k < 0 ? -1 : this.left(k * R + r);
    }
  }

  forget(ground: Ground): void {
    this.#grounds.splice(this.#grounds.indexOf(ground), 1);
  }

  left(at: number): number {
    return this.#room[at]! - this.used[at]!;
  }

  /** Variable v comes to k, or leaves it. */
  occupy(v: number, k: number, sign: number): void {
    const { demand, resources: R } = this.#model;
    for (let r = 0; r < R; r += 1) this.use(k * R + r, sign * demand[v * R + r]!);
    this.at[v] = sign > 0 ? k : -1;
  }

  use(at: number, amount: number): void {
    if (amount === 0) return;
    this.used[at] = this.used[at]! + amount;
    const R = this.#model.resources;
    for (const { rows, left, layout } of this.#grounds) {
      const p = layout.position[Math.floor(at / R)]!;
      if (p >= 0) rows[left[at % R]! + p] = this.left(at);
    }
  }

  fits(v: number, k: number): boolean {
    const { demand, resources: R } = this.#model;
    for (let r = 0; r < R; r += 1) {
      const amount = demand[v * R + r]!;
      if (amount > 0 && amount > this.left(k * R + r)) return false;
    }
    return true;
  }
}
