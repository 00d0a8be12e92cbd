import { describe, expect, it } from 'vitest';
import { outcomesOf } from '../../../test/support/exhaustive.ts';
import { randomProblem } from '../../../test/support/randomproblem.ts';
import type { SolveOptions } from '../port.ts';
import { Problem } from '../problem.ts';
import { solve } from '../solve.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import { paretoFront } from './pareto.ts';

const OPTIONS: SolveOptions = { work: 500_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** One service; the cheaper a location, the dirtier. c lies in a hollow: no weight makes it cheapest. */
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

const front = (points: number, options: SolveOptions = OPTIONS, input: Problem = problem) =>
  paretoFront(input, 'x', ['cost', 'carbon'], points, solve, options);

describe('the front of two terms', () => {
  it('holds what lies in a hollow, and nothing that another placement beats in both', () => {
    const { points, complete, resolution } = front(9);
    expect(points.map(({ answer }) => placeOf(answer))).toEqual(['a', 'b', 'c', 'd']);
    expect(points.map(({ second }) => second)).toEqual([900, 500, 400, 100]);
    expect([complete, resolution]).toEqual([true, 100]);
  });

  it('gives every point the bound of its own limit', () => {
    for (const { first, firstBound } of front(9).points) expect(firstBound).toBeCloseTo(first, 9);
  });

  it('says by its resolution what it may have missed', () => {
    const { points, resolution } = front(3);
    expect([points.map(({ second }) => second), resolution]).toEqual([[900, 500, 100], 400]);
  });

  it('is empty where nothing can be placed, and not called complete where the work was not enough', () => {
    const big = { ...problem.applications[0]!.services[0]!, demand: { cpu: 9 } };
    const impossible = { ...problem, applications: [{ ...problem.applications[0]!, services: [big] }] };
    expect(front(5, OPTIONS, impossible)).toEqual({ points: [], resolution: 0, complete: true });
    expect(front(5, { ...OPTIONS, cancelled: () => true }).complete).toBe(false);
  });

  it('of tiny problems is beaten by no placement by more than its resolution', { timeout: 120_000 }, () => {
    let compared = 0;
    const wrong: string[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const input = randomProblem(seed);
      const outcomes = outcomesOf(input);
      const { points, resolution, complete } = paretoFront(
        input,
        'x',
        ['delay', 'resilience'],
        6,
        solve,
        OPTIONS,
      );
      if (!complete || outcomes.length === 0) continue;
      compared += 1;
      for (const { terms } of outcomes) {
        const [delay, resilience] = [terms.delay ?? 0, terms.resilience ?? 0];
        const near = points.some(
          ({ first, second }) =>
            first <= delay * (1 + 1e-6) + 1e-9 && second <= (resilience + resolution) * (1 + 1e-6) + 1e-9,
        );
        if (!near) wrong.push(`${seed}: ${delay} ms and ${resilience} nats are beyond the front`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(10);
  });
});
