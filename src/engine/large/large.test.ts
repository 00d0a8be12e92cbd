import { describe, expect, it } from 'vitest';
import { randomGqap } from '../../../test/support/randomgqap.ts';
import { assignments } from '../../../test/support/randomproblem.ts';
import { Budget } from '../budget.ts';
import { costOf, fits } from '../gqap/cost.ts';
import type { Gqap } from '../gqap/gqap.ts';
import { solveLarge } from './solvelarge.ts';

const budgetOf = (work: number) => new Budget({ work, clock: () => 0, cancelled: () => false });

function optimumOf(gqap: Gqap): number {
  let best = Number.POSITIVE_INFINITY;
  for (const at of assignments(gqap.variables, gqap.locations))
    if (fits(gqap, at)) best = Math.min(best, costOf(gqap, at));
  return best;
}

describe('the large path', () => {
  it.each([
    ['every location a label', 100],
    ['groups that are split', 0],
  ])('never bounds above the optimum and judges what it finds, %s', (_, single) => {
    let feasible = 0;
    let found = 0;
    let optimal = 0;
    let close = 0;
    for (let seed = 1; seed <= 250; seed += 1) {
      const { gqap } = randomGqap(seed, {
        variables: 3 + (seed % 3),
        locations: 3 + (seed % 4),
        channels: 1.5,
        zones: 2,
        use: 0.4,
        limited: 0.4,
        parted: 0.6,
      });
      const optimum = optimumOf(gqap);
      const result = solveLarge(gqap, undefined, budgetOf(300_000), seed, { single, labels: 8, passes: 30 });
      expect(result.lowerBound, `seed ${seed}`).toBeLessThanOrEqual(optimum + 1e-9);
      if (Number.isFinite(optimum)) feasible += 1;
      if (result.lowerBound > optimum - 0.02 * Math.abs(optimum)) close += 1;
      if (!result.at) continue;
      found += 1;
      expect(fits(gqap, result.at)).toBe(true);
      expect(result.objective).toBeCloseTo(costOf(gqap, result.at), 9);
      expect(result.objective).toBeGreaterThanOrEqual(optimum - 1e-9);
      if (result.objective <= optimum + 1e-6) optimal += 1;
    }
    expect(feasible).toBeGreaterThan(200);
    expect(found).toBeGreaterThan(0.9 * feasible);
    expect(optimal).toBeGreaterThan(0.8 * feasible);
    expect(close).toBeGreaterThan(0.3 * feasible);
  });

  it('gives the same bytes for the same seed and work, compiled or plain', () => {
    const { gqap } = randomGqap(7, {
      variables: 30,
      locations: 120,
      channels: 1.6,
      zones: 20,
      use: 0.03,
      limited: 0.1,
      parted: 0.1,
    });
    const [first, again, plain] = (['WebAssembly', 'WebAssembly', 'Plain'] as const).map((kernels) =>
      solveLarge(gqap, undefined, budgetOf(4_000_000), 3, { kernels, labels: 48 }),
    );
    expect(first!.at).toBeDefined();
    expect(again).toEqual(first);
    expect({ ...plain, lowerBound: 0 }).toEqual({ ...first, lowerBound: 0 });
    expect(plain!.lowerBound).toBeCloseTo(first!.lowerBound, 9);
  });

  it('ends within a step of a deadline that lies in the past', () => {
    const { gqap } = randomGqap(7, {
      variables: 30,
      locations: 120,
      channels: 1.6,
      zones: 20,
      use: 0.1,
      limited: 0.3,
      parted: 0.1,
    });
    const past = new Budget({ work: 1e12, deadlineMs: -1, clock: () => 0, cancelled: () => false });
    const result = solveLarge(gqap, undefined, past, 3);
    // One round and one attempt: a placement is not refused for a deadline that somebody else used up.
    expect(result.passes).toBe(1);
    expect(result.at).toBeDefined();
    expect(result.lowerBound).toBeGreaterThanOrEqual(gqap.constant);
  });
});
