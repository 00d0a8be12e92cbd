import { type Referee, refereeOf } from '../../src/engine/check.ts';
import type { Problem, Share } from '../../src/engine/problem.ts';
import { RESULT_FORMAT, type Result, TERMS } from '../../src/engine/result.ts';

/** Every way to put `replicas` equal replicas on locations. */
function* splits(replicas: number, locations: readonly string[]): Generator<Share[]> {
  const [location, ...rest] = locations;
  if (location === undefined) {
    if (replicas === 0) yield [];
    return;
  }
  for (let here = replicas; here >= 0; here -= 1) {
    for (const others of splits(replicas - here, rest))
      yield here === 0 ? others : [{ location, replicas: here }, ...others];
  }
}

/** Every placement of the first application, rules or no rules. */
export function* placementsOf(problem: Problem): Generator<Result> {
  const app = problem.applications[0]!;
  const ids = problem.locations.map(({ id }) => id);
  const choices = app.services.map(({ replicas }) => [...splits(replicas, ids)]);
  const at = choices.map(() => 0);
  for (;;) {
    yield placement(
      app.id,
      app.services.map(({ id }, service) => ({ id, shares: choices[service]![at[service]!]! })),
    );
    let service = 0;
    while (service < at.length && at[service] === choices[service]!.length - 1) at[service++] = 0;
    if (service === at.length) return;
    at[service]! += 1;
  }
}

function placement(application: string, services: readonly { id: string; shares: Share[] }[]): Result {
  return {
    format: RESULT_FORMAT,
    engine: 'exhaustive',
    seed: 0,
    work: 0,
    prices: {},
    applications: [
      {
        application,
        verdict: 'Feasible',
        services: services.map(({ id, shares }) => ({ service: id, shares, ruledOut: [] })),
        channels: [],
        terms: {},
        normalised: {},
        proof: 'None',
        conflict: [],
        relaxations: [],
        dropped: [],
      },
    ],
  };
}

/** The least objective of all placements that break no rule, by the referee; Infinity where all do. */
export function bestOf(problem: Problem, referee: Referee = refereeOf(problem)): number {
  const app = problem.applications[0]!;
  const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  let best = Number.POSITIVE_INFINITY;
  for (const result of placementsOf(problem)) {
    if (referee.judge(result).length > 0) continue;
    const { normalised } = referee.terms(result, app);
    const objective = TERMS.reduce(
      (sum, term) => sum + (app.profile[term] / weights) * (normalised[term] ?? 0),
      0,
    );
    best = Math.min(best, objective);
  }
  return best;
}
