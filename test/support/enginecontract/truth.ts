import { describe, expect, it } from 'vitest';
import { check, refereeOf } from '../../../src/engine/check.ts';
import type { Progress, Solve } from '../../../src/engine/port.ts';
import { INFEASIBLE_KINDS, infeasibleOf } from '../../performance/placement/generator/infeasible.ts';
import { instanceOf } from '../../performance/placement/generator/instance.ts';
import { syntheticWorld } from '../../performance/placement/generator/regions.ts';
import { highsOf } from '../../performance/placement/peers/highs.ts';
import { peerFederationOf, peerModelOf } from '../../performance/placement/peers/model.ts';
import { bestOf, inOrder } from '../exhaustive.ts';
import { limitedProblem } from '../limitedproblem.ts';
import { randomProblem } from '../randomproblem.ts';
import { ENOUGH, firstOf, OPTIONS } from './options.ts';

export interface TruthSize {
  /** Tiny problems against all their placements. */
  readonly exhaustive: number;
  /** The same with narrow links, budgets and strict orders. */
  readonly limited: number;
  /** Small generated problems against HiGHS. */
  readonly highs: number;
}

/** Nothing that is claimed is false; each part fails with the seeds that show it. */
export function describeTruth(solve: Solve, size: TruthSize): void {
  const world = syntheticWorld();

  describe('truth', () => {
    it(`claims nothing false of ${size.exhaustive} tiny problems with every feature`, ENOUGH, () => {
      const wrong: string[] = [];
      let feasible = 0;
      for (let seed = 1; seed <= size.exhaustive; seed += 1) {
        const problem = randomProblem(seed);
        const referee = refereeOf(problem);
        const result = solve(problem, { ...OPTIONS, explain: seed % 10 === 0 });
        const answer = firstOf(result);
        const best = bestOf(problem, referee);
        if (Number.isFinite(best)) feasible += 1;
        for (const { rule, message } of referee.judge(result)) wrong.push(`${seed}: ${rule} ${message}`);
        const over = best * (1 + 1e-9) + 1e-9;
        if (answer.verdict === 'Infeasible' && Number.isFinite(best))
          wrong.push(`${seed}: called infeasible, has ${best}`);
        if (answer.verdict === 'Optimal' && answer.objective! > over)
          wrong.push(`${seed}: called optimal at ${answer.objective}, has ${best}`);
        if (answer.lowerBound !== undefined && answer.lowerBound > over)
          wrong.push(`${seed}: bound ${answer.lowerBound} above the optimum ${best}`);
        if (answer.objective !== undefined && answer.objective < best - 1e-9 * Math.max(1, best))
          wrong.push(`${seed}: ${answer.objective} is below the optimum ${best}`);
      }
      expect(wrong).toEqual([]);
      expect(feasible).toBeGreaterThan(size.exhaustive / 5);
    });

    it.runIf(size.limited > 0)(
      `claims nothing false of ${size.limited} tiny problems with narrow links, budgets and strict orders`,
      ENOUGH,
      () => {
        const wrong: string[] = [];
        const seen = { placed: 0, infeasible: 0, levels: 0 };
        for (let seed = 1; seed <= size.limited; seed += 1) {
          const { problem, outcomes } = limitedProblem(seed);
          const { order = [] } = problem.applications[0]!;
          const result = solve(problem, { ...OPTIONS, explain: seed % 10 === 0 });
          const answer = firstOf(result);
          for (const { rule, message } of check(problem, result)) wrong.push(`${seed}: ${rule} ${message}`);
          const { left, least } = inOrder(outcomes, order);
          const best = left.reduce(
            (low, { objective }) => Math.min(low, objective),
            Number.POSITIVE_INFINITY,
          );
          const placed = answer.objective !== undefined;
          if (placed) seen.placed += 1;
          if (answer.verdict === 'Infeasible') seen.infeasible += 1;
          if (answer.verdict === 'Infeasible' && outcomes.length > 0)
            wrong.push(`${seed}: called infeasible, has ${best}`);
          if (placed && outcomes.length === 0) wrong.push(`${seed}: placed where nothing can be`);
          const { levels = [] } = answer;
          const told = order.filter(({ term }) => outcomes.some(({ terms }) => terms[term] !== undefined));
          if (placed && levels.length !== told.length)
            wrong.push(`${seed}: ${levels.length} levels of ${told.length}`);
          let proved = true;
          for (const { term, value, lowerBound } of levels) {
            seen.levels += 1;
            const truth = least[order.findIndex((step) => step.term === term)]!;
            const slack = 1e-6 * Math.max(1e-3, truth);
            if (proved && lowerBound > truth + slack)
              wrong.push(`${seed}: bound ${lowerBound} of ${term} above ${truth}`);
            proved &&= Math.abs(value - truth) <= slack;
            if (lowerBound === value && !proved)
              wrong.push(`${seed}: ${term} called least at ${value}, is ${truth}`);
          }
          if (!proved) continue;
          const over = best * (1 + 1e-7) + 1e-7;
          if (answer.verdict === 'Optimal' && answer.objective! > over)
            wrong.push(`${seed}: called optimal at ${answer.objective}, has ${best}`);
          if (answer.lowerBound !== undefined && answer.lowerBound > over)
            wrong.push(`${seed}: bound ${answer.lowerBound} above the optimum ${best}`);
          if (answer.objective !== undefined && answer.objective < best * (1 - 1e-7) - 1e-7)
            wrong.push(`${seed}: ${answer.objective} is below the optimum ${best}`);
        }
        expect(wrong).toEqual([]);
        for (const count of Object.values(seen)) expect(count).toBeGreaterThan(size.limited / 20);
      },
    );

    it(`agrees with HiGHS on ${size.highs} small problems`, ENOUGH, async () => {
      const wrong: string[] = [];
      for (let seed = 1; seed <= size.highs; seed += 1) {
        const { problem } = instanceOf(world, {
          family: seed % 2 === 0 ? 'sparse' : 'dense',
          services: 4 + (seed % 4),
          locations: 6 + (seed % 5),
          tightness: [0.25, 0.5, 1][seed % 3]!,
          profile: (['balanced', 'green', 'latency', 'cost', 'resilience'] as const)[seed % 5]!,
          seed,
          bandwidth: seed % 2 === 0,
          residency: seed % 3 === 0,
        });
        const truth = await highsOf(peerModelOf(peerFederationOf(problem), problem.applications[0]!), 60);
        const result = solve(problem, { ...OPTIONS, explain: false });
        const { verdict, objective = Number.NaN, lowerBound = 0 } = firstOf(result);
        for (const { rule, message } of check(problem, result)) wrong.push(`${seed}: ${rule} ${message}`);
        if (truth.status !== 'Optimal' || truth.objective === undefined) continue;
        const best = truth.objective;
        // HiGHS keeps rows to 1e-6.
        if (verdict === 'Infeasible') wrong.push(`${seed}: called infeasible, HiGHS has ${best}`);
        if (verdict === 'Optimal' && Math.abs(objective - best) > 1e-5 * best)
          wrong.push(`${seed}: optimum ${objective}, HiGHS ${best}`);
        if (lowerBound > best * (1 + 1e-5)) wrong.push(`${seed}: bound ${lowerBound} above HiGHS ${best}`);
      }
      expect(wrong).toEqual([]);
    });

    it('claims nothing false of them with little work either', ENOUGH, () => {
      const wrong: string[] = [];
      for (let seed = 1; seed <= size.limited; seed += 1) {
        const { problem, outcomes } = limitedProblem(seed);
        const { order = [] } = problem.applications[0]!;
        const { least } = inOrder(outcomes, order);
        for (const work of [2_000, 10_000, 50_000]) {
          const result = solve(problem, { ...OPTIONS, work, explain: false });
          const { verdict, lowerBound, levels = [] } = firstOf(result);
          for (const { rule, message } of check(problem, result)) wrong.push(`${seed}: ${rule} ${message}`);
          if (verdict === 'Infeasible' && outcomes.length > 0) wrong.push(`${seed}: called infeasible`);
          const truth = least[order.findIndex(({ term }) => term === levels[0]?.term)];
          if (truth !== undefined && levels[0]!.lowerBound > truth + 1e-6 * Math.max(1e-3, truth))
            wrong.push(`${seed}: bound ${levels[0]!.lowerBound} of ${levels[0]!.term} above ${truth}`);
          if (order.length > 0) continue;
          const best = outcomes.reduce(
            (low, { objective }) => Math.min(low, objective),
            Number.POSITIVE_INFINITY,
          );
          if (lowerBound !== undefined && lowerBound > best * (1 + 1e-7) + 1e-7)
            wrong.push(`${seed}: bound ${lowerBound} above the optimum ${best}`);
        }
      }
      expect(wrong).toEqual([]);
    });

    it.each(INFEASIBLE_KINDS)('finds no placement where there is none: %s', ENOUGH, (kind) => {
      const { problem } = infeasibleOf(world, { kind, services: 8, locations: 15, seed: 1 });
      const { verdict, services, objective } = firstOf(solve(problem, { ...OPTIONS, work: 20_000_000 }));
      expect(['Infeasible', 'NoneFound']).toContain(verdict);
      expect([services, objective]).toEqual([[], undefined]);
    });

    it('never lets the bound fall while it runs', ENOUGH, () => {
      const { problem } = instanceOf(world, {
        family: 'sparse',
        services: 10,
        locations: 20,
        tightness: 0.5,
        profile: 'balanced',
        seed: 4,
      });
      const told: Progress[] = [];
      solve(problem, { ...OPTIONS, onProgress: (progress) => void told.push(progress) });
      const bounds = told.flatMap(({ bound }) => (bound === undefined ? [] : [bound]));
      expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
      const work = told.map((progress) => progress.work);
      expect(work).toEqual([...work].sort((a, b) => a - b));
    });
  });
}
