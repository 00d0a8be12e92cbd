import { describe, expect, it } from 'vitest';
import { instanceOf } from '../../../test/performance/placement/generator/instance.ts';
import { syntheticWorld } from '../../../test/performance/placement/generator/regions.ts';
import { modelOf } from '../../../test/support/enginemodel.ts';
import { randomProblem } from '../../../test/support/randomproblem.ts';
import { Budget } from '../budget.ts';
import { compile } from '../gqap/compile.ts';
import { judgeOf } from '../model/judge.ts';
import { Problem } from '../problem.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import { solveExact } from './exact.ts';
import { firstFit } from './firstfit.ts';

const gqapOf = (problem: Problem) => {
  const { model, load } = modelOf(problem);
  return { gqap: compile(model, load), judge: judgeOf(model, load) };
};
const world = syntheticWorld();
const denseProblem = (seed: number) =>
  instanceOf(world, {
    family: 'dense',
    services: 20,
    locations: 50,
    tightness: 0.5,
    profile: 'balanced',
    seed,
    traffic: 'bulk',
  }).problem;
const dense = (seed: number) => gqapOf(denseProblem(seed));

describe('the first fit', () => {
  it('gives placements that keep every rule, or none', () => {
    let found = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const { gqap, judge } = gqapOf(randomProblem(seed));
      const at = firstFit(gqap, judge);
      if (!at) continue;
      found += 1;
      expect(judge(at), `seed ${seed}`).toBeLessThan(Number.POSITIVE_INFINITY);
    }
    expect(found).toBeGreaterThan(50);
  });

  it('puts the callee in two parts beside its caller with one of them', () => {
    // b is the cheapest, but the caller must be on a.
    const { gqap, judge } = gqapOf(
      Problem.parse({
        format: PROBLEM_FORMAT,
        locations: ['a', 'b', 'c'].map((id) => ({
          id,
          free: { cpu: 4 },
          priceUSDPerHour: { cpu: { a: 3, b: 1, c: 2 }[id]! },
        })),
        links: [
          { from: 'a', to: 'b', delayMs: 50, bidirectional: true },
          { from: 'a', to: 'c', delayMs: 60, bidirectional: true },
        ],
        applications: [
          {
            id: 'x',
            profile: { delay: 10, cost: 1 },
            services: [
              { id: 's', demand: { cpu: 1 }, onlyLocations: ['a'] },
              { id: 't', demand: { cpu: 1 }, replicas: 2, spread: { over: 'Location', min: 2 } },
            ],
            channels: [{ id: 'c', from: 's', to: { service: 't' }, callsPerSecond: 1, bytesPerCall: 1 }],
          },
        ],
      }),
    );
    expect([...firstFit(gqap, judge)!]).toEqual([0, 0, 1]);
  });
});

describe('the exact path on a deadline', () => {
  it('answers with a placement and its bound when time is up before the problem is laid out', () => {
    const { gqap, judge } = dense(3);
    let asked = 0;
    const clock = () => {
      asked += 1;
      return asked;
    };
    const budget = new Budget({ work: 1e12, deadlineMs: 5, clock, cancelled: () => false });
    const { at, objective, lowerBound, complete } = solveExact(gqap, judge, budget, 1);
    expect(asked).toBeLessThan(8);
    expect(complete).toBe(false);
    expect(judge(at!)).toBe(objective);
    expect(lowerBound).toBeGreaterThan(0);
    expect(lowerBound).toBeLessThanOrEqual(objective);
  });
});

describe('the exact path without costs', () => {
  it('asks no more than whether there is a placement, and lays out nothing where one is at hand', () => {
    const problem = denseProblem(3);
    const profile = { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 1 };
    const [app] = problem.applications;
    const { gqap, judge } = gqapOf({ ...problem, applications: [{ ...app!, profile }] });
    const budget = new Budget({ work: 1e9, clock: () => 0, cancelled: () => false });
    const { at, complete, objective } = solveExact(gqap, judge, budget, 1);
    expect(judge(at!)).toBe(0);
    expect([objective, complete]).toEqual([0, true]);
    expect(budget.spent).toBe(0);
  });
});

describe('the first constructions', () => {
  it('draw callers and callees in parts together, so that dense applications get a place early', () => {
    let sum = 0;
    for (const seed of [24, 38, 39]) {
      const { gqap, judge } = dense(seed);
      const budget = new Budget({ work: 1_200_000, clock: () => 0, cancelled: () => false });
      sum += solveExact(gqap, judge, budget, 1).objective;
    }
    expect(sum).toBeLessThan(0.75);
  });
});
