import { describe, expect, it } from 'vitest';
import { parseProblem } from './parse.ts';
import type { ProblemInput } from './problem.ts';
import { PROBLEM_FORMAT } from './vocabulary.ts';

type App = ProblemInput['applications'][number];

const service = (id: string, more: object = {}) => ({ id, demand: { cpu: 1 }, ...more });
const app = (more: Partial<App> = {}): App => ({
  id: 'x',
  profile: { cost: 1 },
  services: [service('web'), service('db')],
  ...more,
});
const problem = (more: Partial<ProblemInput> = {}): ProblemInput => ({
  format: PROBLEM_FORMAT,
  locations: [
    { id: 'edge-a', free: { cpu: 4 } },
    { id: 'edge-b', free: { cpu: 4 } },
  ],
  applications: [app()],
  ...more,
});
const channel = (from: string, to: string) => ({
  id: 'c',
  from,
  to: { service: to },
  callsPerSecond: 1,
  bytesPerCall: 1,
});
const withApp = (more: Partial<App>) => problem({ applications: [app(more)] });
const withCpu = (cpu: number) => withApp({ services: [service('web', { demand: { cpu } })] });

describe('a problem', () => {
  it('that is whole is taken as it is, with defaults', () => {
    expect(parseProblem(problem()).applications[0]!.services[0]!.replicas).toBe(1);
  });

  it.each<[string, unknown, string, string]>([
    ['is empty', {}, 'Malformed', 'format'],
    ['is no object', undefined, 'Malformed', 'problem'],
    ['has no locations', problem({ locations: [] }), 'Malformed', 'locations'],
    ['has no applications', problem({ applications: [] }), 'Malformed', 'applications'],
    ['has NaN in it', withCpu(Number.NaN), 'Malformed', 'applications[0].services[0].demand.cpu'],
    ['has 1e308 in it', withCpu(1e308), 'Malformed', 'applications[0].services[0].demand.cpu'],
    ['has a negative amount', withCpu(-1), 'Malformed', 'applications[0].services[0].demand.cpu'],
    [
      'has two services of one id',
      withApp({ services: [service('a'), service('a')] }),
      'DuplicateId',
      'applications[0].services',
    ],
    [
      'has two locations of one id',
      problem({
        locations: [
          { id: 'a', free: {} },
          { id: 'a', free: {} },
        ],
      }),
      'DuplicateId',
      'locations',
    ],
    [
      'has a channel from a service to itself',
      withApp({ channels: [channel('web', 'web')] }),
      'SelfChannel',
      'applications[0].channels[c]',
    ],
    [
      'has a channel to nowhere',
      withApp({ channels: [channel('web', 'bd')] }),
      'UnknownReference',
      'applications[0].channels[c].to.service',
    ],
    [
      'has a link to nowhere',
      problem({ links: [{ from: 'edge-a', to: 'edge-x', delayMs: 1 }] }),
      'UnknownReference',
      'links[0].to',
    ],
    ['has no weights', withApp({ profile: {} }), 'NoWeights', 'applications[0].profile'],
    [
      'has a matrix of the wrong size',
      problem({ matrices: { delayMs: [[0]] } }),
      'BadMatrix',
      'matrices.delayMs',
    ],
  ])('that %s is refused with code and path', (_, input, code, path) => {
    expect(() => parseProblem(input)).toThrow(expect.objectContaining({ code, path }));
  });

  it('that leads to an unknown service of another application is refused', () => {
    const to = { application: 'y', service: 'wbe' };
    const input = problem({
      applications: [app({ channels: [{ ...channel('web', 'db'), to }] }), app({ id: 'y' })],
    });
    expect(() => parseProblem(input)).toThrow(/no such name: y\/wbe; did you mean y\/web\?/);
  });
});
