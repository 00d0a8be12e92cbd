import { describe, expect, it } from 'vitest';
import { modelOf } from '../../../test/support/enginemodel.ts';
import { assignments, randomProblem } from '../../../test/support/randomproblem.ts';
import { judgeOf } from '../model/judge.ts';
import { compile } from './compile.ts';
import { costOf, fits } from './cost.ts';

describe('compiling an application', () => {
  it.each([
    ['whole', false],
    ['split into replicas', true],
  ])('keeps every feasible placement and never costs more than the truth, %s', (_, split) => {
    let feasible = 0;
    let tight = 0;
    for (let seed = 1; seed <= 250; seed += 1) {
      const { model, load } = modelOf(randomProblem(seed), split);
      const gqap = compile(model, load);
      const judge = judgeOf(model, load);
      for (const at of assignments(gqap.variables, gqap.locations)) {
        const truth = judge(at);
        const cost = fits(gqap, at) ? costOf(gqap, at) : Number.POSITIVE_INFINITY;
        if (Number.isFinite(truth)) {
          feasible += 1;
          expect(cost, `seed ${seed}, ${at}`).toBeLessThanOrEqual(truth + 1e-9);
        }
        if (!gqap.tight) continue;
        tight += 1;
        if (!Number.isFinite(truth)) expect(cost, `seed ${seed}, ${at}`).toBe(Number.POSITIVE_INFINITY);
        else expect(cost, `seed ${seed}, ${at}`).toBeCloseTo(truth, 9);
      }
    }
    expect(feasible).toBeGreaterThan(1000);
    expect(tight).toBeGreaterThan(1000);
  });
});
