import { exp } from '../arithmetic/exp.ts';
import { randomOf } from '../exact/random.ts';
import { FewLocations } from './fewlocations.ts';
import type { LargeState } from './state.ts';

/** Temperatures at the two ends of a cycle, in what a service costs on average. */
const [HOT, COLD] = [0.15, 0.02];
/** Ruins of the first cycle and of the longest one. */
const FIRST_CYCLE = 300;
const LONGEST_CYCLE = 20_000;
/** Variables of a ruin. */
const [FEWEST, MOST] = [2, 16];
/** Units of work for each variable and location of a ruin. */
const WORK = 40;
/** Share of the locations that a variable overlooks, so that it does not always go back. */
const BLINK = 0.01;
/** Of the neighbours on other locations so many stay out of a ruin of one location, and of a ruin of a part of the graph. */
const [STAYING, LEFT] = [0.7, 0.3];

/**
 * Ruin and recreate (Schrimpf et al. 2000) with the blinks of Christiaens and Vanden Berghe (2020): a handful
 * of connected variables, half of the time from one location as far as it goes, leave their places and go back
 * one by one, in random order, each to where it then costs least. In cycles under a falling temperature, each
 * from the best placement and twice as long as the last. Room is kept; a broken rule costs as much as an average
 * placement. O(variables of a ruin x their factors x locations) for each.
 */
export class RuinAndRecreate {
  readonly #state: LargeState;
  readonly #random: () => number;
  readonly #best: Int32Array;
  #few: FewLocations | undefined;
  #least = 0;
  #cycle = FIRST_CYCLE;
  #done = 0;
  #temperature = 0;
  #cooling = 1;
  #row = new Float64Array(0);
  readonly #seen: Int32Array;
  #stamp = 0;

  constructor(state: LargeState, seed: number) {
    this.#state = state;
    this.#random = randomOf(seed);
    this.#best = new Int32Array(state.n);
    this.#seen = new Int32Array(state.n);
  }

  get busy(): boolean {
    return this.#few !== undefined;
  }

  /** A new cycle from positions, over these and the single locations among the labels. */
  start(positions: ArrayLike<number>): void {
    const few = new FewLocations(this.#state, positions);
    this.#few = few;
    this.#row = new Float64Array(few.targets);
    this.#best.set(few.at);
    this.#least = few.cost;
    const unit = few.cost / this.#state.n;
    this.#temperature = HOT * unit;
    this.#cooling = (COLD / HOT) ** (1 / this.#cycle);
    this.#done = 0;
  }

  /** At most so many ruins of the cycle. True where it has ended; `take` then tells the best of it. */
  run(ruins: number): boolean {
    const few = this.#few;
    if (!few) return true;
    const random = this.#random;
    const end = Math.min(this.#cycle, this.#done + ruins);
    for (; this.#done < end; this.#done += 1) {
      const temperature = this.#temperature;
      this.#temperature = temperature * this.#cooling;
      const chosen = this.#choose(few);
      const before = chosen.map((i) => few.at[i]!);
      const delta = this.#recreate(few, chosen, this.#lift(few, chosen));
      this.#state.work += chosen.length * few.targets * WORK;
      if (delta <= 0 || (delta < Number.POSITIVE_INFINITY && random() < exp(-delta / temperature))) {
        few.cost += delta;
        if (few.cost < this.#least - 1e-9) {
          this.#least = few.cost;
          this.#best.set(few.at);
        }
        continue;
      }
      for (const i of chosen) if (few.at[i]! >= 0) few.lift(i);
      chosen.forEach((i, each) => {
        few.put(i, before[each]!);
      });
    }
    return this.#done >= this.#cycle;
  }

  /** Ends the cycle: the best of it. */
  take(): Int32Array {
    const few = this.#few!;
    this.#few = undefined;
    this.#cycle = Math.min(LONGEST_CYCLE, 2 * this.#cycle);
    return this.#best.map((at) => few.position[at]!);
  }

  /** One by one, so that the sum is what all of them cost together; negative. */
  #lift(few: FewLocations, chosen: readonly number[]): number {
    let delta = 0;
    for (const i of chosen) delta -= few.lift(i);
    return delta;
  }

  /** What that comes to with all back in place; Infinity where one finds no room. */
  #recreate(few: FewLocations, chosen: readonly number[], lifted: number): number {
    const row = this.#row;
    let delta = lifted;
    for (const i of this.#shuffled(chosen)) {
      few.costsOf(i, row);
      let [low, to] = [Number.POSITIVE_INFINITY, -1];
      for (let k = 0; k < few.targets; k += 1) {
        if (row[k]! >= low || this.#random() < BLINK) continue;
        low = row[k]!;
        to = k;
      }
      if (to < 0) return Number.POSITIVE_INFINITY;
      delta += low;
      few.put(i, to);
    }
    return delta;
  }

  #choose(few: FewLocations): number[] {
    const random = this.#random;
    const { n } = this.#state;
    const size = Math.min(n, FEWEST + Math.floor(random() * (MOST - FEWEST + 1)));
    const together = random() < 0.5;
    const start = Math.floor(random() * n);
    this.#stamp += 1;
    const chosen: number[] = [];
    const add = (i: number) => {
      if (this.#seen[i] === this.#stamp || chosen.length >= size) return;
      this.#seen[i] = this.#stamp;
      chosen.push(i);
    };
    add(start);
    for (let next = 0; next < chosen.length; next += 1)
      for (const j of few.neighbours[chosen[next]!]!) {
        const stays = together ? few.at[j] !== few.at[start] && random() < STAYING : random() < LEFT;
        if (!stays) add(j);
      }
    // What shares the location without a channel makes room as well.
    for (let step = 1; together && step < n; step += 1) {
      const j = (start + step) % n;
      if (few.at[j] === few.at[start]) add(j);
    }
    return chosen;
  }

  #shuffled(chosen: readonly number[]): number[] {
    const order = [...chosen];
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.#random() * (at + 1));
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return order;
  }
}
