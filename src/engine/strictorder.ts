import type { Solve, SolveOptions } from './port.ts';
import type { Application, Problem } from './problem.ts';
import type { ApplicationResult, Result, Term } from './result.ts';

/** Prices that are tried for keeping what earlier terms have reached. */
const FIRST_PRICE = 1;
const FACTOR = 4;
const MOST_STEPS = 5;
const REFINEMENTS = 2;

export interface StrictOrder {
  application: string;
  /** Most important first; each at most once. */
  terms: readonly Term[];
  /** Share by which a term may exceed its best value for the sake of later ones. */
  tolerance: number;
}

/**
 * Terms in strict order: the first alone, then each next one with "no earlier term above its best value by
 * more than the tolerance" as a price on those. The price is raised until the limits hold and lowered while
 * they still do, so that the answer keeps every limit but may miss the last bit of the later term. Undefined
 * where there is no placement. At most `(1 + MOST_STEPS + REFINEMENTS) x terms` solves, which share the work.
 */
export function solveInOrder(
  problem: Problem,
  { application, terms, tolerance }: StrictOrder,
  solve: Solve,
  options: SolveOptions,
): { result: Result; limits: ReadonlyMap<Term, number> } | undefined {
  const each = { ...options, work: Math.max(1, Math.floor(options.work / solvesOf(terms.length))) };
  const ask = (weights: Partial<Record<Term, number>>) => {
    const result = solve(weighted(problem, application, weights), each);
    const answer = result.applications.find((one) => one.application === application);
    return answer?.objective === undefined ? undefined : { result, answer };
  };
  const limits = new Map<Term, number>();
  let best: { result: Result; answer: ApplicationResult } | undefined;
  for (const term of terms) {
    const keeps = (answer: ApplicationResult) =>
      [...limits].every(([earlier, limit]) => (answer.terms[earlier] ?? 0) <= limit);
    const take = (price: number): boolean => {
      const found = ask({ ...pricesOf(limits, price), [term]: 1 });
      if (!found || !keeps(found.answer)) return false;
      const before = best?.answer.terms[term] ?? Number.POSITIVE_INFINITY;
      if (!best || (found.answer.terms[term] ?? 0) < before) best = found;
      return true;
    };
    if (limits.size === 0) {
      best = ask({ [term]: 1 });
      if (!best) return undefined;
    } else searchPrice(take);
    const reached = best?.answer.terms[term];
    // A term that nobody gives figures for limits nothing.
    if (reached !== undefined) limits.set(term, reached * (1 + tolerance));
  }
  return best && { result: best.result, limits };
}

function solvesOf(terms: number): number {
  return 1 + Math.max(0, terms - 1) * (1 + MOST_STEPS + REFINEMENTS);
}

function pricesOf(limits: ReadonlyMap<Term, number>, price: number): Partial<Record<Term, number>> {
  return Object.fromEntries([...limits.keys()].map((term) => [term, price]));
}

/** The least price, on a geometric scale, at which `take` says that the limits hold. */
function searchPrice(take: (price: number) => boolean): void {
  let price = FIRST_PRICE;
  let holds = take(price);
  const rising = !holds;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = rising ? price * FACTOR : price / FACTOR;
    const now = take(next);
    if (now !== holds) {
      let [low, high] = rising ? [price, next] : [next, price];
      for (let fine = 0; fine < REFINEMENTS; fine += 1) {
        const middle = Math.sqrt(low * high);
        if (take(middle)) high = middle;
        else low = middle;
      }
      return;
    }
    price = next;
    holds = now;
  }
}

/** The problem with other weights for one application. */
export function weighted(
  problem: Problem,
  application: string,
  weights: Partial<Record<Term, number>>,
): Problem {
  const none = { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 };
  const change = (app: Application): Application =>
    app.id === application ? { ...app, profile: { ...none, ...weights } } : app;
  return { ...problem, applications: problem.applications.map(change) };
}
