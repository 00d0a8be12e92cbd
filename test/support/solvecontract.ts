import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, refereeOf } from '../../src/engine/check.ts';
import { parseProblem } from '../../src/engine/parse.ts';
import type { Progress, Solve, SolveOptions } from '../../src/engine/port.ts';
import { PROBLEM_FORMAT, type Problem, type ProblemInput } from '../../src/engine/problem.ts';
import { ProblemError } from '../../src/engine/problemerror.ts';
import type { ApplicationResult, Result } from '../../src/engine/result.ts';
import { INFEASIBLE_KINDS, infeasibleOf } from '../performance/placement/generator/infeasible.ts';
import { instanceOf } from '../performance/placement/generator/instance.ts';
import { syntheticWorld } from '../performance/placement/generator/regions.ts';
import { highsOf } from '../performance/placement/peers/highs.ts';
import { peerFederationOf, peerModelOf } from '../performance/placement/peers/model.ts';
import { bestOf } from './exhaustive.ts';
import { LOCATIONS, mixedProblem } from './mixedproblem.ts';
import { randomProblem } from './randomproblem.ts';

const OPTIONS: SolveOptions = { work: 200_000_000, seed: 1, clock: () => 0, cancelled: () => false };

const ENOUGH = { timeout: 600_000 };

export interface ContractSize {
  /** Tiny problems against all their placements. */
  readonly exhaustive: number;
  /** Small generated problems against HiGHS. */
  readonly highs: number;
}

const firstOf = ({ applications }: Result): ApplicationResult => applications[0]!;
const alone = (problem: Problem): Problem => ({ ...problem, applications: problem.applications.slice(0, 1) });

/** What every implementation of the engine's port keeps; each part fails with the seed that shows it. */
export function describeSolve(name: string, solve: Solve, size: ContractSize): void {
  const world = syntheticWorld();

  describe(`${name}: truth`, () => {
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

  describe(`${name}: several applications`, () => {
    it('gives no placement that the referee rejects', ENOUGH, () => {
      fc.assert(
        fc.property(mixedProblem, (problem) => {
          expect(check(problem, solve(problem, OPTIONS))).toEqual([]);
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

  describe(`${name}: determinism and budgets`, () => {
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

  describe(`${name}: hostile input`, () => {
    type App = ProblemInput['applications'][number];
    const base = (app: Partial<App> = {}, more: Partial<ProblemInput> = {}): ProblemInput => ({
      format: PROBLEM_FORMAT,
      locations: [
        { id: 'a', free: { cpu: 4 } },
        { id: 'b', free: { cpu: 4 } },
      ],
      links: [{ from: 'a', to: 'b', delayMs: 3, bidirectional: true }],
      applications: [
        {
          id: 'x',
          profile: { delay: 1 },
          services: [
            { id: 's', demand: { cpu: 1 } },
            { id: 't', demand: { cpu: 1 } },
          ],
          channels: [{ id: 'c', from: 's', to: { service: 't' }, callsPerSecond: 1, bytesPerCall: 1 }],
          ...app,
        },
      ],
      ...more,
    });
    const channel = { id: 'c', from: 's', to: { service: 't' }, callsPerSecond: 1, bytesPerCall: 1 };
    const service = { id: 's', demand: { cpu: 1 } };

    it.each<[string, ProblemInput, string]>([
      [
        'a demand that is no number',
        base({ services: [{ id: 's', demand: { cpu: Number.NaN } }], channels: [] }),
        'applications[0].services[0].demand.cpu',
      ],
      [
        'a negative demand',
        base({ services: [{ id: 's', demand: { cpu: -1 } }], channels: [] }),
        'applications[0].services[0].demand.cpu',
      ],
      [
        'an endless amount',
        base({}, { locations: [{ id: 'a', free: { cpu: Number.POSITIVE_INFINITY } }] }),
        'locations[0].free.cpu',
      ],
      ['1e308', base({}, { locations: [{ id: 'a', free: { cpu: 1e308 } }] }), 'locations[0].free.cpu'],
      ['a negative delay', base({}, { links: [{ from: 'a', to: 'b', delayMs: -1 }] }), 'links[0].delayMs'],
      ['a weight of 1e308', base({ profile: { delay: 1e308 } }), 'applications[0].profile.delay'],
      ['no locations', base({}, { locations: [] }), 'locations'],
      ['no services', base({ services: [], channels: [] }), 'applications[0].services'],
      ['no applications', base({}, { applications: [] }), 'applications'],
      ['no weights', base({ profile: {} }), 'applications[0].profile'],
      [
        'no replicas',
        base({ services: [{ ...service, replicas: 0 }], channels: [] }),
        'applications[0].services[0].replicas',
      ],
      ['a service twice', base({ services: [service, service] }), 'applications[0].services'],
      [
        'a location twice',
        base(
          {},
          {
            locations: [
              { id: 'a', free: {} },
              { id: 'a', free: {} },
            ],
          },
        ),
        'locations',
      ],
      ['a channel twice', base({ channels: [channel, channel] }), 'applications[0].channels'],
      [
        'a channel to itself',
        base({ channels: [{ ...channel, to: { service: 's' } }] }),
        'applications[0].channels[c]',
      ],
      [
        'a channel to nowhere',
        base({ channels: [{ ...channel, to: { service: 'u' } }] }),
        'applications[0].channels[c].to.service',
      ],
      ['a link to nowhere', base({}, { links: [{ from: 'a', to: 'z', delayMs: 1 }] }), 'links[0].to'],
      ['a matrix of the wrong size', base({}, { matrices: { delayMs: [[0]] } }), 'matrices.delayMs'],
      ['a name that is too long', base({ id: 'x'.repeat(10_000) }), 'applications[0].id'],
    ])('refuses %s with its path', (_, input, path) => {
      const attempt = () => solve(parseProblem(input), OPTIONS);
      expect(attempt).toThrow(ProblemError);
      try {
        attempt();
      } catch (error) {
        expect((error as ProblemError).path).toBe(path);
      }
    });

    const answer = (input: ProblemInput) => {
      const problem = parseProblem(input);
      const result = solve(problem, { ...OPTIONS, work: 20_000_000 });
      expect(check(problem, result)).toEqual([]);
      return firstOf(result);
    };

    it('refuses duplicate ids and self-channels of a problem that nobody parsed', () => {
      const twice = parseProblem(base());
      twice.applications[0]!.services[1]!.id = 's';
      expect(() => solve(twice, OPTIONS)).toThrow(ProblemError);
      const self = parseProblem(base());
      self.applications[0]!.channels[0]!.to.service = 's';
      expect(() => solve(self, OPTIONS)).toThrow(ProblemError);
    });

    it('proves a service larger than any location infeasible', () => {
      expect(answer(base({ services: [{ id: 's', demand: { cpu: 5 } }], channels: [] })).verdict).toBe(
        'Infeasible',
      );
      expect(answer(base({ services: [{ id: 's', demand: { gpu: 1 } }], channels: [] })).verdict).toBe(
        'Infeasible',
      );
    });

    it('places on one location, without links, and without demand', () => {
      expect(answer(base({}, { locations: [{ id: 'a', free: { cpu: 2 } }], links: [] })).verdict).toBe(
        'Optimal',
      );
      expect(answer(base({}, { locations: [{ id: 'a', free: { cpu: 1 } }], links: [] })).verdict).toBe(
        'Infeasible',
      );
      expect(answer(base({ services: [{ id: 's', demand: {} }], channels: [] })).verdict).toBe('Optimal');
      expect(answer(base({ services: [service], channels: [], candidates: [] })).verdict).toBe('Infeasible');
    });

    it('keeps assured channels off disconnected locations, and lets others assume the worst delay', () => {
      const assured = [{ ...channel, class: 'ASSURED' as const }];
      const apart: Partial<App> = {
        services: [
          { id: 's', demand: { cpu: 1 }, onlyLocations: ['a'] },
          { id: 't', demand: { cpu: 1 }, onlyLocations: ['b'] },
        ],
      };
      expect(answer(base({ ...apart, channels: assured }, { links: [] })).verdict).toBe('Infeasible');
      expect(answer(base({ ...apart, channels: [channel] }, { links: [] })).verdict).toBe('Optimal');
    });

    it('bears two graphs that nothing connects, cycles, and parallel and opposite channels', () => {
      const services = ['s', 't', 'u', 'v'].map((id) => ({ id, demand: { cpu: 1 } }));
      const link = (id: string, from: string, to: string) => ({ ...channel, id, from, to: { service: to } });
      const channels = [link('1', 's', 't'), link('2', 't', 's'), link('3', 's', 't'), link('4', 'u', 'v')];
      expect(answer(base({ services, channels })).verdict).toBe('Optimal');
    });

    it('bears amounts as large and as small as the format allows', () => {
      expect(
        answer(
          base(
            {},
            {
              locations: [
                { id: 'a', free: { cpu: 1e15 } },
                { id: 'b', free: { cpu: 1e-15 } },
              ],
            },
          ),
        ).verdict,
      ).toBe('Optimal');
      const heavy = [{ ...channel, callsPerSecond: 1e15, bytesPerCall: 1e15 }];
      expect(answer(base({ channels: heavy, profile: { delay: 1e15, cost: 1e-15 } })).verdict).toBe(
        'Optimal',
      );
      expect(
        answer(base({ services: [{ id: 's', demand: { cpu: 1e-4 }, replicas: 10_000 }], channels: [] }))
          .verdict,
      ).not.toBe('Infeasible');
    });

    it('bears ten thousand labels', () => {
      const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label-${at}`, `${at}`]));
      const requirements = [{ key: 'label-9999', operator: 'In' as const, values: ['9999'] }];
      const input = base(
        { services: [{ ...service, requirements }], channels: [] },
        {
          locations: [
            { id: 'a', free: { cpu: 4 } },
            { id: 'b', free: { cpu: 4 }, labels },
          ],
        },
      );
      expect(answer(input).services[0]!.shares[0]!.location).toBe('b');
    });

    it('takes names from objects for names only', () => {
      const named = ['__proto__', 'constructor', 'toString'];
      const services = named.map((id) => ({ id, demand: { cpu: 1 } }));
      expect(answer(base({ services, channels: [] })).services.map((each) => each.service)).toEqual(named);
    });
  });
}
