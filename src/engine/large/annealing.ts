import { exp } from '../arithmetic/exp.ts';
import { randomOf } from '../exact/random.ts';
import { FewLocations } from './fewlocations.ts';
import type { LargeState } from './state.ts';

/** Temperatures at the two ends of a cycle, in what a service costs on average. */
const [HOT, COLD] = [0.3, 0.02];
/** Proposals of the first cycle, for each variable, and of the longest one. */
const FIRST_CYCLE = 80;
const LONGEST_CYCLE = 4_000_000;
/** Shares of the proposals: to where a neighbour is, to any location, the rest changes places. */
const [NEAR, ANYWHERE] = [0.5, 0.25];
/** Worse by so many temperatures is not even looked at in full. */
const HOPELESS = 40;
/** Units of work of a proposal. */
const PROPOSAL = 200;

/**
 * Simulated annealing (Kirkpatrick et al. 1983) in cycles, each from the best placement and twice as long as
 * the last: a variable goes to where a neighbour is, or anywhere, or changes places with another. Room is
 * kept; a broken rule costs as much as an average placement. O(factors of a variable) for a proposal.
 */
export class Annealing {
  readonly #state: LargeState;
  readonly #random: () => number;
  readonly #best: Int32Array;
  #few: FewLocations | undefined;
  #least = 0;
  #cycle: number;
  #done = 0;
  #temperature = 0;
  #cooling = 1;

  constructor(state: LargeState, seed: number) {
    this.#state = state;
    this.#random = randomOf(seed);
    this.#cycle = FIRST_CYCLE * state.n;
    this.#best = new Int32Array(state.n);
  }

  get busy(): boolean {
    return this.#few !== undefined;
  }

  /** A new cycle from positions, over these and the single locations among the labels. */
  start(positions: ArrayLike<number>): void {
    const few = new FewLocations(this.#state, positions);
    this.#few = few;
    this.#best.set(few.at);
    this.#least = few.cost;
    const unit = few.cost / this.#state.n;
    this.#temperature = HOT * unit;
    this.#cooling = (COLD / HOT) ** (1 / this.#cycle);
    this.#done = 0;
  }

  /** At most so many proposals of the cycle. True where it has ended; `positions` is then the best of it. */
  run(proposals: number): boolean {
    const few = this.#few;
    if (!few) return true;
    const { n } = this.#state;
    const random = this.#random;
    const end = Math.min(this.#cycle, this.#done + proposals);
    this.#state.work += (end - this.#done) * PROPOSAL;
    for (; this.#done < end; this.#done += 1) {
      const temperature = this.#temperature;
      this.#temperature = temperature * this.#cooling;
      const i = Math.floor(random() * n);
      const kind = random();
      const near = few.neighbours[i]!;
      let delta: number;
      if (kind >= NEAR + ANYWHERE) delta = few.exchange(i, Math.floor(random() * n), HOPELESS * temperature);
      else if (kind < NEAR && near.length > 0)
        delta = few.shift(i, few.at[near[Math.floor(random() * near.length)]!]!, HOPELESS * temperature);
      else delta = few.shift(i, Math.floor(random() * few.targets), HOPELESS * temperature);
      if (delta > 0 && !(random() < exp(-delta / temperature))) {
        few.undo();
        continue;
      }
      few.keep();
      if (few.cost < this.#least - 1e-9) {
        this.#least = few.cost;
        this.#best.set(few.at);
      }
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
}
