import { describe, expect, it } from 'vitest';
import { bestOf } from '../../../test/support/exhaustive.ts';
import { randomProblem } from '../../../test/support/randomproblem.ts';
import { check } from '../check.ts';
import { Problem } from '../problem.ts';
import { solve } from '../solve.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';

const OPTIONS = { work: 200_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** Two replicas of a caller that only `a` can hold, and a callee that only `b` can: 4 Mbit/s from a to b. */
const callers = (mbps: number): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: ['a', 'b', 'c'].map((id) => ({ id, free: { cpu: 4 }, priceUSDPerHour: { cpu: 1 } })),
    matrices: {
      delayMs: [
        [0, 1, 1],
        [1, 0, 1],
        [1, 1, 0],
      ],
      bandwidthMbps: [
        [null, mbps, mbps],
        [mbps, null, mbps],
        [mbps, mbps, null],
      ],
    },
    applications: [
      {
        id: 'x',
        profile: { cost: 1, delay: 1 },
        services: [
          { id: 's', demand: { cpu: 1 }, replicas: 2, onlyLocations: ['a'] },
          { id: 't', demand: { cpu: 1 }, onlyLocations: ['b'] },
        ],
        channels: [
          {
            id: 'c',
            from: 's',
            to: { service: 't' },
            class: 'ASSURED',
            bandwidthMbps: 4,
            callsPerSecond: 1,
            bytesPerCall: 1,
          },
        ],
      },
    ],
  });

describe('bandwidth of a pair of locations', () => {
  it('is kept by all replicas together that share the caller’s location', () => {
    expect(['Optimal', 'Feasible']).toContain(solve(callers(4), OPTIONS).applications[0]!.verdict);
    expect(solve(callers(3), OPTIONS).applications[0]!.verdict).toBe('Infeasible');
  });
});

it('finds the true optimum where replicas one by one would each keep what they break together', () => {
  const problem = randomProblem(100_705);
  const result = solve(problem, OPTIONS);
  expect(check(problem, result)).toEqual([]);
  expect(result.applications[0]!.verdict).toBe('Optimal');
  expect(result.applications[0]!.objective).toBeCloseTo(bestOf(problem), 9);
});
