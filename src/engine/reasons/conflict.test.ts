import { describe, expect, it } from 'vitest';
import { Problem, type ProblemInput } from '../problem.ts';
import { solve } from '../solve.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import { explainInfeasible } from './conflict.ts';
import { requirementsOf, without } from './requirements.ts';
import { conflictSentence } from './sentence.ts';

type App = ProblemInput['applications'][number];

const OPTIONS = { work: 2_000_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** A camera's frames must reach a detector that needs a GPU and reads faces that may not leave the EU. */
const vision = (more: Partial<App> = {}): Problem =>
  Problem.parse({
    format: PROBLEM_FORMAT,
    locations: [
      { id: 'site', jurisdiction: 'EU', free: { cpu: 4 } },
      { id: 'near', jurisdiction: 'EU', free: { cpu: 4 } },
      { id: 'far', jurisdiction: 'EU', free: { cpu: 4, gpu: 1 } },
      { id: 'abroad', jurisdiction: 'US', free: { cpu: 4, gpu: 1 } },
    ],
    links: [
      { from: 'site', to: 'near', delayMs: 2, bidirectional: true },
      { from: 'site', to: 'far', delayMs: 11, bidirectional: true },
      { from: 'site', to: 'abroad', delayMs: 5, bidirectional: true },
    ],
    datasets: [{ id: 'faces', holders: [{ location: 'near' }], residency: ['EU'] }],
    applications: [
      {
        id: 'vision',
        profile: { delay: 1 },
        services: [
          { id: 'camera', demand: { cpu: 1 }, onlyLocations: ['site'] },
          { id: 'detector', demand: { cpu: 2, gpu: 1 }, data: [{ dataset: 'faces' }] },
          { id: 'archive', demand: { cpu: 1 }, securityClass: 0 },
        ],
        channels: [
          {
            id: 'frames',
            from: 'camera',
            to: { service: 'detector' },
            class: 'ASSURED',
            maxDelayMs: 8,
            callsPerSecond: 25,
            bytesPerCall: 200_000,
            clean: true,
          },
          { id: 'found', from: 'detector', to: { service: 'archive' }, callsPerSecond: 1, bytesPerCall: 1 },
        ],
        ...more,
      },
    ],
  });

const explain = (problem: Problem) => explainInfeasible(problem, problem.applications[0]!, OPTIONS);

describe('an impossible application', () => {
  it('is explained by a set of which every requirement is needed', () => {
    const problem = vision();
    const app = problem.applications[0]!;
    const { conflict, minimal } = explain(problem);
    expect(conflict.map(({ rule }) => rule).sort()).toEqual(['Capacity', 'Delay', 'Residency', 'Selector']);
    expect(minimal).toBe(true);

    const requirements = requirementsOf(problem, app);
    const named = new Set(conflict.map(({ message }) => message));
    const set = requirements.filter(
      ({ message, peer }) => named.has(message) || named.has(peer?.message ?? ''),
    );
    const only = (kept: readonly string[]) => {
      const removed = requirements.map(({ key }) => key).filter((key) => !kept.includes(key));
      const less = without(problem, app, requirements, new Set(removed));
      return solve(less, { ...OPTIONS, explain: false }).applications[0]!.verdict;
    };
    const keys = set.map(({ key }) => key);
    expect(only(keys)).toBe('Infeasible');
    for (const key of keys) expect(only(keys.filter((each) => each !== key))).toBe('Optimal');
  });

  it('is told the cheapest change first, which is enough and no more than needed', () => {
    const { relaxations } = explain(vision());
    expect(relaxations[0]).toEqual({
      rule: 'Delay',
      service: 'camera',
      channel: 'frames',
      from: '8 ms',
      to: '11 ms',
      message: 'raise maxDelay of channel frames to 11 ms (then: site and far)',
      verified: true,
    });
    const at = (maxDelayMs: number) => {
      const problem = vision();
      problem.applications[0]!.channels[0]!.maxDelayMs = maxDelayMs;
      return solve(problem, OPTIONS).applications[0]!.verdict;
    };
    expect([at(10.9), at(11)]).toEqual(['Infeasible', 'Optimal']);
  });

  it('is told in one sentence that no cluster has all', () => {
    const problem = vision();
    // With the camera fixed by another application, all of it is asked of the detector.
    problem.fixed = [{ application: 'cams', service: 'camera', shares: [{ location: 'site', replicas: 1 }] }];
    const app = problem.applications[0]!;
    app.services = app.services.filter(({ id }) => id !== 'camera');
    app.channels[0]!.from = 'detector';
    app.channels[0]!.to = { application: 'cams', service: 'camera' };
    const { conflict, relaxations } = explain(problem);
    expect(conflictSentence(conflict, relaxations)).toBe(
      'detector needs 1 gpu, must be within 8 ms of camera (channel frames, ASSURED) and data set faces may not leave EU: ' +
        'no cluster has all three. Nearest: raise maxDelay of channel frames to 11 ms (then: far)',
    );
  });

  it('names a missing path as such where no limit would help', () => {
    const problem = vision();
    problem.links = problem.links.filter(({ to }) => to !== 'far');
    problem.locations.splice(3, 1);
    problem.links.splice(1, 1);
    const { conflict } = explain(problem);
    expect(conflict.map(({ rule }) => rule)).toContain('Path');
    expect(conflict.map(({ rule }) => rule)).not.toContain('Delay');
  });

  it('whose requests are slightly too large is told how much fits', () => {
    const problem = vision({
      channels: [],
      services: [{ id: 'big', demand: { cpu: 5 } }],
    });
    const { conflict, relaxations } = explain(problem);
    expect(conflictSentence(conflict)).toBe('big needs 5 cpu: no cluster has that');
    expect(relaxations[0]).toMatchObject({ rule: 'Capacity', from: '5 cpu', to: '4 cpu', verified: true });
  });

  it('with two conflicts is told what must go together', () => {
    const problem = vision({
      channels: [],
      services: [
        { id: 'big', demand: { cpu: 50 } },
        { id: 'odd', demand: { cpu: 1 }, onlyLocations: [] },
      ],
    });
    const { relaxations } = explain(problem);
    expect(relaxations).toHaveLength(1);
    expect(relaxations[0]).toMatchObject({ verified: true });
    expect(relaxations[0]!.message).toMatch(/^drop together the requirements that .*big needs 50 cpu/);
  });

  it.each<[string, Partial<App>, (problem: Problem) => void, string[]]>([
    [
      'bandwidth of one uplink for two flows',
      {
        services: [
          { id: 'a', demand: { cpu: 1 }, onlyLocations: ['site'] },
          { id: 'b', demand: { cpu: 1 }, onlyLocations: ['near'] },
          { id: 'c', demand: { cpu: 1 }, onlyLocations: ['near'] },
        ],
        channels: ['b', 'c'].map((to) => ({
          id: to,
          from: 'a',
          to: { service: to },
          class: 'ASSURED' as const,
          bandwidthMbps: 60,
          callsPerSecond: 1,
          bytesPerCall: 1,
        })),
      },
      (problem) => {
        problem.links[0]!.bandwidthMbps = 100;
      },
      ['Bandwidth', 'Bandwidth', 'Selector', 'Selector', 'Selector'],
    ],
    [
      'residency that a channel carries on',
      {
        services: [
          { id: 'reader', demand: { cpu: 1 }, data: [{ dataset: 'faces' }] },
          { id: 'writer', demand: { cpu: 1 }, onlyLocations: ['abroad'] },
        ],
        channels: [
          { id: 'c', from: 'reader', to: { service: 'writer' }, callsPerSecond: 1, bytesPerCall: 1 },
        ],
      },
      () => {},
      ['Residency', 'Selector'],
    ],
    [
      'more GPUs than there are',
      {
        channels: [],
        services: ['a', 'b', 'c'].map((id) => ({ id, demand: { gpu: 1 } })),
      },
      () => {},
      ['Capacity', 'Capacity', 'Capacity'],
    ],
    [
      'taints that nothing tolerates',
      { channels: [], services: [{ id: 'a', demand: { cpu: 1 } }] },
      (problem) => {
        for (const location of problem.locations)
          location.taints = [{ key: 'edge', value: '', effect: 'NoSelect' }];
      },
      ['Taint'],
    ],
  ])('of the kind %s is proved, with a set of which all is needed', (_, app, change, rules) => {
    const problem = vision(app);
    change(problem);
    const { proved, minimal, conflict, relaxations } = explain(problem);
    expect({ proved, minimal }).toEqual({ proved: true, minimal: true });
    expect(conflict.map(({ rule }) => rule)).toEqual(rules);
    expect(relaxations.length).toBeGreaterThan(0);
  });
});
