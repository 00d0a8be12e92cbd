import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/engine/check.ts';
import type { Solve, SolveOptions } from '../../../src/engine/port.ts';
import { instanceOf } from '../../performance/placement/generator/instance.ts';
import { syntheticWorld } from '../../performance/placement/generator/regions.ts';
import { mixedProblem } from '../mixedproblem.ts';
import { onThread } from './onthread.ts';
import { ENOUGH, firstOf, OPTIONS } from './options.ts';

/** Same problem, seed and work: same bytes. Budgets, deadlines and cancellation hold. */
export function describeDeterminism(solve: Solve): void {
  const world = syntheticWorld();

  describe('determinism and budgets', () => {
    const { problem } = instanceOf(world, {
      family: 'dense',
      services: 14,
      locations: 20,
      tightness: 0.5,
      profile: 'balanced',
      seed: 3,
    });

    it('gives the same bytes for the same problem, seed and work', ENOUGH, () => {
      fc.assert(
        fc.property(mixedProblem, fc.integer({ min: 0, max: 5_000_000 }), (mixed, work) => {
          const bytes = () => JSON.stringify(solve(mixed, { ...OPTIONS, work }));
          expect(bytes()).toBe(bytes());
        }),
        { numRuns: 25 },
      );
      const bytes = () => JSON.stringify(solve(problem, { ...OPTIONS, work: 5_000_000 }));
      expect(bytes()).toBe(bytes());
    });

    it('gives the same bytes on two other threads at once', ENOUGH, async () => {
      const work = 5_000_000;
      const here = JSON.stringify(solve(problem, { ...OPTIONS, work }));
      const there = await Promise.all([onThread(problem, work), onThread(problem, work)]);
      // Not shown whole where they differ: they are long.
      expect(there.map((bytes) => bytes === here)).toEqual([true, true]);
    });

    it('differs by nothing but the time that it tells where a clock runs', ENOUGH, () => {
      let now = 0;
      const clock = () => {
        now += 1.5;
        return now;
      };
      const { elapsedMs, ...rest } = solve(problem, { ...OPTIONS, work: 1_000_000, clock });
      const { elapsedMs: still, ...same } = solve(problem, { ...OPTIONS, work: 1_000_000 });
      expect(rest).toEqual(same);
      expect([elapsedMs! > 0, still]).toEqual([true, 0]);
    });

    it('does not change what it is given', () => {
      const before = JSON.stringify(problem);
      solve(problem, { ...OPTIONS, work: 1_000_000 });
      expect(JSON.stringify(problem)).toBe(before);
    });

    it.each([0, 1, 1000, 100_000, 3_000_000])(
      'tells the truth of what it found with %i units',
      ENOUGH,
      (work) => {
        const result = solve(problem, { ...OPTIONS, work });
        expect(check(problem, result)).toEqual([]);
        expect(firstOf(result).verdict).not.toBe('Infeasible');
      },
    );

    it('stops soon after a deadline on a clock that counts how often it is asked', ENOUGH, () => {
      let asked = 0;
      const clock = () => {
        asked += 1;
        return asked;
      };
      const result = solve(problem, { ...OPTIONS, work: Number.MAX_SAFE_INTEGER, clock, deadlineMs: 40 });
      expect(asked).toBeLessThan(60);
      expect(check(problem, result)).toEqual([]);
      expect(firstOf(result).verdict).not.toBe('Infeasible');
    });

    it(
      'answers when the deadline lies in the past, when it is cancelled from the start, and in the middle',
      ENOUGH,
      () => {
        let asked = 0;
        const middle = () => {
          asked += 1;
          return asked > 30;
        };
        for (const cut of [
          { deadlineMs: -1 },
          { cancelled: () => true },
          { cancelled: middle },
        ] as Partial<SolveOptions>[]) {
          const result = solve(problem, { ...OPTIONS, work: Number.MAX_SAFE_INTEGER, ...cut });
          expect(check(problem, result)).toEqual([]);
          expect(firstOf(result).verdict).not.toBe('Infeasible');
          if (cut.cancelled !== middle) expect(firstOf(result).verdict).not.toBe('Optimal');
        }
      },
    );
  });
}
