import { isLarge, type Solved, solveGqap } from '../admission/solvegqap.ts';
import type { Budget } from '../budget.ts';
import type { AppModel } from '../model/appmodel.ts';
import { objectiveOf, type Placement } from '../model/evaluate.ts';
import { type Judge, judgeOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { TermValues } from '../result.ts';
import { pricedProblem } from './pricedproblem.ts';
import { RowPrices } from './prices.ts';
import { repair } from './repair.ts';
import { exceededRows, useOf } from './row.ts';

/** Rounds of prices. */
const ROUNDS = 24;
/** Share of the work that may go into a first answer that exceeds a row, and into one round of prices. */
const FIRST_SHARE = 1 / 2;
const ROUND_SHARE = 1 / 32;
const REPAIR_SHARE = 1 / 64;
/** A bound this close proves the optimum. */
const PROVED = 1e-9;

export interface CoupledQuestion {
  readonly model: AppModel;
  /** What others use. */
  readonly load: Load;
  /** Limits on terms, in their own units. */
  readonly limits: TermValues;
  readonly seed: number;
  /** A placement to begin with. */
  readonly start: Placement | undefined;
  /** Told of the objective of every better placement; of the first search alone, without row prices. */
  readonly onBest?: ((objective: number) => void) | undefined;
}

/**
 * Places one application under rules that couple its services beyond pairs: bandwidth of links and limits on
 * terms. First without them: where the answer keeps them, as it mostly does, it is the answer, at no more
 * than the cost of looking. Else the rows in the way get prices, which move until the bound stalls; then a
 * last search, at the best prices, takes only placements that keep every row, and can prove what it finds
 * or that there is nothing, as the prices only ever lower the cost of what keeps the rows.
 *
 * Too large for exact search, links have no prices: there placements that exceed them are refused from the
 * start.
 */
export function solveCoupled(question: CoupledQuestion, budget: Budget): Solved {
  const { model, load, limits, seed, start } = question;
  const strict = judgeOf(model, load, limits);
  const prices = new RowPrices();
  const first = pricedProblem(model, load, prices);
  const large = isLarge(first.gqap);
  const limited = Object.values(limits).some((limit) => limit !== undefined);
  if (large && !limited) return solveGqap(first.gqap, strict, budget, seed, start, question.onBest);
  const search = new Search(strict, budget, seed, question.onBest);
  const begun = search.firstAnswer(first.gqap, first.judge, start);
  if (!begun.at) return begun;
  if (strict(begun.at) < Number.POSITIVE_INFINITY) return begun;
  let solved: Solved = begun;
  let best = prices.copy();
  for (let round = 0; ; round += 1) {
    const { at, lowerBound } = solved;
    // Nothing keeps the other rules: nothing can keep the rows as well.
    if (solved.complete && !at) return solved;
    if (lowerBound >= search.lowerBound) best = prices.copy();
    search.take(solved);
    if (at && !search.keeps(at)) search.mend(question, at);
    if (search.objective - search.lowerBound <= PROVED)
      return { ...search.proved(solved.prices), linkPrices: prices.ofLinks };
    if (!at || round === ROUNDS || budget.exhausted()) break;
    const use = useOf(model, at);
    const rows = exceededRows(model, load, limits, use);
    prices.add(large ? rows.filter(({ kind }) => kind === 'Term') : rows);
    prices.know({ cost: objectiveOf(model, at), use });
    if (prices.rows.length === 0 || !prices.next(lowerBound)) break;
    const priced = pricedProblem(model, load, prices);
    solved = search.ask(priced.gqap, priced.judge, budget.left * ROUND_SHARE);
  }
  prices.restore(best);
  const { gqap } = pricedProblem(model, load, prices);
  return { ...search.last(gqap), linkPrices: prices.ofLinks };
}

/** The answers so far: best placement that keeps every row, best bound. */
class Search {
  readonly #strict: Judge;
  readonly #budget: Budget;
  readonly #seed: number;
  readonly #onBest: ((objective: number) => void) | undefined;
  #at: Placement | undefined;
  objective = Number.POSITIVE_INFINITY;
  lowerBound = Number.NEGATIVE_INFINITY;

  constructor(strict: Judge, budget: Budget, seed: number, onBest?: (objective: number) => void) {
    this.#strict = strict;
    this.#budget = budget;
    this.#seed = seed;
    this.#onBest = onBest;
  }

  /** Without rows; ended early where its best placement exceeds one. */
  firstAnswer(gqap: Parameters<typeof solveGqap>[0], judge: Judge, start: Placement | undefined): Solved {
    const budget = this.#budget;
    const most = budget.left * FIRST_SHARE;
    let least = Number.POSITIVE_INFINITY;
    let keeps = true;
    const watching: Judge = (at) => {
      const cost = judge(at);
      if (cost < least) {
        least = cost;
        keeps = this.#strict(at) < Number.POSITIVE_INFINITY;
        if (keeps) this.#onBest?.(cost);
      }
      return cost;
    };
    const part = budget.part(budget.left, (spent) => spent > most && !keeps);
    const solved = solveGqap(gqap, watching, part, this.#seed, start);
    budget.spend(part.spent);
    return solved;
  }

  ask(gqap: Parameters<typeof solveGqap>[0], judge: Judge, work: number): Solved {
    const part = this.#budget.part(work);
    const solved = solveGqap(gqap, judge, part, this.#seed, undefined);
    this.#budget.spend(part.spent);
    return solved;
  }

  take({ at, lowerBound }: Pick<Solved, 'at' | 'lowerBound'>): void {
    this.lowerBound = Math.max(this.lowerBound, lowerBound);
    const cost = at ? this.#strict(at) : Number.POSITIVE_INFINITY;
    if (cost >= this.objective) return;
    this.objective = cost;
    this.#at = at;
  }

  keeps(at: Placement): boolean {
    return this.#strict(at) < Number.POSITIVE_INFINITY;
  }

  /** Local search from a placement that exceeds rows. */
  mend({ model, load, limits }: CoupledQuestion, at: Placement): void {
    const part = this.#budget.part(this.#budget.left * REPAIR_SHARE);
    this.take({ at: repair(model, load, limits, at, part), lowerBound: Number.NEGATIVE_INFINITY });
    this.#budget.spend(part.spent);
  }

  proved(prices: Float64Array): Solved {
    const { objective } = this;
    return { at: this.#at, objective, lowerBound: objective, complete: true, prices, labels: undefined };
  }

  /** Only what keeps every row counts. */
  last(gqap: Parameters<typeof solveGqap>[0]): Solved {
    const solved = solveGqap(gqap, this.#strict, this.#budget, this.#seed, this.#at);
    const better = solved.objective < this.objective;
    const objective = better ? solved.objective : this.objective;
    const lowerBound = Math.min(objective, Math.max(this.lowerBound, solved.lowerBound));
    return {
      ...solved,
      at: better ? solved.at : this.#at,
      objective,
      lowerBound,
      complete: solved.complete || objective - lowerBound <= PROVED,
    };
  }
}
