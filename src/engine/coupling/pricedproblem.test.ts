import { describe, expect, it } from 'vitest';
import { assignments, randomOf, randomProblem } from '../../../test/support/randomproblem.ts';
import { placesOfFixed } from '../admission/admission.ts';
import { Budget } from '../budget.ts';
import { solveExact } from '../exact/exact.ts';
import { costOf } from '../gqap/cost.ts';
import { buildApp } from '../model/appmodel.ts';
import { termsOf } from '../model/evaluate.ts';
import { buildFederation } from '../model/federation.ts';
import { judgeOf } from '../model/judge.ts';
import { emptyLoad } from '../model/load.ts';
import type { TermValues } from '../result.ts';
import { pricedProblem } from './pricedproblem.ts';
import { RowPrices } from './prices.ts';
import { amountIn, exceededRows, type Row, useOf } from './row.ts';

/** Tiny roomy problems with narrow links and two limited terms, all their placements, and prices at random. */
function* pricedCases(count: number) {
  for (let seed = 1; seed <= count; seed += 1) {
    const problem = randomProblem(seed);
    const app = problem.applications[0]!;
    for (const { free } of problem.locations) for (const resource of Object.keys(free)) free[resource]! *= 3;
    for (const link of problem.links) link.bandwidthMbps = 4;
    for (const channel of app.channels) {
      channel.class = 'ASSURED';
      channel.bandwidthMbps = 3;
      delete channel.maxDelayMs;
    }
    const federation = buildFederation(problem);
    const model = buildApp(problem, federation, app, placesOfFixed(problem, federation));
    if (federation.ids.length ** model.shards.length > 300) continue;
    const load = emptyLoad(federation);
    const all = Array.from(assignments(model.shards.length, federation.ids.length), (at) => at.slice());
    const middle = (term: 'cost' | 'delay') => {
      const values = all.map((at) => termsOf(model, at)[term]).filter((value) => value !== undefined);
      return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
    };
    const limits: TermValues = { cost: middle('cost'), delay: middle('delay') };
    const random = randomOf(seed);
    const prices = new RowPrices();
    for (const at of all) prices.add(exceededRows(model, load, limits, useOf(model, at)));
    if (prices.rows.length === 0) continue;
    prices.restore(new Map(prices.rows.map(({ key, limit }) => [key, random() / Math.max(limit, 1e-3)])));
    yield { seed, model, load, limits, all, prices };
  }
}

describe('an application with prices on rows', () => {
  it('costs what it uses of them less the rebate, and what keeps them no more than without prices', () => {
    const wrong: string[] = [];
    let [kept, exceeding] = [0, 0];
    for (const { seed, model, load, limits, all, prices } of pricedCases(150)) {
      const { judge } = pricedProblem(model, load, prices);
      const strict = judgeOf(model, load, limits);
      const anyLimit = judgeOf(model, load);
      for (const at of all) {
        const truth = strict(at);
        if (truth < Number.POSITIVE_INFINITY) {
          kept += 1;
          if (judge(at) > truth + 1e-9 * Math.max(1, truth))
            wrong.push(`${seed}: ${judge(at)} above ${truth}`);
        } else if (judge(at) < Number.POSITIVE_INFINITY) exceeding += 1;
        const own = anyLimit(at);
        if (own === Number.POSITIVE_INFINITY) continue;
        const use = useOf(model, at);
        const paid = prices.rows.reduce(
          (sum, row: Row) => sum + prices.of(row) * (amountIn(use, row) - row.limit),
          own,
        );
        if (Math.abs(judge(at) - paid) > 1e-7) wrong.push(`${seed}: ${judge(at)} is not ${paid}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(kept, exceeding)).toBeGreaterThan(100);
  });

  it('is never dearer as a compiled problem than it is: its bounds are bounds', () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const { seed, model, load, all, prices } of pricedCases(150)) {
      const { gqap, judge } = pricedProblem(model, load, prices);
      for (const at of all) {
        const truth = judge(at);
        if (truth === Number.POSITIVE_INFINITY) continue;
        compared += 1;
        const cost = costOf(gqap, at);
        // Pairs that no single channel fits through are forbidden there at once.
        if (cost === Number.POSITIVE_INFINITY) continue;
        if (cost > truth + 1e-9 * Math.max(1, Math.abs(truth))) wrong.push(`${seed}: ${cost} above ${truth}`);
        // What has one callee for each caller and nothing to balance or move is priced exactly.
        const exact =
          gqap.nearest.length === 0 &&
          gqap.balance === undefined &&
          model.shards.length === model.services.length;
        if (exact && Math.abs(cost - truth) > 1e-7) wrong.push(`${seed}: ${cost} is not ${truth}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(300);
  });

  it('is solved to its least cost with prices, which bounds what keeps the rows', () => {
    let solved = 0;
    const wrong: string[] = [];
    for (const { seed, model, load, limits, all, prices } of pricedCases(150)) {
      const { gqap, judge } = pricedProblem(model, load, prices);
      const least = Math.min(...all.map(judge));
      const strict = Math.min(...all.map(judgeOf(model, load, limits)));
      for (const work of [1e8, 20_000, 5_000]) {
        const budget = new Budget({ work, clock: () => 0, cancelled: () => false });
        const { objective, lowerBound, complete } = solveExact(gqap, judge, budget, seed);
        const over = least + 1e-9 * Math.max(1, Math.abs(least));
        if (lowerBound > over || lowerBound > strict + 1e-9 * Math.max(1, strict))
          wrong.push(`${seed}: bound ${lowerBound} above ${least}`);
        if (complete && objective > over) wrong.push(`${seed}: called least at ${objective}, is ${least}`);
        if (complete && Number.isFinite(least)) solved += 1;
      }
    }
    expect(wrong).toEqual([]);
    expect(solved).toBeGreaterThan(30);
  });
});
