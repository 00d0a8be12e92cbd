import type { Solve, SolveOptions } from '../port.ts';
import type { Problem } from '../problem.ts';
import type { ApplicationResult } from '../result.ts';
import { isPlaced } from './alone.ts';

/** What is proved of all placements that have one service wholly on one location. */
export type Forced =
  /** None costs less than `lowerBound`; `best` is one of them. */
  | { kind: 'AtLeast'; lowerBound: number; best: ApplicationResult }
  /** There is none. */
  | { kind: 'Impossible' }
  /** The budget was not enough to find one, or to prove that there is none. */
  | { kind: 'Unknown' };

/** Least cost of an application with a service forced onto a location, everything else free. */
export interface MinMarginals {
  of(service: string, location: string): Forced;
}

/**
 * Min-marginals by solving again with the choice forced: exact where the search ends, else a lower bound of it.
 *
 * @param problem of one application, the first, and those that call it; see `aloneIn`
 * @param options the budget is for each question
 */
export function forcedSolves(problem: Problem, solve: Solve, options: SolveOptions): MinMarginals {
  const { onProgress: _, ...rest } = options;
  return {
    of(service, location) {
      const result = solve(forcing(problem, service, location), { ...rest, explain: false });
      const [best] = result.applications;
      if (best?.verdict === 'Infeasible') return { kind: 'Impossible' };
      if (!isPlaced(best) || best.lowerBound === undefined) return { kind: 'Unknown' };
      return { kind: 'AtLeast', lowerBound: best.lowerBound, best };
    },
  };
}

/** The same problem with a service of its first application on one location only; what the service excludes itself stays excluded. */
export function forcing(problem: Problem, service: string, location: string): Problem {
  return {
    ...problem,
    applications: problem.applications.map((app, index) => ({
      ...app,
      services: app.services.map((each) => {
        if (index > 0 || each.id !== service) return each;
        const open = each.onlyLocations === undefined || each.onlyLocations.includes(location);
        return { ...each, onlyLocations: open ? [location] : [] };
      }),
    })),
  };
}
