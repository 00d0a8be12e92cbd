import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { PROBLEM_FORMAT, Problem, type ProblemInput } from './problem.ts';
import { type ApplicationResult, Result, type Rule } from './result.ts';
import { solveSmall } from './small.ts';

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
    ['Capacity', { demand: { cpu: 2.5 } }, {}],
    ['Delay', {}, { channels: [{ ...channel, maxDelayMs: 6 }] }],
    ['Bandwidth', {}, { channels: [{ ...channel, bandwidthMbps: 11 }] }],
    ['Crossing', {}, { crossing: false, channels: [channel] }],
    ['Survival', {}, { survive: 'AnyDomain' }],
  ])('rejects a broken rule: %s', (rule, web, more) => {
    expect(rulesOf(problem(web, more), placedOn('b'))).toContain(rule);
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
    const result = solveSmall(input, OPTIONS);
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
  ])('rejects %s', (_, change) => {
    expect(check(input, changed(change))).not.toEqual([]);
  });
});
