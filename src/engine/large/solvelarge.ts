import type { Budget } from '../budget.ts';
import { costOf, fits } from '../gqap/cost.ts';
import type { Gqap } from '../gqap/gqap.ts';
import type { Judge } from '../judge.ts';
import { exactBound } from './bound.ts';
import { takeChanges } from './changes.ts';
import { firstLabels, split } from './labels.ts';
import { LocalSearch } from './localsearch.ts';
import { lookAhead } from './lookahead.ts';
import { NeighbourhoodSearch } from './neighbourhood.ts';
import { Prices } from './prices.ts';
import { emptyRounding, type Rounding, round } from './rounding.ts';
import { LargeState, type StateOptions } from './state.ts';
import { priceOfRoom, sweep } from './sweep.ts';

/** What the large path found. Costs are in the objective of the problem, its constant included. */
export interface LargeResult {
  /** Location by variable; undefined: none found, which proves nothing. */
  at: Int32Array | undefined;
  /** As the judge has it; Infinity where there is none. */
  objective: number;
  /** No placement costs less; recomputed in double precision. */
  lowerBound: number;
  /** Pairs of sweeps. */
  passes: number;
  labels: number;
  /** locations x resources: what one more unit of room saves at most; 0 where nothing is short. */
  prices: Float64Array;
  work: number;
  /** Work when the first placement was there; undefined where there is none. */
  firstFeasible: number | undefined;
}

export interface LargeOptions extends StateOptions {
  /** Stop after so many pairs of sweeps, whatever is left of the budget. */
  passes?: number;
  start?: Int32Array;
  /** Told of every better placement. */
  onBest?: (objective: number) => void;
}

const FIRST_STEP = 0.4;
const LAST_STEP = 5e-4;
/** Sweeps and step of the price after a change, when most is settled already. */
const AHEAD_PASSES = 2;
const WARM_STEP = 0.1;
const PATIENCE = 6;
const SPLITS = 12;
const FIRST_SPLITS = 16;
const COOLING = 0.8;

/**
 * Places one application of hundreds of services on thousands of locations: message passing with prices on
 * adaptive labels for the bound, look-ahead and local search for placements, neighbourhoods for the rest of
 * the budget. Deterministic for the same problem, seed and work. After the budget it ends with the step it is
 * in, of which the longest is the exact bound.
 */
export function solveLarge(
  gqap: Gqap,
  judge: Judge | undefined,
  budget: Budget,
  seed: number,
  options: LargeOptions = {},
): LargeResult {
  return new LargeSearch(gqap, judge, budget, options).solve(seed, options);
}

/** The running search, kept by whoever wants to place again after a change. */
export class LargeSearch {
  readonly state: LargeState;
  readonly search: LocalSearch;
  readonly rounding: Rounding;
  best: Int32Array | undefined;
  objective = Number.POSITIVE_INFINITY;
  passes = 0;
  firstFeasible: number | undefined;
  #judge: Judge | undefined;
  #budget: Budget;
  readonly #prices: Prices;
  readonly #options: LargeOptions;
  readonly #heat: Float64Array;
  /** Best bound in units of the scale, single precision, with the messages and prices that gave it. */
  #bound = Number.NEGATIVE_INFINITY;
  readonly #messages: Float32Array;
  readonly #price: Float64Array;
  #labelsKept = 0;
  #counted = 0;

  constructor(gqap: Gqap, judge: Judge | undefined, budget: Budget, options: LargeOptions = {}) {
    this.state = new LargeState(gqap, options);
    this.#judge = judge;
    this.#budget = budget;
    this.#options = options;
    this.search = new LocalSearch(this.state);
    this.rounding = emptyRounding(this.state);
    this.#prices = new Prices(this.state);
    this.#heat = new Float64Array(this.state.m);
    const { slots, stride, R } = this.state;
    this.#messages = new Float32Array(slots.length * stride);
    this.#price = new Float64Array(stride * R);
    firstLabels(this.state, gqap.locations <= (options.single ?? 100));
    this.#spend();
  }

  solve(seed: number, options: LargeOptions = {}): LargeResult {
    if (options.start) this.#improve(this.#positions(options.start));
    this.#converge(options.passes ?? Number.POSITIVE_INFINITY);
    if (this.best && options.passes === undefined) this.#neighbourhoods(seed);
    return this.result();
  }

  /**
   * Places again after a change of costs or room (telemetry, a move charge), from the kept placement,
   * messages and prices: local search with swaps decides; with `ahead` a few sweeps and a look-ahead
   * follow, and the better one counts. `gqap` may differ from the last one in unary costs, room and constant
   * alone. The bound in `result` is current after it. Throws where another problem took the memory since.
   */
  replace(gqap: Gqap, judge: Judge | undefined, budget: Budget, ahead = false): Int32Array | undefined {
    const { state, best } = this;
    if (state.matrices.holder !== state)
      throw new Error('another problem was placed on these matrices since');
    this.#judge = judge;
    this.#budget = budget;
    this.#counted = state.work;
    takeChanges(state, gqap);
    this.#bound = Number.NEGATIVE_INFINITY;
    this.objective = best ? this.judged(best) : Number.POSITIVE_INFINITY;
    // What broke a rule is no placement any more, but still the place to start from.
    if (best && this.objective === Number.POSITIVE_INFINITY) this.best = undefined;
    if (best) this.#improve(this.#positions(best));
    if (ahead || !this.best) this.#converge(AHEAD_PASSES, WARM_STEP);
    return this.best;
  }

  /** Bound passes with splits, placements in between, until the step is spent or the bound meets the best. */
  #converge(most: number, first = FIRST_STEP): void {
    const { state, rounding } = this;
    let step = first;
    let stalled = 0;
    let tries = 0;
    let next = 1;
    for (let pass = 0; pass < most && !this.#exhausted(); pass += 1) {
      this.passes += 1;
      const ahead = sweep(state, true);
      const back = sweep(state, false);
      const bound = Math.max(ahead, back) - priceOfRoom(state);
      round(state, rounding);
      this.#warm();
      if (bound > this.#bound + 1e-5 * Math.abs(this.#bound) || pass === 0) {
        this.#keep(bound);
        stalled = 0;
      } else if (++stalled >= PATIENCE) {
        this.#restore();
        this.#prices.forget();
        step *= 0.6;
        stalled = 0;
      }
      this.#spend();
      const target = (this.objective - state.gqap.constant) / state.scale;
      if (step < LAST_STEP || this.#bound >= target * (1 - 1e-7)) break;
      if (pass === 0 || pass % 3 === 2) this.#split(pass === 0 ? FIRST_SPLITS : SPLITS);
      if (pass >= next) {
        const placed = this.#place(this.best ? 2 : 1);
        tries += 1;
        next = pass + (this.best ? 10 + tries : 2);
        if (placed) this.#spend();
      }
      const distance = Number.isFinite(target) ? target - bound : 0.06 * Math.abs(bound) + 0.005;
      this.#prices.step(state, rounding, step, Math.max(distance, 1e-6));
    }
    this.#restore();
  }

  /** The relaxed choice warms locations: hot ones become labels. */
  #warm(): void {
    const heat = this.#heat;
    for (let p = 0; p < heat.length; p += 1) heat[p] = heat[p]! * COOLING;
    for (const p of this.rounding.position) heat[p] = heat[p]! + 1;
  }

  #split(count: number): void {
    const { state, rounding } = this;
    const { single, stride, labels, R, room } = state;
    if (labels >= stride) return;
    const { i32 } = state.matrices.arena;
    const isRest = (p: number) => single[i32[state.labelOf + p]!]! < 0;
    const excess = (p: number) => {
      let most = 0;
      for (let r = 0; r < R; r += 1)
        if (rounding.use[p * R + r]! > room[p * R + r]!) most = Math.max(most, rounding.use[p * R + r]!);
      return most > 0 ? 1 : 0;
    };
    const hot = [...this.#heat.keys()]
      .filter((p) => this.#heat[p]! > 0.2 && isRest(p))
      .sort((a, b) => excess(b) - excess(a) || this.#heat[b]! - this.#heat[a]! || a - b)
      .slice(0, count);
    const own = this.best
      ? [...new Set(this.#positions(this.best))].filter(isRest).sort((a, b) => a - b)
      : [];
    split(state, [...new Set([...own, ...hot])]);
  }

  #place(width: number): boolean {
    const at = lookAhead(this.state, width);
    this.#spend();
    if (!at || this.#spent()) return false;
    return this.#improve(at);
  }

  /** Local search from positions; keeps what is better than the best. */
  #improve(at: ArrayLike<number>): boolean {
    this.search.start(at);
    this.search.run(() => this.#spent(), {
      swaps: this.state.n <= 800,
    });
    this.#spend();
    return this.offer(this.search.at);
  }

  /** Judges positions; true where they are better than the best so far. */
  offer(positions: ArrayLike<number>): boolean {
    const { state } = this;
    const at = Int32Array.from(positions, (p) => state.matrices.location[p]!);
    const objective = this.judged(at);
    if (objective >= this.objective) return false;
    this.best = at;
    this.objective = objective;
    this.firstFeasible ??= this.#budget.spent;
    this.#options.onBest?.(objective);
    return true;
  }

  judged(at: Int32Array): number {
    const { gqap } = this.state;
    if (this.#judge) return this.#judge(at);
    return fits(gqap, at) ? costOf(gqap, at) : Number.POSITIVE_INFINITY;
  }

  #neighbourhoods(seed: number): void {
    const neighbourhoods = new NeighbourhoodSearch(this.state, this.search, seed);
    const target = () => (this.objective - this.state.gqap.constant) / this.state.scale;
    this.search.start(this.#positions(this.best!));
    while (!this.#exhausted() && this.#bound < target() * (1 - 1e-7)) {
      neighbourhoods.step(() => this.#exhausted());
      this.#spend();
      this.offer(this.search.at);
      if (neighbourhoods.steps % 50 === 0) this.search.start(this.#positions(this.best!));
    }
  }

  result(): LargeResult {
    const { state } = this;
    const lowerBound = exactBound(state);
    this.#spend();
    const prices = new Float64Array(state.gqap.locations * state.R);
    for (let label = 0; label < state.labels; label += 1) {
      const p = state.single[label]!;
      for (let r = 0; p >= 0 && r < state.R; r += 1)
        prices[state.matrices.location[p]! * state.R + r] = state.price[label * state.R + r]! * state.scale;
    }
    return {
      at: this.best,
      objective: this.objective,
      lowerBound: Math.min(lowerBound, this.objective),
      passes: this.passes,
      labels: state.labels,
      prices,
      work: this.#counted,
      firstFeasible: this.firstFeasible,
    };
  }

  #positions(at: Int32Array): Int32Array {
    return at.map((k) => this.state.matrices.position[k]!);
  }

  #keep(bound: number): void {
    const { state } = this;
    const { f32 } = state.matrices.arena;
    this.#bound = bound;
    this.#labelsKept = state.labels;
    state.slots.forEach(({ message }, at) => {
      this.#messages.set(f32.subarray(message, message + state.labels), at * state.stride);
    });
    this.#price.set(state.price);
  }

  /** Back to the best bound; labels made since inherit from the rest that they came from. */
  #restore(): void {
    const { state } = this;
    const { f32 } = state.matrices.arena;
    if (this.#bound === Number.NEGATIVE_INFINITY) return;
    state.slots.forEach(({ message }, at) => {
      const saved = at * state.stride;
      f32.set(this.#messages.subarray(saved, saved + this.#labelsKept), message);
      for (let label = this.#labelsKept; label < state.labels; label += 1)
        f32[message + label] = this.#messages[saved + state.parent[label]!]!;
    });
    state.price.fill(0);
    state.price.set(this.#price.subarray(0, this.#labelsKept * state.R));
  }

  #spend(): void {
    this.#budget.spend(this.state.work - this.#counted);
    this.#counted = this.state.work;
  }

  #exhausted(): boolean {
    return this.#budget.exhausted();
  }

  #spent(): boolean {
    this.#spend();
    return this.#budget.exhausted();
  }
}
