import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { Problem, type ProblemInput } from './problem.ts';
import { solve } from './solve.ts';
import { PROBLEM_FORMAT } from './vocabulary.ts';

type App = ProblemInput['applications'][number];
type Service = App['services'][number];
type Channel = NonNullable<App['channels']>[number];

const OPTIONS = { work: 200_000_000, seed: 1, clock: () => 0, cancelled: () => false };

const service = (id: string, more: Partial<Service> = {}): Service => ({ id, demand: { cpu: 1 }, ...more });
const channel = (from: string, to: string, more: Partial<Channel> = {}): Channel => ({
  id: `${from}-${to}`,
  from,
  to: { service: to },
  callsPerSecond: 1,
  bytesPerCall: 1e9 / 3600,
  ...more,
});
const location = (id: string, cpu: number, more: Partial<ProblemInput['locations'][number]> = {}) => ({
  id,
  free: { cpu: 4 },
  priceUSDPerHour: { cpu },
  ...more,
});

function answered(locations: ProblemInput['locations'], app: Partial<App>, more: Partial<ProblemInput> = {}) {
  const problem = Problem.parse({
    format: PROBLEM_FORMAT,
    locations,
    links: [],
    applications: [{ id: 'x', profile: { cost: 1 }, services: [], ...app }],
    ...more,
  });
  const result = solve(problem, OPTIONS);
  expect(check(problem, result)).toEqual([]);
  const answer = result.applications[0]!;
  const places = Object.fromEntries(
    answer.services.map(({ service: id, shares }) => [id, shares.map((share) => share.location).join(' ')]),
  );
  return { result, answer, places };
}

const both = (from: string, to: string, delayMs: number) => ({ from, to, delayMs, bidirectional: true });

describe('residency of data', () => {
  const locations = [location('eu', 3, { jurisdiction: 'EU' }), location('us', 1, { jurisdiction: 'US' })];
  const datasets = [{ id: 'faces', holders: [{ location: 'eu' }], residency: ['EU'] }];
  const services = [service('reader', { data: [{ dataset: 'faces' }] }), service('relay'), service('report')];
  const place = (clean: readonly string[]) =>
    answered(
      locations,
      {
        services,
        // The data flows against the second call, too.
        channels: [channel('relay', 'reader'), channel('relay', 'report')].map((each) => ({
          ...each,
          bytesPerCall: 0,
          clean: clean.includes(each.id),
        })),
      },
      { datasets, links: [both('eu', 'us', 1)] },
    ).places;

  it('binds every service that what is made of the data reaches, whoever calls whom', () => {
    expect(place([])).toEqual({ reader: 'eu', relay: 'eu', report: 'eu' });
  });

  it('ends at a channel that is declared clean', () => {
    expect(place(['relay-report'])).toEqual({ reader: 'eu', relay: 'eu', report: 'us' });
    expect(place(['relay-reader'])).toEqual({ reader: 'eu', relay: 'us', report: 'us' });
  });
});

describe('costs that differ by direction', () => {
  const locations = [location('a', 1), location('b', 1), location('c', 1)];
  const links = [
    { from: 'a', to: 'b', delayMs: 1, usdPerGB: 5 },
    { from: 'b', to: 'a', delayMs: 1, usdPerGB: 0.1 },
    { from: 'a', to: 'c', delayMs: 1, usdPerGB: 1 },
    { from: 'c', to: 'a', delayMs: 1, usdPerGB: 9 },
  ];
  const services = [service('s', { onlyLocations: ['a'] }), service('t', { notLocations: ['a'] })];

  it('are paid from the caller to the callee', () => {
    expect(answered(locations, { services, channels: [channel('s', 't')] }, { links }).places['t']).toBe('c');
    expect(answered(locations, { services, channels: [channel('t', 's')] }, { links }).places['t']).toBe('b');
  });

  it('of egress count from the sender to the region of the receiver, where links have no price', () => {
    const priced = [
      location('a', 1, { region: 'r', egressUSDPerGB: { north: 3, south: 0.5 } }),
      location('n', 1, { region: 'north' }),
      location('s', 1.2, { region: 'south' }),
    ];
    const app = { services, channels: [channel('s', 't')] };
    expect(answered(priced, app, { links: [both('a', 'n', 1), both('a', 's', 1)] }).places['t']).toBe('s');
  });
});

describe('replicas of a service on several locations', () => {
  const locations = ['a', 'b', 'c'].map((id) => location(id, 1, { free: { cpu: 2 } }));
  const links = [both('a', 'b', 10), both('b', 'c', 10), both('a', 'c', 30)];

  it('are called at the nearest from each location of the caller, counted by its share of the replicas', () => {
    const { places, answer } = answered(
      locations,
      {
        profile: { delay: 1 },
        services: [
          service('web', { replicas: 2, spread: { over: 'Location', min: 2 } }),
          service('db', { replicas: 2, onlyLocations: ['a', 'b'], spread: { over: 'Location', min: 2 } }),
          service('front', { demand: { cpu: 2 }, onlyLocations: ['c'] }),
        ],
        channels: [channel('web', 'db'), channel('front', 'db')],
      },
      { links },
    );
    // From a and b to itself; from c to b in 10 ms, not to a in 30.
    expect(places).toMatchObject({ web: 'a b', db: 'a b' });
    expect(answer.terms.delay).toBe(5);
  });

  it('keep an ASSURED limit on every such way', () => {
    const app = (maxDelayMs: number): Partial<App> => ({
      services: [
        service('web', { replicas: 2, onlyLocations: ['a', 'c'], spread: { over: 'Location', min: 2 } }),
        service('db', { onlyLocations: ['b'] }),
      ],
      channels: [channel('web', 'db', { class: 'ASSURED', maxDelayMs })],
    });
    expect(answered(locations, app(10), { links }).answer.verdict).toBe('Optimal');
    expect(answered(locations, app(9), { links }).answer.verdict).toBe('Infeasible');
  });
});

describe('data', () => {
  it('counts from the nearest copy that is fresh enough; of unknown age none is', () => {
    const locations = [location('a', 1), location('b', 1), location('c', 1)];
    const datasets = [
      {
        id: 'faces',
        holders: [
          { location: 'a', stalenessSeconds: 100 },
          { location: 'b' },
          { location: 'c', stalenessSeconds: 5 },
        ],
      },
    ];
    const at = (maxStalenessSeconds?: number) =>
      answered(
        locations,
        {
          services: [
            service('s', {
              data: [
                {
                  dataset: 'faces',
                  locality: 'Required',
                  ...(maxStalenessSeconds && { maxStalenessSeconds }),
                },
              ],
              onlyLocations: ['a', 'b', 'c'],
            }),
          ],
        },
        { datasets },
      );
    expect(at(10).places['s']).toBe('c');
    expect(at(1).answer.verdict).toBe('Infeasible');
    expect(at().places['s']).toBe('a');
  });
});

describe('users', () => {
  it('come from the nearest location of their region', () => {
    const locations = [
      location('a', 1, { region: 'north' }),
      location('b', 1, { region: 'north' }),
      location('c', 1, { region: 'south' }),
    ];
    const { answer, places } = answered(
      locations,
      {
        profile: { delay: 1 },
        services: [service('web', { onlyLocations: ['c'] })],
        entryPoints: [{ id: 'e', service: 'web', region: 'north', callsPerSecond: 2 }],
      },
      { links: [both('a', 'c', 20), both('b', 'c', 7)] },
    );
    expect([places['web'], answer.terms.delay]).toEqual(['c', 7]);
  });
});

describe('what runs', () => {
  const locations = [location('a', 2), location('b', 1)];
  const move = (stateGB: number, weight: number) =>
    answered(locations, {
      profile: { cost: 1, migration: weight },
      services: [
        service('s', {
          running: [{ location: 'a', replicas: 1 }],
          move: { policy: 'Anywhere', stateGB },
        }),
      ],
    });

  it('moves where that gains more than the move costs, and counts replicas and their state', () => {
    // Moving saves 2/3 of the reference of cost and costs 1 + state of the reference of migration.
    expect(move(0, 0.6).places['s']).toBe('b');
    expect(move(0, 0.6).answer.terms.migration).toBe(1);
    expect(move(3, 0.6).places['s']).toBe('a');
    expect(move(3, 0.1).answer.terms.migration).toBe(4);
  });
});

describe('what is told of the round', () => {
  const locations = [location('a', 1), location('b', 1)];
  const ends = [service('s', { onlyLocations: ['a'] }), service('t', { onlyLocations: ['b'] })];
  const app = (id: string, bandwidthMbps: number): App => ({
    id,
    profile: { cost: 1 },
    services: ends,
    channels: [channel('s', 't', { class: 'ASSURED', bandwidthMbps })],
  });

  it('is what all applications reserve on each direction of each link, and the sum of costs with a bound', () => {
    const { result } = answered(
      locations,
      {},
      {
        links: [{ ...both('a', 'b', 1), bandwidthMbps: 9 }],
        applications: [app('x', 2), app('y', 3)],
      },
    );
    expect(result.links).toEqual([{ from: 'a', to: 'b', link: 0, reservedMbps: 5, bandwidthMbps: 9 }]);
    const objectives = result.applications.map(({ objective }) => objective!);
    expect(result.round).toMatchObject({ placed: 2, objective: objectives[0]! + objectives[1]!, gap: 0 });
  });

  it('has a price on a link that is in the way, and the way round it that is dearer', () => {
    const three = ['a', 'b', 'c'].map((id, at) => location(id, [1, 1, 2][at]!));
    const links = [
      { ...both('a', 'b', 1), bandwidthMbps: 3 },
      { ...both('a', 'c', 1), bandwidthMbps: 100 },
    ];
    const callees = ['t', 'u', 'v'].map((id) => service(id, { notLocations: ['a'] }));
    const { result, answer, places } = answered(
      three,
      {
        services: [service('s', { onlyLocations: ['a'] }), ...callees],
        channels: callees.map(({ id }) =>
          channel('s', id, { class: 'ASSURED', bandwidthMbps: 1.5, bytesPerCall: 0 }),
        ),
      },
      { links },
    );
    expect(answer.verdict).toBe('Optimal');
    expect(Object.values(places).sort()).toEqual(['a', 'b', 'b', 'c']);
    const narrow = result.links!.find(({ to }) => to === 'b')!;
    expect(narrow).toMatchObject({ reservedMbps: 3, bandwidthMbps: 3 });
    // One more Mbit/s is two thirds of what takes the third callee from c to b.
    expect(narrow.price).toBeGreaterThan(0);
  });

  it('says over what a bound was worked out', () => {
    const { answer } = answered(locations, { services: ends });
    expect(answer.boundOver).toEqual({ labels: 2, locations: 2 });
    const many = Array.from({ length: 1200 }, (_, k) =>
      location(`l${k}`, 1 + (k % 7), { zone: `z${k % 40}` }),
    );
    const large = answered(many, {
      profile: { cost: 1, delay: 1 },
      services: [service('s'), service('t')],
      channels: [channel('s', 't')],
    });
    expect(large.answer.boundOver!.locations).toBe(1200);
    expect(large.answer.boundOver!.labels).toBeLessThan(1200);
  });
});
