import { describe, expect, it } from 'vitest';
import { instanceOf } from '../../../test/performance/placement/generator/instance.ts';
import { syntheticWorld } from '../../../test/performance/placement/generator/regions.ts';
import { modelOf } from '../../../test/support/enginemodel.ts';
import { assignments, randomProblem } from '../../../test/support/randomproblem.ts';
import { Budget } from '../budget.ts';
import { compile } from '../gqap/compile.ts';
import type { Gqap } from '../gqap/gqap.ts';
import { type Judge, judgeOf } from '../model/judge.ts';
import { solveExact } from './exact.ts';

const CASES = Number(process.env['EXACT_CASES'] ?? 250);

const budgetOf = (work: number) => new Budget({ work, clock: () => 0, cancelled: () => false });

function optimumOf(gqap: Gqap, judge: Judge): number {
  let best = Number.POSITIVE_INFINITY;
  for (const at of assignments(gqap.variables, gqap.locations)) best = Math.min(best, judge(at));
  return best;
}

describe('the exact path', () => {
  it.each([
    ['services as a whole', false],
    ['replicas one by one', true],
  ])(
    'finds and proves the optimum, or that there is none, on random problems: %s',
    (_, split) => {
      let feasible = 0;
      for (let seed = 1; seed <= CASES; seed += 1) {
        const { model, load } = modelOf(randomProblem(seed), split);
        const gqap = compile(model, load);
        const judge = judgeOf(model, load);
        const optimum = optimumOf(gqap, judge);
        const result = solveExact(gqap, judge, budgetOf(50_000_000), seed);
        const what = `seed ${seed}`;
        expect(result.complete, what).toBe(true);
        if (optimum === Number.POSITIVE_INFINITY) expect(result.at, what).toBeUndefined();
        else {
          feasible += 1;
          expect(result.at, what).toBeDefined();
          expect(judge(result.at!), what).toBeCloseTo(result.objective, 9);
          expect(result.objective, what).toBeCloseTo(optimum, 9);
        }
      }
      expect(feasible).toBeGreaterThan(CASES / 5);
    },
    60_000,
  );

  it('never states a bound above the optimum, however little work it may do', () => {
    for (let seed = 1; seed <= CASES; seed += 1) {
      const { model, load } = modelOf(randomProblem(seed), seed % 2 === 0);
      const gqap = compile(model, load);
      const judge = judgeOf(model, load);
      const optimum = optimumOf(gqap, judge);
      for (const work of [1, 3_000, 20_000, 80_000, 200_000]) {
        const result = solveExact(gqap, judge, budgetOf(work), seed);
        const what = `seed ${seed}, work ${work}`;
        expect(result.lowerBound, what).toBeLessThanOrEqual(optimum + 1e-9);
        expect(result.objective, what).toBeGreaterThanOrEqual(optimum - 1e-9);
      }
    }
  }, 60_000);

  describe('on 20 services and 50 locations', () => {
    const { problem } = instanceOf(syntheticWorld(), {
      family: 'sparse',
      services: 20,
      locations: 50,
      tightness: 0.25,
      profile: 'balanced',
      seed: 4,
    });
    const { model, load } = modelOf(problem);
    const gqap = compile(model, load);
    const judge = judgeOf(model, load);

    it('gives the same bytes for the same work, whatever was solved before', () => {
      const first = solveExact(gqap, judge, budgetOf(2_000_000), 7);
      solveExact(gqap, judge, budgetOf(300_000), 1);
      expect(solveExact(gqap, judge, budgetOf(2_000_000), 7)).toEqual(first);
    });

    it('overruns no budget by more than a step, whether it is counted or looked up on a clock', () => {
      for (const work of [1, 100_000, 700_000, 2_000_000]) {
        const counted = budgetOf(work);
        solveExact(gqap, judge, counted, 1);
        expect(counted.spent - work).toBeLessThan(STEP_WORK);
        const clocked: Budget = new Budget({
          work: Number.MAX_SAFE_INTEGER,
          deadlineMs: work,
          clock: () => begun(() => clocked.spent),
          cancelled: () => false,
        });
        solveExact(gqap, judge, clocked, 1);
        expect(clocked.spent - work).toBeLessThan(STEP_WORK);
      }
    });

    it('does one step at most when the deadline lies in the past', () => {
      const past = new Budget({ work: 1e9, deadlineMs: 0, clock: () => 1, cancelled: () => false });
      solveExact(gqap, judge, past, 1);
      expect(past.spent).toBeLessThan(STEP_WORK);
    });
  });
});

/** The longest step at this size, in units: one construction with its local search. */
const STEP_WORK = 500_000;

/** 0 while the budget is being made. */
function begun(read: () => number): number {
  try {
    return read();
  } catch {
    return 0;
  }
}
