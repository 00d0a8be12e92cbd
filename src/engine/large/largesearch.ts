import type { Budget } from '../budget.ts';
import { costOf, fits } from '../gqap/cost.ts';
import type { Gqap } from '../gqap/gqap.ts';
import type { Judge } from '../model/judge.ts';
import { exactBound } from './bound.ts';
import { DualAscent } from './dualascent.ts';
import { firstLabels } from './labels.ts';
import type { LargeOptions, LargeResult } from './largeresult.ts';
import { LocalSearch } from './localsearch.ts';
import { lookAhead } from './lookahead.ts';
import { relieve } from './relieve.ts';
import { repair } from './repair.ts';
import { RuinAndRecreate } from './ruinandrecreate.ts';
import { LargeState } from './state.ts';

/** Width of every second look-ahead as long as there is no placement. */
const WIDER = 4;
/** Rounds between look-aheads at first, once there is a placement; two more after each. */
const OFTEN = 4;
/** Units of work for each variable and position that an attempt after the deadline may take. */
const ATTEMPT = 100;
/** Rounds before placements are improved beside the bound. */
const SETTLING = 12;
/** Ruins between two looks at the clock. */
const BURST = 25;
/** Rounds that working out the bound in double precision takes the time of. */
const EXACT_ROUNDS = 3;
/** The bound meets the best. */
const MET = 1e-7;
/** Variables up to which swaps are looked for. */
const MOST_SWAPPED = 800;

/** The running search. */
export class LargeSearch {
  readonly state: LargeState;
  readonly search: LocalSearch;
  readonly ascent: DualAscent;
  best: Int32Array | undefined;
  objective = Number.POSITIVE_INFINITY;
  firstFeasible: number | undefined;
  readonly #judge: Judge | undefined;
  readonly #budget: Budget;
  readonly #options: LargeOptions;
  #counted = 0;

  constructor(gqap: Gqap, judge: Judge | undefined, budget: Budget, options: LargeOptions = {}) {
    this.state = new LargeState(gqap, options);
    this.#judge = judge;
    this.#budget = budget;
    this.#options = options;
    this.search = new LocalSearch(this.state);
    this.ascent = new DualAscent(this.state);
    firstLabels(this.state, gqap.locations <= (options.single ?? 100));
    this.#spend();
  }

  /** Bound and placements side by side; when the bound has settled, placements alone. */
  solve(seed: number, options: LargeOptions = {}): LargeResult {
    if (options.start) this.#improve(this.#positions(options.start));
    const walk = new RuinAndRecreate(this.state, seed);
    this.#converge(options.passes ?? Number.POSITIVE_INFINITY, walk);
    while (options.passes === undefined && this.best && !this.#exhausted() && !this.#met)
      this.#ruin(walk, Number.POSITIVE_INFINITY);
    return this.result();
  }

  /** Rounds of the bound, look-ahead placements in between, and as much work for the best one. */
  #converge(most: number, walk?: RuinAndRecreate): void {
    const { state, ascent } = this;
    let tries = 0;
    let next = 0;
    let ascending = 0;
    let improving = 0;
    for (let round = 0; round < most && !this.#exhausted(); round += 1) {
      const before = state.work;
      const began = this.#budget.now();
      ascent.round(round % 6 === 0 ? this.#unlabelled() : [], () => this.#exhausted());
      this.#spend();
      ascending += state.work - before;
      if (this.best) this.#budget.reserve(EXACT_ROUNDS * (this.#budget.now() - began));
      if (this.#met || ascent.settled || this.#exhausted()) break;
      if (round >= next && ascent.ahead) {
        this.#place(this.best ? 2 : tries % 2 === 0 ? 1 : WIDER);
        tries += 1;
        next = round + (this.best ? OFTEN + 2 * tries : 1);
      }
      if (!walk || !this.best || round < SETTLING || improving > ascending) continue;
      const start = state.work;
      this.#ruin(walk, ascending - improving);
      improving += state.work - start;
    }
    // Whatever the deadline, and however little is known by then: one attempt there is.
    if (!this.best && this.#exhausted()) {
      while (!ascent.ahead) ascent.round();
      const end = state.work + ATTEMPT * state.n * state.m;
      this.#place(1, () => state.work > end);
    }
    ascent.restore();
  }

  get #met(): boolean {
    const { gqap, scale } = this.state;
    return this.ascent.bound >= ((this.objective - gqap.constant) / scale) * (1 - MET);
  }

  /** Positions of the best placement that are no labels of their own. */
  #unlabelled(): number[] {
    const { single, labelOf, matrices } = this.state;
    if (!this.best) return [];
    const { i32 } = matrices.arena;
    return [...new Set(this.#positions(this.best))]
      .filter((p) => single[i32[labelOf + p]!]! < 0)
      .sort((a, b) => a - b);
  }

  /** Ruins for so much work; what a cycle ends with is improved and judged. */
  #ruin(walk: RuinAndRecreate, work: number): void {
    const { state } = this;
    const end = state.work + work;
    if (!walk.busy) walk.start(this.#positions(this.best!));
    while (state.work < end) {
      const ended = walk.run(BURST);
      this.#spend();
      if (!ended && !this.#budget.exhausted()) continue;
      const at = walk.take();
      if (!this.#budget.exhausted()) this.#improve(at);
      else this.offer(at);
      return;
    }
  }

  /** A look-ahead placement, at once where it is the first, and improved. */
  #place(width: number, stop?: () => boolean): void {
    const at = lookAhead(this.state, width);
    this.#spend();
    if (!at) return;
    if (!this.best) this.offer(at);
    this.#improve(at, stop);
  }

  /** Local search from positions; keeps what is better than the best. */
  #improve(at: ArrayLike<number>, stop: () => boolean = () => this.#exhausted()): void {
    this.search.start(at);
    const swaps = this.best !== undefined && this.state.n <= MOST_SWAPPED;
    this.search.run(stop, { swaps, confirm: this.best !== undefined });
    if (!this.best) {
      if (!relieve(this.state, this.search, stop)) return;
      repair(this.state, this.search, stop);
    }
    this.#spend();
    this.offer(this.search.at);
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
      passes: this.ascent.rounds,
      labels: state.labels,
      prices,
      work: this.#counted,
      firstFeasible: this.firstFeasible,
    };
  }

  #positions(at: Int32Array): Int32Array {
    return at.map((k) => this.state.matrices.position[k]!);
  }

  #spend(): void {
    this.#budget.spend(this.state.work - this.#counted);
    this.#counted = this.state.work;
  }

  /** The work done is told first. */
  #exhausted(): boolean {
    this.#spend();
    return this.#budget.exhausted();
  }
}
