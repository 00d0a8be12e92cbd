import { type Referee, refereeOf } from '../../src/engine/check.ts';
import type { OrderStep, Problem, Share } from '../../src/engine/problem.ts';
import type { Result, TermValues } from '../../src/engine/result.ts';
import { RESULT_FORMAT, TERMS } from '../../src/engine/vocabulary.ts';

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

/** A placement that breaks no rule, by the referee. */
export interface Outcome {
  readonly terms: TermValues;
  readonly objective: number;
}

/** All placements that break no rule; budgets are such a rule. */
export function outcomesOf(problem: Problem, referee: Referee = refereeOf(problem)): Outcome[] {
  const app = problem.applications[0]!;
  const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  const outcomes: Outcome[] = [];
  for (const result of placementsOf(problem)) {
    if (referee.judge(result).length > 0) continue;
    const { terms, normalised } = referee.terms(result, app);
    const objective = TERMS.reduce(
      (sum, term) => sum + (app.profile[term] / weights) * (normalised[term] ?? 0),
      0,
    );
    outcomes.push({ terms, objective });
  }
  return outcomes;
}

/** The least objective of all placements that break no rule, by the referee; Infinity where all do. */
export function bestOf(problem: Problem, referee: Referee = refereeOf(problem)): number {
  return outcomesOf(problem, referee).reduce(
    (best, { objective }) => Math.min(best, objective),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * The least sum of objectives of the first two applications placed together, by trying all; undefined where
 * that would be more than `most` placements. For applications without channels to one another.
 */
export function bestTogether(problem: Problem, most: number): number | undefined {
  const referee = refereeOf(problem);
  const [x, y] = problem.applications.map((app) => {
    const alone = { ...problem, applications: [app] };
    const judge = refereeOf(alone);
    return [...placementsOf(alone)].filter((result) => judge.judge(result).length === 0);
  });
  if (x!.length * y!.length > most) return undefined;
  const objectiveOf = (result: Result, app: Problem['applications'][number]): number => {
    const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
    const { normalised } = referee.terms(result, app);
    return TERMS.reduce((sum, term) => sum + (app.profile[term] / weights) * (normalised[term] ?? 0), 0);
  };
  let best = Number.POSITIVE_INFINITY;
  for (const a of x!) {
    for (const b of y!) {
      const result = { ...a, applications: [...a.applications, ...b.applications] };
      if (referee.judge(result).length > 0) continue;
      const sum = problem.applications.reduce((total, app) => total + objectiveOf(result, app), 0);
      best = Math.min(best, sum);
    }
  }
  return best;
}

/** What a strict order leaves of some outcomes, and the least value of each of its terms on the way. */
export function inOrder(
  outcomes: readonly Outcome[],
  order: readonly OrderStep[],
): { left: readonly Outcome[]; least: readonly number[] } {
  let left = outcomes;
  const least = order.map(({ term, tolerance }) => {
    const value = left.reduce(
      (best, { terms }) => Math.min(best, terms[term] ?? 0),
      Number.POSITIVE_INFINITY,
    );
    left = left.filter(({ terms }) => (terms[term] ?? 0) <= value * (1 + tolerance) * (1 + 1e-9) + 1e-12);
    return value;
  });
  return { left, least };
}
