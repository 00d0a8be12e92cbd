import { describe, expect, it } from 'vitest';
import { Problem, type ProblemInput } from '../problem.ts';
import { solve } from '../solve.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import { alternativesOf } from './alternatives.ts';
import { capacityAdvice } from './capacityadvice.ts';
import { applyChanges } from './change.ts';
import { fallbacksOf } from './fallback.ts';
import { funnelsOf } from './funnel.ts';
import { whatIf } from './whatif.ts';

type App = ProblemInput['applications'][number];

const OPTIONS = { work: 2_000_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** Three clusters: a cheap with room for one core, b dearer and near, c dear and far. */
const shop = (more: Partial<App> = {}, others: App[] = []): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: [
      { id: 'a', jurisdiction: 'EU', free: { cpu: 1 }, priceUSDPerHour: { cpu: 1 } },
      { id: 'b', jurisdiction: 'EU', free: { cpu: 8 }, priceUSDPerHour: { cpu: 2 } },
      { id: 'c', jurisdiction: 'US', free: { cpu: 8 }, priceUSDPerHour: { cpu: 3 } },
    ],
    links: [
      { from: 'a', to: 'b', delayMs: 2, bidirectional: true },
      { from: 'b', to: 'c', delayMs: 30, bidirectional: true },
      { from: 'a', to: 'c', delayMs: 30, bidirectional: true },
    ],
    applications: [
      {
        id: 'shop',
        profile: { cost: 1 },
        services: [
          { id: 'web', demand: { cpu: 1 } },
          { id: 'db', demand: { cpu: 1 }, notLocations: ['c'] },
        ],
        channels: [
          {
            id: 'sql',
            from: 'web',
            to: { service: 'db' },
            class: 'ASSURED',
            maxDelayMs: 5,
            callsPerSecond: 1,
            bytesPerCall: 1,
          },
        ],
        ...more,
      },
      ...others,
    ],
  });

const solved = (problem: Problem) => solve(problem, OPTIONS);

describe('a funnel', () => {
  it('counts what each rule removes alone and in order, hard channels included', () => {
    const problem = shop();
    expect(funnelsOf(problem, problem.applications[0]!)).toEqual([
      { service: 'web', total: 3, steps: [{ rule: 'Delay', alone: 1, inOrder: 1 }], left: 2 },
      {
        service: 'db',
        total: 3,
        steps: [{ rule: 'Selector', alone: 1, inOrder: 1 }],
        left: 2,
      },
    ]);
  });
});

describe('the other locations of a service', () => {
  it('cost at least what is told, or are ruled out with the reason', () => {
    // One service on a (1 USD/h), one on b (2 USD/h): average 2 USD/h each, objective 0.75.
    const problem = shop();
    const result = solved(problem);
    const [first, second] = alternativesOf(problem, result, 'shop', 'web', solve, OPTIONS);
    expect(first).toMatchObject({ location: 'b', kind: 'AtLeast', extra: 0 });
    expect(second).toMatchObject({
      location: 'c',
      kind: 'Impossible',
      rule: 'Delay',
      message: 'channel sql allows 5 ms, best path 30 ms',
    });
  });

  it('take the room of other applications as taken', () => {
    const other: App = {
      id: 'other',
      class: 'Gold',
      profile: { cost: 1 },
      services: [{ id: 'x', demand: { cpu: 1 } }],
    };
    const problem = shop({}, [other]);
    const found = alternativesOf(problem, solved(problem), 'shop', 'web', solve, OPTIONS);
    expect(found.find(({ location }) => location === 'a')).toMatchObject({
      kind: 'Impossible',
      rule: 'Capacity',
    });
  });
});

describe('capacity advice', () => {
  it('names where one unit more saves how much, which holds when solved with it', () => {
    const problem = shop();
    const [advice] = capacityAdvice(problem, solved(problem), 'shop', solve, OPTIONS);
    expect(advice).toMatchObject({ location: 'a', resource: 'cpu', amount: 1, saved: { cost: 1 } });
  });

  it('is silent where nothing is short', () => {
    const problem = shop();
    problem.locations[0]!.free = { cpu: 9 };
    expect(capacityAdvice(problem, solved(problem), 'shop', solve, OPTIONS)).toEqual([]);
  });
});

describe('a what-if', () => {
  it('tells moves, terms and the rules that staying would break when a location is lost', () => {
    const problem = shop();
    const { applications } = whatIf(problem, [{ kind: 'LoseLocation', location: 'a' }], solve, OPTIONS);
    const [diff] = applications;
    expect(diff!.moves).toEqual([
      {
        service: expect.stringMatching(/web|db/) as string,
        from: [{ location: 'a', replicas: 1 }],
        to: [{ location: 'b', replicas: 1 }],
        replicas: 1,
      },
    ]);
    expect(diff!.terms.find(({ term }) => term === 'cost')).toEqual({ term: 'cost', before: 3, after: 4 });
    expect(diff!.broken.map(({ rule }) => rule)).toContain('Candidate');
    expect(diff!.staying).toBeUndefined();
  });

  it('moves nothing and tells what staying costs when a price rises and moving would not pay', () => {
    const problem = shop();
    const { applications } = whatIf(problem, [{ kind: 'Price', location: 'a', factor: 1.5 }], solve, OPTIONS);
    expect(applications[0]).toMatchObject({ moves: [], broken: [], staying: { cost: 3.5 } });
  });

  it('leaves what runs where other places cost the same', () => {
    const problem = shop({ channels: [], services: [{ id: 'web', demand: { cpu: 1 } }] });
    for (const location of problem.locations) location.priceUSDPerHour = { cpu: 2 };
    const onC = structuredClone(problem);
    onC.applications[0]!.services[0]!.onlyLocations = ['c'];
    const change = { kind: 'Delay', from: 'a', to: 'b', delayMs: 3 } as const;
    const { applications } = whatIf(problem, [change], solve, OPTIONS, solved(onC));
    expect(applications[0]!.moves).toEqual([]);
  });

  it('says that scaling beyond all room is impossible', () => {
    const { applications } = whatIf(shop(), [{ kind: 'Scale', factor: 5 }], solve, OPTIONS);
    expect(applications[0]).toMatchObject({ before: 'Optimal', after: 'Infeasible', moves: [] });
  });

  it.each([
    ['a location that is not there', { kind: 'LoseLocation', location: 'd' }, 'lose: no such name: d'],
    ['a service that is misspelt', { kind: 'Force', service: 'wbe', location: 'a' }, 'did you mean web?'],
    ['a link that is not there', { kind: 'Delay', from: 'a', to: 'a', delayMs: 1 }, 'there is no link'],
    ['weights of nothing', { kind: 'Weights', weights: {} }, 'at least one weight'],
  ] as const)('refuses %s', (_, change, message) => {
    expect(() => applyChanges(shop(), [change])).toThrow(message);
  });

  it('changes only what it names', () => {
    const problem = shop();
    const before = structuredClone(problem);
    const changed = applyChanges(problem, [
      { kind: 'Delay', from: 'b', to: 'a', delayMs: 9 },
      { kind: 'Scale', service: 'web', factor: 1.1 },
      { kind: 'Forbid', service: 'web', location: 'b' },
      { kind: 'Weights', weights: { delay: 1 } },
    ]);
    expect(problem).toEqual(before);
    expect(changed.links[0]!.delayMs).toBe(9);
    expect(changed.applications[0]!.services[0]).toMatchObject({ replicas: 2, notLocations: ['b'] });
    expect(changed.applications[0]!.profile).toMatchObject({ cost: 0, delay: 1 });
  });
});

describe('fallbacks', () => {
  it('leave alone what is not on the lost location', () => {
    const problem = shop();
    const result = solved(problem);
    const onA = result.applications[0]!.services.find(({ shares }) => shares[0]!.location === 'a')!.service;
    const fallbacks = fallbacksOf(problem, result, 'shop', OPTIONS);
    expect(fallbacks.map(({ lost }) => lost)).toEqual(['a', 'b']);
    expect(fallbacks[0]!.moves.map(({ service }) => service)).toEqual([onA]);
    expect(fallbacks[1]!.placement).toBeUndefined();
    expect(fallbacks[1]!.reason).toBe('the rest of the federation cannot hold it');
  });

  it('leave where it is what would be cheaper elsewhere, but need not move', () => {
    const problem = shop({ channels: [] });
    problem.locations[2]!.priceUSDPerHour = { cpu: 1.5 };
    const held = structuredClone(problem);
    held.applications[0]!.services[0]!.onlyLocations = ['a'];
    held.applications[0]!.services[1]!.onlyLocations = ['b'];
    problem.applications[0]!.services[1]!.notLocations = [];
    const [lostA] = fallbacksOf(problem, solved(held), 'shop', OPTIONS);
    expect(lostA!.moves).toEqual([
      {
        service: 'web',
        from: [{ location: 'a', replicas: 1 }],
        to: [{ location: 'c', replicas: 1 }],
        replicas: 1,
      },
    ]);
  });

  it('let neighbours go where the rest cannot stay as it is', () => {
    const problem = shop({
      services: [
        { id: 'web', demand: { cpu: 2 }, onlyLocations: ['b', 'c'] },
        { id: 'db', demand: { cpu: 1 } },
      ],
    });
    const result = solved(problem);
    const [lostA, lostB] = fallbacksOf(problem, result, 'shop', OPTIONS);
    expect(lostA).toMatchObject({ lost: 'a', moves: [{ service: 'db' }] });
    expect(lostB).toMatchObject({ lost: 'b', moves: [{ service: 'web' }, { service: 'db' }] });
  });
});
