import type { Budget } from '../budget.ts';
import type { Gqap } from '../gqap/gqap.ts';
import type { Judge } from '../model/judge.ts';
import type { LargeOptions, LargeResult } from './largeresult.ts';
import { LargeSearch } from './largesearch.ts';

/**
 * Places one application of hundreds of services on thousands of locations: message passing with prices on
 * adaptive labels for the bound, look-ahead and local search for placements, ruin and recreate for the rest of
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
