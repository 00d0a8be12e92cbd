import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type { SolveOptions } from './port.ts';
import { Problem, type ProblemInput } from './problem.ts';
import type { Result } from './result.ts';
import { solve } from './solve.ts';
import { PROBLEM_FORMAT } from './vocabulary.ts';

type App = ProblemInput['applications'][number];
type Service = App['services'][number];

const OPTIONS: SolveOptions = { work: 1_000_000, seed: 1, clock: () => 0, cancelled: () => false };

const service = (id: string, more: Partial<Service> = {}): Service => ({ id, demand: { cpu: 1 }, ...more });
const app = (id: string, more: Partial<App> = {}): App => ({
  id,
  profile: { cost: 1 },
  services: [service('s')],
  ...more,
});
/** Three locations with 4 cores each, a the cheapest; delays 5 ms from a to b and 20 ms to c. */
const problem = (applications: App[], more: Partial<ProblemInput> = {}): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: ['a', 'b', 'c'].map((id, index) => ({
      id,
      free: { cpu: 4 },
      priceUSDPerHour: { cpu: index + 1 },
      availability: 0.99,
    })),
    links: [
      { from: 'a', to: 'b', delayMs: 5, bidirectional: true },
      { from: 'a', to: 'c', delayMs: 20, bidirectional: true },
    ],
    applications,
    ...more,
  });
const answersOf = (result: Result) =>
  Object.fromEntries(result.applications.map((answer) => [answer.application, answer]));
const placesOf = (result: Result, id: string) =>
  answersOf(result)[id]!.services.map(({ shares }) => shares.map(({ location }) => location));

describe('the engine', () => {
  it('takes the cheapest location and proves it', () => {
    const result = solve(problem([app('x')]), OPTIONS);
    expect(placesOf(result, 'x')).toEqual([['a']]);
    expect(result.applications[0]).toMatchObject({ verdict: 'Optimal', gap: 0 });
  });

  it('leaves what runs where equal costs give no reason to move it', () => {
    const running = [{ location: 'c', replicas: 1 }];
    const input = problem([app('x', { profile: { resilience: 1 }, services: [service('s', { running })] })]);
    expect(placesOf(solve(input, OPTIONS), 'x')).toEqual([['c']]);
  });

  it('admits Gold before BestEffort and names who holds the capacity', () => {
    const big = [service('s', { demand: { cpu: 4 }, onlyLocations: ['a'] })];
    const input = problem([
      app('low', { class: 'BestEffort', services: big }),
      app('high', { class: 'Gold', services: big }),
    ]);
    const { low, high } = answersOf(solve(input, OPTIONS));
    expect(high!.verdict).toBe('Optimal');
    expect(low).toMatchObject({
      verdict: 'Deferred',
      conflict: [{ rule: 'Capacity', message: 'would fit on a, but not beside high' }],
    });
  });

  it('admits all of a class before any of a lower one, however small, and whatever its name', () => {
    const only = (cpu: number) => [service('s', { demand: { cpu }, onlyLocations: ['a'] })];
    const input = problem([
      app('a', { class: 'BestEffort', services: only(1) }),
      app('b', { class: 'Silver', services: only(2) }),
      app('c', { class: 'Gold', services: only(3) }),
    ]);
    const verdicts = solve(input, OPTIONS).applications.map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['Optimal', 'Deferred', 'Optimal']);
  });

  it('does not let a newcomer of a higher class displace what runs', () => {
    const on = (more: Partial<Service>) => [
      service('s', { demand: { cpu: 4 }, onlyLocations: ['a'], ...more }),
    ];
    const input = problem([
      app('runs', { class: 'BestEffort', services: on({ running: [{ location: 'a', replicas: 1 }] }) }),
      app('new', { class: 'Gold', services: on({}) }),
    ]);
    const { runs, new: newcomer } = answersOf(solve(input, OPTIONS));
    expect([runs!.verdict, newcomer!.verdict]).toEqual(['Optimal', 'Deferred']);
  });

  it('spends no work of the others on explaining what is impossible', () => {
    const impossible = Array.from({ length: 20 }, (_, index) =>
      app(`bad${index}`, { class: 'Gold', services: [service('s', { demand: { cpu: 99 } }), service('t')] }),
    );
    const result = solve(problem([...impossible, app('x')]), { ...OPTIONS, work: 10 });
    const without = solve(problem([app('x')]), { ...OPTIONS, work: 10 });
    expect(answersOf(result)['x']).toEqual(without.applications[0]);
  });

  it('names the limit that cannot be met and the least change that helps', () => {
    const channels = [
      {
        id: 'frames',
        from: 'camera',
        to: { service: 'detector' },
        class: 'ASSURED' as const,
        maxDelayMs: 3,
        callsPerSecond: 1,
        bytesPerCall: 1,
      },
    ];
    const services = [
      service('camera', { onlyLocations: ['b'] }),
      service('detector', { onlyLocations: ['a'] }),
    ];
    const [answer] = solve(problem([app('x', { services, channels })]), OPTIONS).applications;
    expect(answer!.verdict).toBe('Infeasible');
    expect(answer!.conflict.map(({ rule }) => rule)).toContain('Delay');
    expect(answer!.relaxations[0]).toMatchObject({ rule: 'Delay', to: '5 ms', verified: true });
  });

  it.each<[string, SolveOptions]>([
    ['the deadline is past', { ...OPTIONS, deadlineMs: -1 }],
    ['nobody waits any more', { ...OPTIONS, cancelled: () => true }],
  ])('says NoneFound at once when %s', (_, options) => {
    const input = problem([app('x'), app('y', { services: [service('s', { demand: { cpu: 99 } })] })]);
    expect(solve(input, options).applications.map(({ verdict }) => verdict)).toEqual([
      'NoneFound',
      'NoneFound',
    ]);
  });

  it('looks into no reasons before the last application has its place, and into none when time is over', () => {
    const apps = [app('x'), app('y'), app('z', { services: [service('s', { demand: { cpu: 99 } })] })];
    let late = false;
    const options: SolveOptions = {
      ...OPTIONS,
      deadlineMs: 1,
      clock: () => (late ? 2 : 0),
      onProgress: () => {
        late = true;
      },
    };
    const [first] = solve(problem([apps[0]!]), options).applications;
    expect(first).toMatchObject({ verdict: 'Optimal', services: [{ service: 's', ruledOut: [] }] });
    expect(first!.services[0]!.runnerUp).toBeUndefined();
    late = false;
    const [refused] = solve(problem([apps[2]!]), options).applications;
    expect(refused).toMatchObject({ verdict: 'Infeasible', conflict: [] });
    late = false;
    const calm = solve(problem(apps), { ...options, onProgress: () => {} }).applications;
    expect(calm[0]!.services[0]!.runnerUp).toBeDefined();
    expect(calm[2]!.conflict).toHaveLength(1);
  });

  it('spreads replicas over zones and survives the loss of one', () => {
    const input = problem([app('x', { survive: 'AnyDomain', services: [service('s', { replicas: 2 })] })]);
    const result = solve(input, OPTIONS);
    expect(placesOf(result, 'x')).toEqual([['a', 'b']]);
    expect(check(input, result)).toEqual([]);
  });

  it('calls a service that no location can hold infeasible by its capacity', () => {
    const services = [service('s', { demand: { cpu: 99 } })];
    const [answer] = solve(problem([app('x', { services })]), OPTIONS).applications;
    expect(answer).toMatchObject({ verdict: 'Infeasible', conflict: [{ rule: 'Capacity', service: 's' }] });
  });
});
