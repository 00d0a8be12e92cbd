import { describe, expect, it } from 'vitest';
import { paretoFront } from './pareto.ts';
import type { SolveOptions } from './port.ts';
import { PROBLEM_FORMAT, Problem } from './problem.ts';
import { solve } from './solve.ts';
import { solveInOrder } from './strictorder.ts';

const OPTIONS: SolveOptions = { work: 50_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** One service; the cheaper a location, the dirtier: cost 1, 1.05, 2, 3, carbon 900, 500, 400, 100. */
const problem = Problem.parse({
  format: PROBLEM_FORMAT,
  locations: [
    ['a', 1, 900],
    ['b', 1.05, 500],
    ['c', 2, 400],
    ['d', 3, 100],
    ['e', 3.5, 450],
  ].map(([id, cpu, gramsPerKWh]) => ({
    id,
    free: { cpu: 4 },
    priceUSDPerHour: { cpu },
    wattsPerCore: 1000,
    gramsPerKWh,
  })),
  applications: [{ id: 'x', profile: { cost: 1 }, services: [{ id: 's', demand: { cpu: 1 } }] }],
});

const placeOf = (answer: { services: readonly { shares: readonly { location: string }[] }[] } | undefined) =>
  answer?.services[0]?.shares[0]?.location;

describe('terms in strict order', () => {
  it.each([
    [0, 'a'],
    [0.1, 'b'],
    // c would be allowed, but is cheapest at no price.
    [1.5, 'b'],
    [5, 'd'],
  ])('spends a tolerance of %d of the first term on the second', (tolerance, place) => {
    const found = solveInOrder(
      problem,
      { application: 'x', terms: ['cost', 'carbon'], tolerance },
      solve,
      OPTIONS,
    );
    expect(placeOf(found?.result.applications[0])).toBe(place);
  });

  it('has nothing to say where there is no placement', () => {
    const big = { ...problem.applications[0]!.services[0]!, demand: { cpu: 9 } };
    const impossible = { ...problem, applications: [{ ...problem.applications[0]!, services: [big] }] };
    const order = { application: 'x', terms: ['cost' as const], tolerance: 0 };
    expect(solveInOrder(impossible, order, solve, OPTIONS)).toBeUndefined();
  });
});

describe('the front of two terms', () => {
  it('holds no placement that another one beats in both', () => {
    const front = paretoFront(problem, 'x', ['cost', 'carbon'], 9, solve, OPTIONS);
    expect(front.map(({ answer }) => placeOf(answer))).toEqual(['a', 'b', 'd']);
    expect(front.map(({ second }) => second)).toEqual([900, 500, 100]);
  });
});
