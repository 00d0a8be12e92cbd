import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/engine/check.ts';
import type { Solve } from '../../../src/engine/port.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import { Result } from '../../../src/engine/result.ts';
import { bestTogether } from '../exhaustive.ts';
import { LOCATIONS, mixedProblem } from '../mixedproblem.ts';
import { randomProblem } from '../randomproblem.ts';
import { ENOUGH, firstOf, OPTIONS } from './options.ts';

const alone = (problem: Problem): Problem => ({ ...problem, applications: problem.applications.slice(0, 1) });

/** What several applications in one problem may count on. */
export function describeApplications(solve: Solve): void {
  describe('several applications', () => {
    it('gives no placement that the referee rejects', ENOUGH, () => {
      fc.assert(
        fc.property(mixedProblem, (problem) => {
          const result = solve(problem, OPTIONS);
          expect(check(problem, result)).toEqual([]);
          // A file of it reads back as it is.
          expect(Result.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
        }),
        { numRuns: 60 },
      );
    });

    it('admits the others as before when an application that cannot be placed is taken out', ENOUGH, () => {
      fc.assert(
        fc.property(mixedProblem, (problem) => {
          const both = solve(problem, OPTIONS).applications;
          if (both[0]!.verdict !== 'Infeasible') return;
          const without = solve(
            { ...problem, applications: problem.applications.slice(1) },
            OPTIONS,
          ).applications;
          expect(without[0]).toEqual(both[1]);
        }),
        { numRuns: 60 },
      );
    });

    it(
      'admits the others as before when an application whose budget cannot be kept is taken out',
      ENOUGH,
      () => {
        let refused = 0;
        fc.assert(
          fc.property(
            mixedProblem,
            fc.constantFrom('cost', 'carbon', 'delay', 'resilience'),
            (free, term) => {
              const [x, y] = free.applications;
              const problem = { ...free, applications: [{ ...x!, budgets: { [term]: 1e-9 } }, y!] };
              const both = solve(problem, OPTIONS).applications;
              if (both[0]!.verdict !== 'Infeasible') return;
              refused += 1;
              expect(solve({ ...problem, applications: [y!] }, OPTIONS).applications[0]).toEqual(both[1]);
            },
          ),
          { numRuns: 60 },
        );
        expect(refused).toBeGreaterThan(5);
      },
    );

    it('gives a higher class what it would get without the lower ones', ENOUGH, () => {
      const rank = { Gold: 0, Silver: 1, BestEffort: 2 };
      let compared = 0;
      fc.assert(
        fc.property(mixedProblem, (problem) => {
          const [x, y] = problem.applications;
          if (rank[x!.class] === rank[y!.class]) return;
          compared += 1;
          const higher = rank[x!.class] < rank[y!.class] ? 0 : 1;
          const both = solve(problem, OPTIONS).applications;
          const without = solve({ ...problem, applications: [problem.applications[higher]!] }, OPTIONS);
          expect(both[higher]).toEqual(without.applications[0]);
        }),
        { numRuns: 300 },
      );
      expect(compared).toBeGreaterThan(100);
    });

    it('bounds what all of them could cost together from below', ENOUGH, () => {
      const wrong: string[] = [];
      let compared = 0;
      for (let seed = 1; seed <= 150; seed += 1) {
        const one = randomProblem(seed);
        const [x] = one.applications;
        const problem = { ...one, applications: [x!, { ...x!, id: 'y' }] };
        const { round } = solve(problem, { ...OPTIONS, explain: false });
        if (round!.placed < 2) continue;
        const best = bestTogether(problem, 3000);
        if (best === undefined) continue;
        compared += 1;
        if (round!.lowerBound > best * (1 + 1e-9) + 1e-9)
          wrong.push(`${seed}: ${round!.lowerBound} above ${best}`);
      }
      expect(wrong).toEqual([]);
      expect(compared).toBeGreaterThan(20);
    });

    it('names a conflict for what is infeasible, and only relaxations that it verified', ENOUGH, () => {
      fc.assert(
        fc.property(mixedProblem, (input) => {
          const { verdict, conflict, relaxations } = firstOf(solve(alone(input), OPTIONS));
          if (verdict === 'Infeasible') expect(conflict.length).toBeGreaterThan(0);
          expect(relaxations.every(({ verified }) => verified)).toBe(true);
        }),
        { numRuns: 60 },
      );
    });

    it('is never dearer than itself with a service forced to one location', ENOUGH, () => {
      fc.assert(
        fc.property(mixedProblem, fc.constantFrom(...LOCATIONS), (input, location) => {
          const problem = alone(input);
          const answer = firstOf(solve(problem, OPTIONS));
          if (answer.verdict !== 'Optimal') return;
          const forced = structuredClone(problem);
          forced.applications[0]!.services[0]!.onlyLocations = [location];
          const other = firstOf(solve(forced, { ...OPTIONS, explain: false })).objective;
          if (other !== undefined) expect(other).toBeGreaterThanOrEqual(answer.objective! - 1e-9);
        }),
        { numRuns: 60 },
      );
    });
  });
}
