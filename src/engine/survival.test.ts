import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { Problem, type ProblemInput } from './problem.ts';
import type { Result } from './result.ts';
import { solve } from './solve.ts';
import { PROBLEM_FORMAT } from './vocabulary.ts';

type App = ProblemInput['applications'][number];

const OPTIONS = { work: 200_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** `s` calls `t` at 4 Mbit/s, two replicas each; `t` is cheapest on `a` and `c`, `s` runs on `a` and `b`. */
const app = (id: string, more: Partial<App> = {}): App => ({
  id,
  profile: { cost: 1 },
  survive: 'AnyDomain',
  services: [
    { id: 's', demand: { cpu: 1 }, replicas: 2, onlyLocations: ['a', 'b'] },
    { id: 't', demand: { cpu: 1 }, replicas: 2 },
  ],
  channels: [
    {
      id: 'calls',
      from: 's',
      to: { service: 't' },
      class: 'ASSURED',
      bandwidthMbps: 4,
      callsPerSecond: 1,
      bytesPerCall: 1,
    },
  ],
  ...more,
});

/** Three locations of a zone each: 2 Mbit/s are enough for half of the calls, while all replicas are there. */
const problem = (bToC: number, applications: App[] = [app('x')]): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: [
      { id: 'a', free: { cpu: 9 }, priceUSDPerHour: { cpu: 1 } },
      { id: 'b', free: { cpu: 9 }, priceUSDPerHour: { cpu: 3 } },
      { id: 'c', free: { cpu: 9 }, priceUSDPerHour: { cpu: 2 } },
    ],
    links: [
      { from: 'a', to: 'b', delayMs: 5, bandwidthMbps: 100, bidirectional: true },
      { from: 'a', to: 'c', delayMs: 5, bandwidthMbps: 100, bidirectional: true },
      { from: 'b', to: 'c', delayMs: 1, bandwidthMbps: bToC, bidirectional: true },
    ],
    applications,
  });

const placesOf = (result: Result, service: string) =>
  result.applications[0]?.services.find((each) => each.service === service)?.shares.map((s) => s.location);

describe('bandwidth after the loss of a domain', () => {
  it('is no matter where the links carry all calls of what is left', () => {
    const result = solve(problem(4), OPTIONS);
    expect(placesOf(result, 't')).toEqual(['a', 'c']);
    expect(check(problem(4), result)).toEqual([]);
  });

  it('is looked for: a dearer place whose calls the links still carry then is taken', () => {
    const result = solve(problem(3), OPTIONS);
    expect(placesOf(result, 't')).toEqual(['a', 'b']);
    expect(result.applications[0]?.verdict).toBe('Optimal');
    expect(check(problem(3), result)).toEqual([]);
  });

  it('is told with its figures by the referee', () => {
    const wide = solve(problem(4), OPTIONS);
    expect(check(problem(3), wide)).toContainEqual({
      rule: 'Bandwidth',
      application: 'x',
      message: '4 of 3 Mbit/s on the link from b to c without location a',
    });
  });

  it('makes an application infeasible where no placement keeps it, and names channel and figures', () => {
    const services = app('x').services.map((each) =>
      each.id === 't' ? { ...each, onlyLocations: ['a', 'c'] } : each,
    );
    const [answer] = solve(problem(3, [app('x', { services })]), OPTIONS).applications;
    expect(answer?.verdict).toBe('Infeasible');
    expect(answer?.conflict.map(({ message }) => message).join('; ')).toMatch(/4 Mbit\/s.*channel calls/);
  });

  it('is kept for an application by whoever comes after it', () => {
    // Each alone may use b to c; what the first would need there after the loss of a is not given away.
    const late = app('y', {
      class: 'BestEffort',
      survive: 'None',
      services: [
        { id: 's', demand: { cpu: 1 }, onlyLocations: ['b'] },
        { id: 't', demand: { cpu: 1 }, onlyLocations: ['c'] },
      ],
    });
    const both = problem(7, [app('x', { class: 'Gold' }), late]);
    const result = solve(both, OPTIONS);
    expect(check(both, result)).toEqual([]);
    expect(result.applications.map(({ verdict }) => verdict)).toEqual(['Optimal', 'Deferred']);
  });
});
