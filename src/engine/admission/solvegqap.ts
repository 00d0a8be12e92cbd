import type { Budget } from '../budget.ts';
import { findFeasible, solveExact } from '../exact/exact.ts';
import type { Gqap } from '../gqap/gqap.ts';
import { solveLarge } from '../large/solvelarge.ts';
import type { Placement } from '../model/evaluate.ts';
import type { Judge } from '../model/judge.ts';

/** What a search ends with; costs are in the objective of the problem. */
export interface Solved {
  at: Placement | undefined;
  /** As the judge has it; Infinity where there is none. */
  objective: number;
  /** No placement costs less. */
  lowerBound: number;
  /** No better placement exists; with none, none exists at all. */
  complete: boolean;
  /** Objective per unit of room, locations x resources. */
  prices: Float64Array;
  /** Labels that the bound was worked out over, where they stand for more locations than one each. */
  labels: number | undefined;
  /** Objective per Mbit/s by directed link, where one was in the way. */
  linkPrices?: ReadonlyMap<number, number>;
}

/** Up to this many entries of pair matrices the exact path is the better one. */
const EXACT_ENTRIES = 4e6;
/** Up to so many it can still answer whether there is any placement. */
const FEASIBILITY_ENTRIES = 24e6;

/** Chooses the method by size: exact search, or bound and look-ahead on adaptive labels. */
export function solveGqap(
  gqap: Gqap,
  judge: Judge,
  budget: Budget,
  seed: number,
  start?: Placement,
  onBest?: (objective: number) => void,
): Solved {
  const entries = entriesOf(gqap);
  if (entries <= EXACT_ENTRIES) return { ...solveExact(gqap, judge, budget, seed, start), labels: undefined };
  const found = solveLarge(gqap, judge, budget, seed, {
    ...(start ? { start } : {}),
    ...(onBest ? { onBest } : {}),
  });
  const { labels } = found;
  if (found.at) return { ...found, labels, complete: found.objective - found.lowerBound <= PROVED };
  if (entries > FEASIBILITY_ENTRIES || budget.exhausted()) return { ...found, labels, complete: false };
  const feasible = findFeasible(gqap, judge, budget, seed);
  if (feasible === undefined || feasible === 'None')
    return { ...found, labels, complete: feasible === 'None' };
  return { ...found, labels, at: feasible, objective: judge(feasible), complete: false };
}

/** Whether a problem is beyond the exact path. */
export function isLarge(gqap: Gqap): boolean {
  return entriesOf(gqap) > EXACT_ENTRIES;
}

function entriesOf(gqap: Gqap): number {
  const used = usableLabels(gqap);
  return 2 * (gqap.pairs.count + gqap.nearest.length + 1) * used * used;
}

/** A bound this close proves the optimum. */
const PROVED = 1e-9;

/** Locations that some variable may use; 0 where one has none. */
function usableLabels({ variables, locations, unary }: Gqap): number {
  const used = new Uint8Array(locations);
  for (let i = 0; i < variables; i += 1) {
    let any = false;
    for (let k = 0; k < locations; k += 1) {
      if (unary[i * locations + k] === Number.POSITIVE_INFINITY) continue;
      used[k] = 1;
      any = true;
    }
    if (!any) return 0;
  }
  return used.reduce((sum, each) => sum + each, 0);
}
