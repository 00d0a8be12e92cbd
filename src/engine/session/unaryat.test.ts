import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mixedProblem } from '../../../test/support/mixedproblem.ts';
import { randomProblem } from '../../../test/support/randomproblem.ts';
import { placesOfFixed } from '../admission/admission.ts';
import { compile } from '../gqap/compile.ts';
import { buildApp } from '../model/appmodel.ts';
import { buildFederation } from '../model/federation.ts';
import { emptyLoad } from '../model/load.ts';
import type { Problem } from '../problem.ts';
import { unaryAt } from './unaryat.ts';

function compare(problem: Problem): number {
  const federation = buildFederation(problem);
  let compared = 0;
  for (const app of problem.applications) {
    const model = buildApp(problem, federation, app, placesOfFixed(problem, federation));
    const gqap = compile(model, emptyLoad(federation));
    for (let i = 0; i < gqap.variables; i += 1)
      for (let k = 0; k < gqap.locations; k += 1) {
        expect(unaryAt(model, gqap, i, k)).toBe(gqap.unary[i * gqap.locations + k]);
        compared += 1;
      }
  }
  return compared;
}

describe('one unary cost', () => {
  it('is what compiling the whole problem gives, bit for bit', () => {
    let compared = 0;
    for (let seed = 1; seed <= 150; seed += 1) compared += compare(randomProblem(seed));
    for (const problem of fc.sample(mixedProblem, { numRuns: 150, seed: 1 })) compared += compare(problem);
    expect(compared).toBeGreaterThan(1000);
  });
});
