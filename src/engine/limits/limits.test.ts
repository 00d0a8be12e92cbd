import { describe, expect, it } from 'vitest';
import { check } from '../check.ts';
import { Problem, type ProblemInput } from '../problem.ts';
import { solve } from '../solve.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';

type App = ProblemInput['applications'][number];

const OPTIONS = { work: 2_000_000_000, seed: 1, clock: () => 0, cancelled: () => false };

const SERVICES = [
  { id: 'a', demand: { cpu: 1 } },
  { id: 'b', demand: { cpu: 1 } },
];

/** Cheap and dirty, dear and clean, and one between: two services that may be apart. */
const problem = (more: Partial<App>, others: App[] = []): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: [
      { id: 'cheap', free: { cpu: 3 }, priceUSDPerHour: { cpu: 1 }, wattsPerCore: 10, gramsPerKWh: 900 },
      { id: 'middle', free: { cpu: 3 }, priceUSDPerHour: { cpu: 2 }, wattsPerCore: 10, gramsPerKWh: 400 },
      { id: 'clean', free: { cpu: 3 }, priceUSDPerHour: { cpu: 4 }, wattsPerCore: 10, gramsPerKWh: 100 },
    ],
    applications: [{ id: 'x', profile: { cost: 1 }, services: SERVICES, ...more }, ...others],
  });

const answers = (input: Problem, options = OPTIONS) => {
  const result = solve(input, options);
  expect(check(input, result)).toEqual([]);
  return result.applications;
};
const answer = (input: Problem, options = OPTIONS) => answers(input, options)[0]!;

describe('a budget', () => {
  it('keeps a term below its limit at the least cost, proved', () => {
    expect(answer(problem({})).terms).toMatchObject({ cost: 2, carbon: 18 });
    // One on cheap and one on clean has 10 as well, for 5 USD/h.
    expect(answer(problem({ budgets: { carbon: 10 } }))).toMatchObject({
      verdict: 'Optimal',
      terms: { cost: 4 },
    });
    // No weight of carbon makes one on cheap and one on middle cheapest.
    expect(answer(problem({ budgets: { carbon: 13 } })).terms).toMatchObject({ cost: 3, carbon: 13 });
  });

  it('that is not in the way changes nothing', () => {
    expect(answer(problem({ budgets: { carbon: 18 } }))).toMatchObject({
      verdict: 'Optimal',
      terms: { cost: 2 },
    });
  });

  it('that no placement keeps is proved infeasible, with the least there is and the budget that is enough', () => {
    expect(answer(problem({ budgets: { carbon: 1 } }))).toMatchObject({
      verdict: 'Infeasible',
      conflict: [
        {
          rule: 'Budget',
          message: 'at most 1 gCO2e/h of carbon is allowed, and no placement has less than 2 gCO2e/h',
        },
      ],
      relaxations: [
        {
          rule: 'Budget',
          message: 'raise the budget of carbon to 2 gCO2e/h',
          to: '2 gCO2e/h',
          verified: true,
        },
      ],
    });
  });

  it('that only together with another one cannot be kept is told with it', () => {
    const { verdict, conflict } = answer(problem({ budgets: { carbon: 3, cost: 3 } }));
    expect(verdict).toBe('Infeasible');
    expect(conflict.map(({ message }) => message)).toEqual([
      'at most 3 USD/h of cost is allowed: alone it could be 2 USD/h, but not together with the budget of carbon',
      'at most 3 gCO2e/h of carbon is allowed: alone it could be 2 gCO2e/h, but not together with the budget of cost',
    ]);
  });

  it('that is too small takes no room from other applications', () => {
    const small: App = {
      id: 'y',
      class: 'BestEffort',
      profile: { cost: 1 },
      services: [{ id: 's', demand: { cpu: 3 } }],
    };
    const [x, y] = answers(problem({ class: 'Gold', budgets: { carbon: 1 } }, [small]));
    expect([x!.verdict, y!.terms.cost]).toEqual(['Infeasible', 3]);
  });

  it('is not blamed where nothing can be placed anyway, and not called impossible where work was short', () => {
    const big = [{ id: 'a', demand: { cpu: 4 } }];
    const { verdict, conflict } = answer(problem({ services: big, budgets: { carbon: 1 } }));
    expect([verdict, conflict.map(({ rule }) => rule)]).toEqual(['Infeasible', ['Capacity']]);
    expect(answer(problem({ budgets: { carbon: 10 } }), { ...OPTIONS, work: 0 }).verdict).not.toBe(
      'Infeasible',
    );
  });

  it('rules out the runner-up that would break it', () => {
    const [a] = answer(problem({ services: [SERVICES[0]!], budgets: { carbon: 5 } })).services;
    expect([a!.shares[0]!.location, a!.runnerUp?.location]).toEqual(['middle', 'clean']);
  });
});

describe('a strict order', () => {
  it('makes the first term least, then the next within the tolerance, and says what each came to', () => {
    const strict = answer(problem({ order: [{ term: 'carbon' }, { term: 'cost' }] }));
    expect(strict.terms).toMatchObject({ carbon: 2, cost: 8 });
    expect(strict.levels).toEqual([
      { term: 'carbon', value: 2, lowerBound: 2, limit: 2 },
      { term: 'cost', value: 8, lowerBound: 8, limit: 8 },
    ]);
    const tolerant = answer(problem({ order: [{ term: 'carbon', tolerance: 3 }, { term: 'cost' }] }));
    expect(tolerant.terms).toMatchObject({ carbon: 8, cost: 4 });
    expect(tolerant.levels?.[0]).toEqual({ term: 'carbon', value: 2, lowerBound: 2, limit: 8 });
  });

  it('leaves the rest to the weights, and finds what is cheapest at no weight', () => {
    const found = answer(problem({ profile: { cost: 1 }, order: [{ term: 'carbon', tolerance: 5.5 }] }));
    expect(found.terms).toMatchObject({ carbon: 13, cost: 3 });
  });

  it('passes over a term that nobody gives figures for', () => {
    const found = answer(problem({ order: [{ term: 'resilience' }, { term: 'carbon' }] }));
    expect(found.levels?.map(({ term }) => term)).toEqual(['carbon']);
    expect(found.terms.carbon).toBe(2);
  });
});
