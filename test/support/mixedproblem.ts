import fc from 'fast-check';
import { Problem, type ProblemInput } from '../../src/engine/problem.ts';
import { PROBLEM_FORMAT } from '../../src/engine/vocabulary.ts';

type Service = ProblemInput['applications'][number]['services'][number] & {
  data: unknown;
  requirements: unknown;
};

export const LOCATIONS = ['a', 'b', 'c', 'd'];

const locationArb = (id: string) =>
  fc.record({
    id: fc.constant(id),
    zone: fc.option(fc.constantFrom('z1', 'z2'), { nil: undefined }),
    jurisdiction: fc.constantFrom('EU', 'US'),
    securityClass: fc.integer({ min: 0, max: 2 }),
    labels: fc.constantFrom({}, { gpu: 'yes' }),
    free: fc.record({ cpu: fc.integer({ min: 1, max: 8 }) }),
    priceUSDPerHour: fc.option(fc.record({ cpu: fc.integer({ min: 1, max: 9 }) }), { nil: undefined }),
    wattsPerCore: fc.constantFrom(3, 5),
    gramsPerKWh: fc.option(fc.integer({ min: 10, max: 700 }), { nil: undefined }),
    availability: fc.constantFrom(0.99, 0.999),
  });

const serviceArb = (id: string) =>
  fc.record({
    id: fc.constant(id),
    demand: fc.record({ cpu: fc.integer({ min: 1, max: 3 }) }),
    replicas: fc.integer({ min: 1, max: 2 }),
    requirements: fc.constantFrom<Service['requirements']>([], [], [{ key: 'gpu', operator: 'Exists' }]),
    securityClass: fc.constantFrom(undefined, undefined, 1, 2),
    spread: fc.constantFrom(
      undefined,
      undefined,
      { over: 'Zone' as const, min: 2 },
      { over: 'Location' as const, min: 2 },
    ),
    data: fc.constantFrom(
      [],
      [],
      [{ dataset: 'faces', locality: 'Required', maxDelayMs: 5 }],
      [{ dataset: 'faces' }],
    ),
  });

const appArb = (id: string) =>
  fc
    .record({
      size: fc.integer({ min: 1, max: 3 }),
      services: fc.tuple(serviceArb('s0'), serviceArb('s1'), serviceArb('s2')),
      class: fc.constantFrom('Gold' as const, 'Silver' as const, 'BestEffort' as const),
      crossing: fc.constantFrom(true, true, false),
      survive: fc.constantFrom('None' as const, 'None' as const, 'AnyDomain' as const),
      profile: fc.constantFrom(
        { cost: 1 },
        { carbon: 1, delay: 1 },
        { delay: 2, resilience: 1, balance: 1 },
        { cost: 1, carbon: 1, delay: 1, resilience: 1 },
      ),
      edges: fc.array(
        fc.record({
          from: fc.integer({ min: 0, max: 2 }),
          to: fc.integer({ min: 0, max: 2 }),
          class: fc.constantFrom('ASSURED' as const, 'BESTEFFORT' as const),
          maxDelayMs: fc.constantFrom(undefined, 2, 5, 9),
          bandwidthMbps: fc.constantFrom(undefined, 4, 8),
          callsPerSecond: fc.integer({ min: 1, max: 5 }),
          clean: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
    })
    .map(({ size, services, edges, ...rest }) => ({
      id,
      ...rest,
      services: services.slice(0, size),
      channels: edges
        .filter(({ from, to }) => from !== to && from < size && to < size)
        .map(({ from, to, ...channel }, index) => ({
          id: `c${index}`,
          from: `s${from}`,
          to: { service: `s${to}` },
          bytesPerCall: 1000,
          ...channel,
        })),
    }));

/** Two applications that share four locations, for what only several show: order, room, neighbours. */
export const mixedProblem: fc.Arbitrary<Problem> = fc
  .record({
    locations: fc.tuple(...LOCATIONS.map(locationArb)),
    links: fc.array(
      fc.record({
        from: fc.constantFrom(...LOCATIONS, 'hub'),
        to: fc.constantFrom(...LOCATIONS, 'hub'),
        delayMs: fc.integer({ min: 1, max: 6 }),
        bandwidthMbps: fc.constantFrom(undefined, 6, 10),
        usdPerGB: fc.constantFrom(undefined, 0.05),
        bidirectional: fc.boolean(),
      }),
      { maxLength: 10 },
    ),
    holders: fc.subarray(LOCATIONS),
    residency: fc.constantFrom<string[]>([], [], ['EU']),
    applications: fc.tuple(appArb('x'), appArb('y')),
  })
  .map(({ locations, links, holders, residency, applications }) =>
    Problem.parse({
      format: PROBLEM_FORMAT,
      locations,
      nodes: ['hub'],
      links: links.filter(({ from, to }) => from !== to),
      datasets: [{ id: 'faces', holders: holders.map((location) => ({ location })), residency }],
      applications,
    }),
  );
