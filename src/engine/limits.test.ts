import { describe, expect, it } from 'vitest';
import { assignments, randomProblem } from '../../test/support/randomproblem.ts';
import { check, refereeOf } from './check.ts';
import { PROBLEM_FORMAT, Problem, type ProblemInput } from './problem.ts';
import { isPlaced } from './reasons/alone.ts';
import { RESULT_FORMAT, type Result, TERMS } from './result.ts';
import { solve } from './solve.ts';

type App = ProblemInput['applications'][number];

const OPTIONS = { work: 2_000_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** Cheap and dirty, dear and clean, and one between: two services that may be apart. */
const problem = (more: Partial<App>): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: [
      { id: 'cheap', free: { cpu: 9 }, priceUSDPerHour: { cpu: 1 }, wattsPerCore: 10, gramsPerKWh: 900 },
      { id: 'middle', free: { cpu: 9 }, priceUSDPerHour: { cpu: 2 }, wattsPerCore: 10, gramsPerKWh: 400 },
      { id: 'clean', free: { cpu: 9 }, priceUSDPerHour: { cpu: 4 }, wattsPerCore: 10, gramsPerKWh: 100 },
    ],
    applications: [
      {
        id: 'x',
        profile: { cost: 1 },
        services: [
          { id: 'a', demand: { cpu: 1 } },
          { id: 'b', demand: { cpu: 1 } },
        ],
        ...more,
      },
    ],
  });

const answer = (input: Problem) => solve(input, OPTIONS).applications[0]!;

describe('a budget', () => {
  it('keeps a term below its limit at the least cost', () => {
    expect(answer(problem({})).terms).toMatchObject({ cost: 2, carbon: 18 });
    const limited = answer(problem({ budgets: { carbon: 10 } }));
    expect(limited.terms.carbon).toBeLessThanOrEqual(10);
    expect(limited.terms.cost).toBe(4);
    // By hand: half a step from cheap to middle would be enough, for 3.6 of 4 USD/h. No multiplier tells more.
    expect(limited.verdict).toBe('Feasible');
    expect(limited.lowerBound! / limited.objective!).toBeLessThanOrEqual(0.9 + 1e-9);
    expect(limited.lowerBound! / limited.objective!).toBeGreaterThan(0.85);
  });

  it('that is not in the way changes nothing', () => {
    expect(answer(problem({ budgets: { carbon: 18 } }))).toMatchObject({
      verdict: 'Optimal',
      terms: { cost: 2 },
    });
  });

  it('that cannot be kept is told with the least that was found, not as infeasible', () => {
    expect(answer(problem({ budgets: { carbon: 1 } }))).toMatchObject({
      verdict: 'NoneFound',
      conflict: [
        { rule: 'Budget', message: 'the application may have at most 1 of carbon; the least found is 2' },
      ],
    });
  });
});

describe('a strict order', () => {
  it('makes the first term least, then the next within the tolerance', () => {
    const strict = answer(problem({ order: [{ term: 'carbon' }, { term: 'cost' }] }));
    expect(strict.terms).toMatchObject({ carbon: 2, cost: 8 });
    const tolerant = answer(problem({ order: [{ term: 'carbon', tolerance: 3 }, { term: 'cost' }] }));
    expect(tolerant.terms).toMatchObject({ carbon: 8, cost: 4 });
  });
});

describe('over random problems', { timeout: 60_000 }, () => {
  it('a bound under a budget is never above the cheapest placement that keeps it', () => {
    let compared = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const free = randomProblem(seed);
      const app = free.applications[0]!;
      const before = answer(free);
      if (!isPlaced(before) || app.services.some(({ replicas }) => replicas > 1)) continue;
      const limited: Problem = {
        ...free,
        applications: [{ ...app, budgets: { delay: (before.terms.delay ?? 0) * 0.8 } }],
      };
      const found = solve(limited, { ...OPTIONS, work: 60_000_000 }).applications[0]!;
      if (!isPlaced(found)) continue;
      expect([seed, check(limited, { ...wrap(limited), applications: [found] })]).toEqual([seed, []]);
      expect([seed, found.lowerBound! <= least(limited) + 1e-9]).toEqual([seed, true]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(1);
  });
});

function wrap({ applications }: Problem): Result {
  return {
    format: RESULT_FORMAT,
    engine: '',
    seed: 0,
    work: 0,
    prices: {},
    applications: applications.map(({ id }) => ({
      application: id,
      verdict: 'Feasible',
      services: [],
      channels: [],
      terms: {},
      normalised: {},
      proof: 'None',
      conflict: [],
      relaxations: [],
      dropped: [],
    })),
  };
}

/** Objective of the cheapest placement that the referee accepts, by trying all. */
function least(input: Problem): number {
  const app = input.applications[0]!;
  const referee = refereeOf(input);
  const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  let best = Number.POSITIVE_INFINITY;
  for (const at of assignments(app.services.length, input.locations.length)) {
    const result = wrap(input);
    result.applications[0]!.services = app.services.map(({ id }, index) => ({
      service: id,
      shares: [{ location: input.locations[at[index]!]!.id, replicas: 1 }],
      ruledOut: [],
    }));
    if (referee.judge(result).length > 0) continue;
    const { normalised } = referee.terms(result, app);
    best = Math.min(
      best,
      TERMS.reduce((sum, term) => sum + (app.profile[term] / weights) * (normalised[term] ?? 0), 0),
    );
  }
  return best;
}
