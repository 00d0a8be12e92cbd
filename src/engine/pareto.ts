import type { Solve, SolveOptions } from './port.ts';
import type { Problem } from './problem.ts';
import type { ApplicationResult, Term } from './result.ts';
import { weighted } from './strictorder.ts';

/** Share of the weight that the other term keeps at either end: of equal placements the better one. */
const END = 0.001;

/** One way to trade two terms off; none of a front is better than another in both. */
export interface TradeOff {
  /** Of the first term; the second has the rest. */
  weight: number;
  /** In their own units. */
  first: number;
  second: number;
  answer: ApplicationResult;
}

/**
 * Front of two chosen terms: solves with weights from one end to the other, without what another one
 * dominates, by rising first term. Finds the corners of the convex hull; what lies in its hollows is never
 * cheapest at any weight. The solves share the work.
 */
export function paretoFront(
  problem: Problem,
  application: string,
  [first, second]: readonly [Term, Term],
  points: number,
  solve: Solve,
  options: SolveOptions,
): TradeOff[] {
  const work = Math.max(1, Math.floor(options.work / points));
  const found: TradeOff[] = [];
  for (let point = 0; point < points; point += 1) {
    const weight = END + (1 - 2 * END) * (points === 1 ? 0.5 : 1 - point / (points - 1));
    const result = solve(weighted(problem, application, { [first]: weight, [second]: 1 - weight }), {
      ...options,
      work,
    });
    const answer = result.applications.find((one) => one.application === application);
    if (answer?.objective === undefined) continue;
    const values = { first: answer.terms[first] ?? 0, second: answer.terms[second] ?? 0 };
    found.push({ weight, ...values, answer });
  }
  found.sort((a, b) => a.first - b.first || a.second - b.second || b.weight - a.weight);
  let least = Number.POSITIVE_INFINITY;
  return found.filter(({ second: value }) => {
    if (value >= least) return false;
    least = value;
    return true;
  });
}
