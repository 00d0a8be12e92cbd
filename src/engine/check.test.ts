import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { Problem, type ProblemInput } from './problem.ts';
import { type ApplicationResult, Result } from './result.ts';
import { solve } from './solve.ts';
import { PROBLEM_FORMAT, type Rule } from './vocabulary.ts';

type App = ProblemInput['applications'][number];
type Service = App['services'][number];

const OPTIONS = { work: 100_000, seed: 1, clock: () => 0, cancelled: () => false };

const channel = {
  id: 'c',
  from: 'web',
  to: { service: 'db' },
  class: 'ASSURED' as const,
  callsPerSecond: 10,
  bytesPerCall: 1e6,
};

const problem = (web: Partial<Service>, more: Partial<App> = {}): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: [
      {
        id: 'a',
        zone: 'z',
        jurisdiction: 'EU',
        securityClass: 1,
        complianceClass: 1,
        labels: { gpu: 'yes' },
        free: { cpu: 4 },
        priceUSDPerHour: { cpu: 1 },
        wattsPerCore: 5,
        gramsPerKWh: 100,
        availability: 0.99,
      },
      {
        id: 'b',
        zone: 'z',
        jurisdiction: 'US',
        taints: [{ key: 'night', effect: 'NoSelect' }],
        free: { cpu: 2 },
        shapes: [{ cpu: 1 }],
        priceUSDPerHour: { cpu: 2 },
        wattsPerCore: 3,
        gramsPerKWh: 400,
      },
    ],
    links: [
      {
        from: 'a',
        to: 'b',
        delayMs: 7,
        loss: 0.01,
        bandwidthMbps: 10,
        usdPerGB: 0.1,
        kWhPerGB: 0.01,
        bidirectional: true,
      },
    ],
    datasets: [{ id: 'faces', holders: [{ location: 'a', stalenessSeconds: 9 }], residency: ['EU'] }],
    applications: [
      {
        id: 'x',
        profile: { cost: 1, carbon: 1, delay: 1, resilience: 1, balance: 1, migration: 1 },
        services: [
          { id: 'web', demand: { cpu: 1 }, tolerations: [{ operator: 'Exists' }], ...web },
          { id: 'db', demand: { cpu: 1 }, onlyLocations: ['a'] },
        ],
        ...more,
      },
    ],
  });

/** web on `location`, db on a; no figures. */
const placedOn = (location: string, replicas = 1): Result =>
  Result.parse({
    format: 'codeco.placement.result/v1',
    engine: 'by hand',
    seed: 0,
    work: 0,
    applications: [
      {
        application: 'x',
        verdict: 'Feasible',
        services: [
          { service: 'web', shares: [{ location, replicas }] },
          { service: 'db', shares: [{ location: 'a', replicas: 1 }] },
        ],
      },
    ],
  });

const rulesOf = (input: Problem, result: Result) => [
  ...new Set(check(input, result).map(({ rule }) => rule)),
];

describe('the referee', () => {
  it('accepts a placement that keeps all rules', () => {
    expect(check(problem({}), placedOn('b'))).toEqual([]);
  });

  it.each<[Rule, Partial<Service>, Partial<App>]>([
    ['Candidate', {}, { candidates: ['a'] }],
    ['Selector', { onlyLocations: ['a'] }, {}],
    ['Selector', { notLocations: ['b'] }, {}],
    ['Selector', { requirements: [{ key: 'gpu', operator: 'Exists' }] }, {}],
    ['Taint', { tolerations: [] }, {}],
    ['SecurityClass', { securityClass: 1 }, {}],
    ['ComplianceClass', { complianceClass: 1 }, {}],
    ['Data', { data: [{ dataset: 'faces', locality: 'Required', maxDelayMs: 6 }] }, {}],
    ['Residency', { data: [{ dataset: 'faces' }] }, {}],
    ['Pinned', { running: [{ location: 'a', replicas: 1 }], move: { policy: 'Pinned' } }, {}],
    ['Shape', { demand: { cpu: 1.5 } }, {}],
    ['Capacity', { demand: { cpu: 1, memory: 1 } }, {}],
    ['Delay', {}, { channels: [{ ...channel, maxDelayMs: 6 }] }],
    ['Bandwidth', {}, { channels: [{ ...channel, bandwidthMbps: 11 }] }],
    // Each fits the link alone.
    ['Bandwidth', {}, { channels: ['c', 'd'].map((id) => ({ ...channel, id, bandwidthMbps: 6 })) }],
    ['Crossing', {}, { crossing: false, channels: [channel] }],
    ['Survival', {}, { survive: 'AnyDomain' }],
    ['Budget', {}, { budgets: { cost: 2.9 } }],
    ['Data', { data: [{ dataset: 'faces', locality: 'Required', maxStalenessSeconds: 8 }] }, {}],
  ])('names the one rule that is broken: %s', (rule, web, more) => {
    const input = problem(web, more);
    // Residency would be broken, too.
    if (rule === 'Data') input.datasets[0]!.residency = [];
    expect(rulesOf(input, placedOn('b'))).toEqual([rule]);
  });

  it.each<[string, Partial<Service>, Partial<App>]>([
    ['a class just high enough', { securityClass: 0, complianceClass: 0 }, {}],
    ['a delay just short enough', {}, { channels: [{ ...channel, maxDelayMs: 7 }] }],
    [
      'a delay that is only a preference',
      {},
      { channels: [{ ...channel, class: 'BESTEFFORT', maxDelayMs: 1 }] },
    ],
    ['bandwidth just wide enough', {}, { channels: [{ ...channel, bandwidthMbps: 10 }] }],
    ['a budget just large enough', {}, { budgets: { cost: 3 } }],
    ['a shape just large enough', { demand: { cpu: 1 } }, {}],
    [
      'a preferred data set far away',
      { data: [{ dataset: 'other', locality: 'Preferred', maxDelayMs: 1 }] },
      {},
    ],
    [
      'a service that may move',
      { running: [{ location: 'a', replicas: 1 }], move: { policy: 'Restart' } },
      {},
    ],
  ])('accepts %s', (_, web, more) => {
    const input = problem(web, more);
    input.datasets.push({ id: 'other', holders: [{ location: 'a' }], residency: [] });
    expect(check(input, placedOn('b'))).toEqual([]);
  });

  it('rejects an assured channel without a path, and a pair that matrices make too narrow', () => {
    const input = problem({}, { channels: [{ ...channel, bandwidthMbps: 5 }] });
    expect(rulesOf({ ...input, links: [] }, placedOn('b'))).toEqual(['Path']);
    const matrices = {
      delayMs: [
        [0, 1],
        [1, 0],
      ],
      bandwidthMbps: [
        [null, 4],
        [4, null],
      ],
    };
    expect(rulesOf({ ...input, links: [], matrices }, placedOn('b'))).toEqual(['Bandwidth']);
  });

  it('rejects a channel that is too long once a domain is lost', () => {
    const input = problem(
      { replicas: 2 },
      { survive: 'AnyDomain', channels: [{ ...channel, from: 'db', to: { service: 'web' }, maxDelayMs: 6 }] },
    );
    input.locations.forEach((location, at) => {
      location.zone = `z${at}`;
    });
    input.locations.push({ ...structuredClone(input.locations[0]!), id: 'c', zone: 'z2' });
    input.links.push({ from: 'a', to: 'c', delayMs: 7, bidirectional: true });
    const db = input.applications[0]!.services[1]!;
    db.replicas = 2;
    delete db.onlyLocations;
    const result = placedOn('a');
    const both = ['a', 'c'].map((location) => ({ location, replicas: 1 }));
    for (const service of result.applications[0]!.services) service.shares = both;
    expect(rulesOf(input, result)).toEqual([]);
    result.applications[0]!.services[1]!.shares = ['a', 'b'].map((location) => ({ location, replicas: 1 }));
    // Without the zone of a, db is on b and web on c: no path at all.
    expect(rulesOf(input, result)).toContain('Path');
  });

  it('rejects a location that does not exist, one that is named twice, and replicas that are none', () => {
    expect(rulesOf(problem({}), placedOn('nowhere'))).toEqual(['Candidate']);
    const twice = placedOn('a');
    const [web] = twice.applications[0]!.services;
    web!.shares.push({ location: 'a', replicas: 1 });
    expect(rulesOf(problem({ replicas: 2 }), twice)).toEqual(['Figures']);
    web!.shares = [
      { location: 'a', replicas: 0 },
      { location: 'b', replicas: 1 },
    ];
    expect(rulesOf(problem({}), twice)).toEqual(['Capacity']);
  });

  it('counts what all applications take from one location together', () => {
    const input = problem({});
    input.applications.push({ ...structuredClone(input.applications[0]!), id: 'y' });
    const result = placedOn('b');
    result.applications.push({ ...structuredClone(result.applications[0]!), application: 'y' });
    expect(rulesOf(input, result)).toEqual([]);
    input.locations[1]!.free = { cpu: 1.5 };
    expect(check(input, result).map(({ rule, application }) => [rule, application])).toEqual([
      ['Capacity', 'x'],
      ['Capacity', 'y'],
    ]);
  });

  it('rejects replicas that are missing, and replicas in one place that must be spread', () => {
    expect(rulesOf(problem({ replicas: 2 }), placedOn('b'))).toEqual(['Capacity']);
    const spread = { over: 'Location' as const, min: 2 };
    expect(rulesOf(problem({ replicas: 2, spread }), placedOn('a', 2))).toEqual(['Spread']);
  });

  it('rejects residency that is broken two channels away, but not behind a clean one', () => {
    const services = [
      { id: 'web', demand: {}, tolerations: [{ operator: 'Exists' as const }] },
      { id: 'db', demand: {} },
      { id: 'store', demand: {}, data: [{ dataset: 'faces' }] },
    ];
    const channels = (clean: boolean) => [
      { ...channel, clean },
      { ...channel, id: 'd', from: 'store', to: { service: 'db' } },
    ];
    const result = placedOn('b');
    result.applications[0]!.services.push({
      service: 'store',
      shares: [{ location: 'a', replicas: 1 }],
      ruledOut: [],
    });
    expect(rulesOf(problem({}, { services, channels: channels(false) }), result)).toEqual(['Residency']);
    expect(rulesOf(problem({}, { services, channels: channels(true) }), result)).toEqual([]);
  });

  const input = problem(
    { data: [{ dataset: 'faces' }], running: [{ location: 'a', replicas: 1 }] },
    { channels: [channel], entryPoints: [{ id: 'users', service: 'web', location: 'b', callsPerSecond: 2 }] },
  );
  const changed = (change: (answer: ApplicationResult) => void): Result => {
    const result = solve(input, OPTIONS);
    change(result.applications[0]!);
    return result;
  };

  it('accepts the figures that follow from the placement', () => {
    expect(
      check(
        input,
        changed(() => {}),
      ),
    ).toEqual([]);
  });

  it.each<[string, (answer: ApplicationResult) => void]>([
    ['a cost too low', (answer) => (answer.terms.cost! -= 1e-6)],
    ['a normalised term too low', (answer) => (answer.normalised.carbon! -= 1e-6)],
    ['a term left out', (answer) => delete answer.normalised.resilience],
    ['an objective that is no weighted sum', (answer) => (answer.objective! += 1e-6)],
    ['a bound above the objective', (answer) => (answer.lowerBound = answer.objective! * 1.01)],
    ['an objective that is no number', (answer) => (answer.objective = Number.NaN)],
    ['a gap that is not that of its bound', (answer) => (answer.gap = 0.5)],
    ['an optimum with a bound below it', (answer) => (answer.lowerBound = answer.objective! * 0.9)],
  ])('rejects %s', (_, change) => {
    expect(rulesOf(input, changed(change))).toEqual(['Figures']);
  });
});
