import { describe, expect, it } from 'vitest';
import { batchOf } from '../../../test/performance/placement/generator/batch.ts';
import { syntheticWorld } from '../../../test/performance/placement/generator/regions.ts';
import { bestOf } from '../../../test/support/exhaustive.ts';
import { randomProblem } from '../../../test/support/randomproblem.ts';
import { admitEach, settingOf } from '../admission/round.ts';
import { check, refereeOf } from '../check.ts';
import { buildFederation } from '../model/federation.ts';
import { emptyLoad } from '../model/load.ts';
import type { SolveOptions } from '../port.ts';
import { Problem } from '../problem.ts';
import { solve } from '../solve.ts';
import { Batch } from './batch.ts';
import { isBatchable } from './batchable.ts';

const OPTIONS: SolveOptions = {
  work: 2_000_000_000,
  seed: 1,
  clock: () => 0,
  cancelled: () => false,
  explain: false,
};
const world = syntheticWorld();
const batch = (applications: number, locations: number, use: number, seed = 1) =>
  Problem.parse(batchOf(world, { applications, locations, use, seed }).problem);
const cores = (problem: Problem, factor: number): Problem => ({
  ...problem,
  locations: problem.locations.map((location) => ({
    ...location,
    free: Object.fromEntries(Object.entries(location.free).map(([name, amount]) => [name, amount * factor])),
  })),
});

describe('a batch of applications', { timeout: 120_000 }, () => {
  it.each([
    [30, 40, 0.1],
    [30, 40, 0.4],
    [40, 100, 0.1],
    [40, 140, 0.4],
  ])('of %i on %i locations at a use of %d breaks no rule and bounds the sum from below', (apps, m, use) => {
    const problem = batch(apps, m, use);
    const result = solve(problem, OPTIONS);
    expect(check(problem, result)).toEqual([]);
    const { placed, objective, lowerBound } = result.round!;
    expect(placed).toBe(apps);
    expect(lowerBound).toBeGreaterThan(0.6 * objective);
    const each = admitEach(settingOf(problem, OPTIONS)).summary.figures.round!;
    if (each.placed === apps) expect(lowerBound).toBeLessThanOrEqual(each.objective * (1 + 1e-9));
  });

  it('never bounds an application above its optimum', () => {
    const wrong: string[] = [];
    let compared = 0;
    for (let seed = 1; seed <= 400; seed += 1) {
      const problem = randomProblem(seed);
      const federation = buildFederation(problem);
      const app = problem.applications[0]!;
      if (!isBatchable(federation, app)) continue;
      const batch = new Batch(problem, federation, [app]);
      if (!batch.placesAlone(0)) continue;
      compared += 1;
      const best = bestOf(problem, refereeOf(problem));
      if (batch.aloneBounds[0]! > best * (1 + 1e-9) + 1e-9)
        wrong.push(`${seed}: ${batch.aloneBounds[0]} above ${best}`);
      batch.price([0], () => false);
      const found = batch.placements.place(0, emptyLoad(federation));
      if (found && batch.pricedBound(0) < 0) wrong.push(`${seed}: negative`);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(20);
  });

  it('never bounds an application above a placement where groups hold many locations', () => {
    const problem = batch(24, 140, 0.4);
    const federation = buildFederation(problem);
    const together = new Batch(problem, federation, problem.applications);
    problem.applications.forEach((app, a) => {
      expect(together.placesAlone(a)).toBe(true);
      const [alone] = solve({ ...problem, applications: [app] }, OPTIONS).applications;
      expect(together.aloneBounds[a]).toBeLessThanOrEqual(alone!.objective! * (1 + 1e-9));
      expect(together.aloneBounds[a]).toBeGreaterThan(0.7 * alone!.objective!);
    });
  });

  it('admits and places the others as before when an application that cannot be placed is taken out', () => {
    const problem = batch(30, 40, 0.4);
    const [first] = problem.applications;
    const impossible = {
      ...first!,
      id: 'impossible',
      class: 'Gold' as const,
      services: first!.services.map((service) => ({ ...service, demand: { cpu: 1e6, wood: 1 } })),
    };
    const both = solve({ ...problem, applications: [impossible, ...problem.applications] }, OPTIONS);
    const without = solve(problem, OPTIONS);
    expect(both.applications[0]!.verdict).toBe('Infeasible');
    expect(both.applications.slice(1)).toEqual(without.applications);
  });

  it('admits whom it would admit without lower classes when capacity is short', () => {
    const problem = cores(batch(40, 40, 0.7), 0.5);
    const applications = problem.applications.map((app, at) => ({
      ...app,
      class: at % 2 === 0 ? ('BestEffort' as const) : ('Gold' as const),
    }));
    const all = solve({ ...problem, applications }, OPTIONS);
    const gold = applications.filter((app) => app.class === 'Gold');
    const alone = solve({ ...problem, applications: gold }, OPTIONS);
    expect(check({ ...problem, applications }, all)).toEqual([]);
    const placed = ({ applications: answers }: typeof all) =>
      answers
        .filter(({ verdict }) => verdict === 'Feasible' || verdict === 'Optimal')
        .map((a) => a.application);
    const golden = new Set(gold.map(({ id }) => id));
    expect(placed(all).length).toBeLessThan(applications.length);
    expect(placed(all).filter((id) => golden.has(id))).toEqual(placed(alone));
  });

  it('gives the same bytes for the same problem, seed and work', () => {
    const problem = batch(30, 100, 0.4);
    for (const work of [0, 20_000_000, 2_000_000_000]) {
      const bytes = () => JSON.stringify(solve(problem, { ...OPTIONS, work }));
      expect(bytes()).toBe(bytes());
    }
  });

  it('places nobody after the deadline, and says so', () => {
    let asked = 0;
    const clock = () => {
      asked += 1;
      return asked;
    };
    const problem = batch(30, 40, 0.4);
    const result = solve(problem, { ...OPTIONS, clock, deadlineMs: 30 });
    expect(asked).toBeLessThan(300);
    expect(check(problem, result)).toEqual([]);
    expect(result.applications.every(({ verdict }) => verdict !== 'Infeasible')).toBe(true);
  });
});
