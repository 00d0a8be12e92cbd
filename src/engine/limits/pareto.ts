import type { Solve, SolveOptions } from '../port.ts';
import type { Problem } from '../problem.ts';
import type { ApplicationResult } from '../result.ts';
import type { Term } from '../vocabulary.ts';

/** One way to trade two terms off; none of a front is better than another in both. */
export interface TradeOff {
  /** In their own units. */
  readonly first: number;
  readonly second: number;
  /** No placement that has no more of the second term than `limit` has less of the first. */
  readonly firstBound: number;
  /** What the second term was limited to; Infinity for the end with the least of the first. */
  readonly limit: number;
  readonly answer: ApplicationResult;
}

export interface Front {
  /** By rising first term. */
  readonly points: readonly TradeOff[];
  /** Step of the limits, in the unit of the second term. */
  readonly resolution: number;
  /**
   * Every point is proved: a placement that none of them equals or beats in both terms has less than
   * `resolution` less of the second term than the point before it.
   */
  readonly complete: boolean;
}

/** A step below what was reached must be larger than rounding. */
const LEAST_STEP = 1e-6;

/**
 * Front of two chosen terms by the epsilon-constraint method (Haimes et al. 1971): the first term is made
 * least, then the second among what has that, under a limit on the second that falls from step to step. So
 * it has what lies in hollows of the front, too, which is cheapest at no weight. Each point comes with its own
 * bound. At most `points` points, and as many solves, which share the work.
 */
export function paretoFront(
  problem: Problem,
  application: string,
  [first, second]: readonly [Term, Term],
  points: number,
  solve: Solve,
  options: SolveOptions,
): Front {
  const work = Math.max(1, Math.floor(options.work / Math.max(2, points)));
  const ask = (order: readonly [Term, Term], limit: number): TradeOff | 'None' | undefined => {
    const result = solve(inOrder(problem, application, order, second, limit), { ...options, work });
    const answer = result.applications.find((one) => one.application === application);
    if (answer?.objective === undefined) return answer?.verdict === 'Infeasible' ? 'None' : undefined;
    const { terms, levels } = answer;
    const level = levels?.find(({ term }) => term === first);
    const firstBound = order[0] === first ? (level?.lowerBound ?? 0) : 0;
    return { first: terms[first] ?? 0, second: terms[second] ?? 0, firstBound, limit, answer };
  };
  const begin = ask([first, second], Number.POSITIVE_INFINITY);
  const end = ask([second, first], Number.POSITIVE_INFINITY);
  if (begin === 'None') return { points: [], resolution: 0, complete: true };
  if (!begin || !end || end === 'None')
    return {
      points: [begin, end].filter((each) => typeof each === 'object'),
      resolution: 0,
      complete: false,
    };
  const resolution = (begin.second - end.second) / Math.max(1, points - 1);
  // The first term at the other end is bounded by what its level of the order proved.
  const last = { ...end, limit: end.second, firstBound: boundAt(end.answer, first) };
  const found: TradeOff[] = [begin];
  let complete = isProved(begin, second) && isProved(last, second);
  const least = end.second + LEAST_STEP * Math.abs(end.second) + 1e-12;
  for (let limit = begin.second - resolution; limit > least && found.length < points - 1; ) {
    const next = ask([first, second], limit);
    if (next === 'None') break;
    if (next) {
      found.push(next);
      complete &&= isProved(next, second);
    } else complete = false;
    limit = Math.min(limit, next?.second ?? limit) - resolution;
  }
  return { points: undominated([...found, last]), resolution, complete };
}

function inOrder(
  problem: Problem,
  application: string,
  order: readonly Term[],
  limited: Term,
  limit: number,
): Problem {
  return {
    ...problem,
    applications: problem.applications.map((app) => {
      if (app.id !== application) return app;
      const most = Math.min(limit, app.budgets?.[limited] ?? Number.POSITIVE_INFINITY);
      return {
        ...app,
        order: order.map((term) => ({ term, tolerance: 0 })),
        ...(Number.isFinite(most) && { budgets: { ...app.budgets, [limited]: most } }),
      };
    }),
  };
}

function boundAt({ levels = [] }: ApplicationResult, term: Term): number {
  return levels.find((level) => level.term === term)?.lowerBound ?? 0;
}

/** The first term of the point cannot be lower under its limit, nor the second at that. */
function isProved({ answer: { levels = [] } }: TradeOff, second: Term): boolean {
  return (
    levels.some(({ term }) => term === second) &&
    levels.every(({ value, lowerBound }) => value - lowerBound <= LEAST_STEP * Math.max(1e-3, value))
  );
}

/** By rising first term, without what another one equals or beats in both. */
function undominated(points: readonly TradeOff[]): TradeOff[] {
  let least = Number.POSITIVE_INFINITY;
  return [...points]
    .sort((a, b) => a.first - b.first || a.second - b.second)
    .filter(({ second }) => {
      if (second >= least) return false;
      least = second;
      return true;
    });
}
