import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, termsOfPlacement } from '../../src/engine/check.ts';
import { PROBLEM_FORMAT, Problem, type ProblemInput } from '../../src/engine/problem.ts';
import { RESULT_FORMAT, type Result, TERMS } from '../../src/engine/result.ts';
import { solveSmall } from '../../src/engine/small.ts';

const OPTIONS = { work: 2_000_000, seed: 1, clock: () => 0, cancelled: () => false };

type Service = ProblemInput['applications'][number]['services'][number] & {
  data: unknown;
  requirements: unknown;
};

const LOCATIONS = ['a', 'b', 'c', 'd'];

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

const problemArb: fc.Arbitrary<Problem> = fc
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

/** Every way to put each service's replicas on locations, replica by replica. */
function* placements(problem: Problem): Generator<Result> {
  const app = problem.applications[0]!;
  const replicas = app.services.flatMap((service) =>
    Array.from({ length: service.replicas }, () => service.id),
  );
  const total = LOCATIONS.length ** replicas.length;
  for (let code = 0; code < total; code += 1) {
    const shares = new Map<string, Map<string, number>>();
    let rest = code;
    for (const service of replicas) {
      const location = LOCATIONS[rest % LOCATIONS.length]!;
      rest = Math.floor(rest / LOCATIONS.length);
      const of = shares.get(service) ?? new Map<string, number>();
      shares.set(service, of.set(location, (of.get(location) ?? 0) + 1));
    }
    yield {
      format: RESULT_FORMAT,
      engine: 'brute force',
      seed: 0,
      work: 0,
      prices: {},
      applications: [
        {
          application: app.id,
          verdict: 'Feasible',
          services: [...shares].map(([service, of]) => ({
            service,
            shares: [...of].map(([location, count]) => ({ location, replicas: count })),
            ruledOut: [],
          })),
          channels: [],
          terms: {},
          normalised: {},
          proof: 'None',
          conflict: [],
          relaxations: [],
          dropped: [],
        },
      ],
    };
  }
}

const alone = (problem: Problem): Problem => ({ ...problem, applications: problem.applications.slice(0, 1) });

describe('the small engine', () => {
  it('gives no placement that the referee rejects', () => {
    fc.assert(
      fc.property(problemArb, (problem) => {
        expect(check(problem, solveSmall(problem, OPTIONS))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('never calls infeasible what has a placement', () => {
    fc.assert(
      fc.property(problemArb, (input) => {
        const problem = alone(input);
        if (solveSmall(problem, OPTIONS).applications[0]!.verdict !== 'Infeasible') return;
        for (const candidate of placements(problem)) expect(check(problem, candidate)).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('is never dearer than a placement of the same shape that it calls worse', () => {
    fc.assert(
      fc.property(problemArb, (input) => {
        const problem = alone(input);
        const [answer] = solveSmall(problem, OPTIONS).applications;
        if (answer!.verdict !== 'Optimal') return;
        // Pinning every service elsewhere must not give a better objective.
        for (const location of LOCATIONS) {
          const app = problem.applications[0]!;
          const forced: Problem = {
            ...problem,
            applications: [
              {
                ...app,
                services: app.services.map((service, index) =>
                  index === 0 ? { ...service, onlyLocations: [location] } : service,
                ),
              },
            ],
          };
          const other = solveSmall(forced, OPTIONS).applications[0]!;
          if (other.objective !== undefined)
            expect(other.objective).toBeGreaterThanOrEqual(answer!.objective! - 1e-9);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('claims no bound above, and no optimum below or above, the best of all placements', () => {
    fc.assert(
      fc.property(problemArb, (input) => {
        const problem = alone(input);
        const app = problem.applications[0]!;
        const [answer] = solveSmall(problem, OPTIONS).applications;
        if (answer!.objective === undefined) return;
        const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
        let best = Number.POSITIVE_INFINITY;
        for (const candidate of placements(problem)) {
          if (check(problem, candidate).length > 0) continue;
          const { normalised } = termsOfPlacement(problem, candidate, app);
          const objective = TERMS.reduce(
            (sum, term) => sum + (app.profile[term] / weights) * (normalised[term] ?? 0),
            0,
          );
          best = Math.min(best, objective);
        }
        expect(answer!.objective).toBeGreaterThanOrEqual(best - 1e-9);
        expect(answer!.lowerBound).toBeLessThanOrEqual(best + 1e-9);
        if (answer!.verdict === 'Optimal') expect(answer!.objective).toBeLessThanOrEqual(best + 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same bytes for the same problem', () => {
    fc.assert(
      fc.property(problemArb, (problem) => {
        expect(JSON.stringify(solveSmall(problem, OPTIONS))).toBe(
          JSON.stringify(solveSmall(problem, OPTIONS)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('admits the others as before when an application that cannot be placed is taken out', () => {
    fc.assert(
      fc.property(problemArb, (problem) => {
        const both = solveSmall(problem, OPTIONS).applications;
        if (both[0]!.verdict !== 'Infeasible') return;
        const without = solveSmall(
          { ...problem, applications: problem.applications.slice(1) },
          OPTIONS,
        ).applications;
        expect(without[0]).toEqual(both[1]);
      }),
      { numRuns: 200 },
    );
  });

  it('verifies each relaxation it names', () => {
    fc.assert(
      fc.property(problemArb, (input) => {
        const [answer] = solveSmall(alone(input), OPTIONS).applications;
        for (const relaxation of answer!.relaxations) expect(relaxation.verified).toBe(true);
        if (answer!.verdict === 'Infeasible') expect(answer!.conflict.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });
});
