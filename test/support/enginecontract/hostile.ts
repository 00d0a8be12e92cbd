import { describe, expect, it } from 'vitest';
import { check } from '../../../src/engine/check.ts';
import { parseProblem } from '../../../src/engine/parse.ts';
import type { Solve } from '../../../src/engine/port.ts';
import type { ProblemInput } from '../../../src/engine/problem.ts';
import { ProblemError } from '../../../src/engine/problemerror.ts';
import { PROBLEM_FORMAT } from '../../../src/engine/vocabulary.ts';
import { firstOf, OPTIONS } from './options.ts';

/** Whatever is asked: an error that names the path, or a right answer. */
export function describeHostile(solve: Solve): void {
  describe('hostile input', () => {
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
      ['a node that is a location', base({}, { nodes: ['hub', 'a'] }), 'nodes'],
      ['a node twice', base({}, { nodes: ['hub', 'hub'] }), 'nodes'],
      [
        'a fixed service twice',
        base(
          {},
          {
            fixed: [0, 1].map(() => ({
              application: 'o',
              service: 'p',
              shares: [{ location: 'a', replicas: 1 }],
            })),
          },
        ),
        'fixed',
      ],
      [
        'an application twice',
        { ...base(), applications: [...base().applications, ...base().applications] },
        'applications',
      ],
      ['a budget below nothing', base({ budgets: { cost: -1 } }), 'applications[0].budgets.cost'],
      [
        'an order of no term',
        base({ order: [{ term: 'money' as 'cost' }] }),
        'applications[0].order[0].term',
      ],
      [
        'ten thousand locations',
        base(
          {},
          {
            locations: Array.from({ length: 10_000 }, (_, k) => ({ id: `l${k}`, free: { cpu: 1 } })),
            links: [],
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

    it('bears ten thousand labels on a location, and a link that leads back to where it starts', () => {
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
      const loop = { from: 'a', to: 'a', delayMs: 0, usdPerGB: 0, bandwidthMbps: 0 };
      expect(answer(base({}, { links: [loop] })).verdict).toBe('Optimal');
    });

    it('bears budgets of nothing, limits that are met to the last bit, and terms that nobody gives figures for', () => {
      expect(answer(base({ budgets: { delay: 0 } })).terms.delay).toBe(0);
      const priced: Partial<ProblemInput> = {
        locations: [
          { id: 'a', free: { cpu: 4 }, priceUSDPerHour: { cpu: 0.1 } },
          { id: 'b', free: { cpu: 4 }, priceUSDPerHour: { cpu: 0.7 } },
        ],
      };
      expect(answer(base({ budgets: { cost: 0.1 + 0.1 } }, priced)).terms.cost).toBeCloseTo(0.2, 12);
      expect(answer(base({ budgets: { cost: 0 } }, priced)).verdict).toBe('Infeasible');
      expect(answer(base({ budgets: { carbon: 0 }, order: [{ term: 'carbon' }] })).verdict).toBe('Optimal');
    });

    it('takes names from objects for names only', () => {
      const named = ['__proto__', 'constructor', 'toString'];
      const services = named.map((id) => ({ id, demand: { cpu: 1 } }));
      expect(answer(base({ services, channels: [] })).services.map((each) => each.service)).toEqual(named);
    });
  });
}
