import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../test/support/enginemodel.ts';
import { mixedProblem } from '../../test/support/mixedproblem.ts';
import { randomOf, randomProblem } from '../../test/support/randomproblem.ts';
import type { AppModel } from './model/appmodel.ts';
import { keepsRules, objectiveOf, routesOf, termsOf } from './model/evaluate.ts';
import { Moves } from './moves.ts';
import { TERMS } from './vocabulary.ts';

/** Compares every move of every undivided service with the whole objective; returns how many there were. */
function compare(model: AppModel, seed: number): number {
  const random = randomOf(seed);
  const m = model.federation.ids.length;
  const at = Int32Array.from(model.shards, () => Math.floor(random() * m));
  const moves = new Moves(model, at);
  let compared = 0;
  model.services.forEach(({ shards: [shard, ...others] }, index) => {
    if (others.length > 0) return;
    const { costOf, brokenBy, ...then } = moves.of(index);
    for (let to = 0; to < m; to += 1) {
      const there = at.slice();
      there[shard!] = to;
      const whole = objectiveOf(model, there) - objectiveOf(model, at);
      expect(costOf(to) - costOf(at[shard!]!)).toBeCloseTo(whole, 9);
      expect(then.objectiveOf(to)).toBeCloseTo(objectiveOf(model, there), 9);
      const terms = termsOf(model, there);
      const told = then.termsOf(to);
      expect(Object.keys(told)).toEqual(Object.keys(terms));
      for (const term of TERMS) expect(told[term] ?? 0).toBeCloseTo(terms[term] ?? 0, 7);
      const broken = model.incident[index]!.map((channel) => model.channels[channel]!).find(
        (channel) => !keepsRules(model, channel, routesOf(model, channel, there)),
      );
      expect(brokenBy(to)?.channel.id).toBe(broken?.id);
      if (broken) expect(brokenBy(to)!.routes).toEqual(routesOf(model, broken, there));
      compared += 1;
    }
  });
  return compared;
}

describe('moving one service', () => {
  it('changes the objective and breaks channels as placing everything anew does, in mixed problems', () => {
    let compared = 0;
    fc.assert(
      fc.property(mixedProblem, fc.nat(), (problem, seed) => {
        compared += compare(modelOf(problem).model, seed);
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it('and where services run already, with a charge for leaving', () => {
    let compared = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const problem = randomProblem(seed);
      const [app, ...rest] = problem.applications;
      const applications = [
        {
          ...app!,
          profile: { ...app!.profile, migration: 1, balance: 1 },
          services: app!.services.map((service, index) => ({
            ...service,
            running: [{ location: problem.locations[index % 2]!.id, replicas: service.replicas }],
          })),
        },
        ...rest,
      ];
      compared += compare(modelOf({ ...problem, applications }).model, seed);
    }
    expect(compared).toBeGreaterThan(1000);
  });
});
