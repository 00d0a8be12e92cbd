import { describe, expect, it } from 'vitest';
import { modelOf } from '../../../test/support/enginemodel.ts';
import { Problem, type ProblemInput } from '../problem.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import { tooFewReplicas } from './toofewreplicas.ts';

type App = ProblemInput['applications'][number];

/** Services `a`, `b`, … with these replicas, each calling the next; `spread` services go to two locations. */
function tooFew(replicas: readonly number[], spread: string, more: Partial<App> = {}): boolean {
  const name = (at: number) => String.fromCharCode(97 + at);
  const services = replicas.map((count, at) => ({
    id: name(at),
    demand: { cpu: 1 },
    replicas: count,
    ...(spread.includes(name(at)) ? { spread: { over: 'Location' as const, min: 2 } } : {}),
  }));
  const channels = services.slice(1).map(({ id }, at) => ({
    id: `c${at}`,
    from: name(at),
    to: { service: id },
    callsPerSecond: 1,
    bytesPerCall: 1,
  }));
  const problem = Problem.parse({
    format: PROBLEM_FORMAT,
    locations: ['x', 'y', 'z'].map((id) => ({ id, free: { cpu: 9 } })),
    fixed: [{ application: 'other', service: 'db', shares: [{ location: 'x', replicas: 3 }] }],
    applications: [{ id: 'app', profile: { cost: 1 }, crossing: false, services, channels, ...more }],
  });
  return tooFewReplicas(modelOf(problem).model);
}

describe('tooFewReplicas', () => {
  it('holds where a callee cannot be on every location of its caller and no channel may cross', () => {
    expect(tooFew([2, 1], 'a')).toBe(true);
    expect(tooFew([2, 2], 'a')).toBe(false);
  });

  it('holds along a chain of channels', () => {
    expect(tooFew([2, 2, 2, 1], 'a')).toBe(true);
    expect(tooFew([2, 3, 2, 2], 'a')).toBe(false);
  });

  it('does not hold where only the callee is spread: its other replicas have no caller', () => {
    expect(tooFew([1, 2], 'b')).toBe(false);
  });

  it('does not hold where channels may cross', () => {
    expect(tooFew([2, 1], 'a', { crossing: true })).toBe(false);
  });

  it('holds where one replica must survive the loss of any domain', () => {
    expect(tooFew([1], '', { survive: 'AnyDomain' })).toBe(true);
    expect(tooFew([2], '', { survive: 'AnyDomain' })).toBe(false);
  });

  it('counts the locations of a service of another application that has its place', () => {
    const channel = { id: 'db', from: 'a', callsPerSecond: 1, bytesPerCall: 1 };
    const to = { application: 'other', service: 'db' };
    expect(tooFew([2], 'a', { channels: [{ ...channel, to }] })).toBe(true);
    expect(tooFew([2], '', { channels: [{ ...channel, to }] })).toBe(false);
  });
});
