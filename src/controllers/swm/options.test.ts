import { describe, expect, it } from 'vitest';
import { OptionError, parseOptions } from '../../runtime/options.ts';
import { SWM_FLAGS, swmOptions } from './options.ts';

const read = (...args: string[]) => swmOptions(parseOptions(args, SWM_FLAGS).extra);

describe('the flags of SWM', () => {
  it('have defaults', () => {
    expect(read()).toEqual({
      topologyNamespaces: ['codeco-system'],
      workBudget: 2_000_000_000,
      deadlineMs: 10_000,
      seed: 1,
      clusterGraceMs: 300_000,
      improveEveryMs: 30_000,
    });
  });

  it('can be set, the namespaces of declared links more than once', () => {
    const args = ['--topology-namespace=net', '--topology-namespace', 'ops', '--deadline=1m', '--seed=7'];
    expect(read(...args)).toMatchObject({ topologyNamespaces: ['net', 'ops'], deadlineMs: 60_000, seed: 7 });
  });

  it.each([
    ['--work-budget=0', '--work-budget 0: a whole number of at least 1 is needed'],
    ['--seed=x', '--seed x: a whole number of at least 0 is needed'],
    ['--deadline=soon', '--deadline soon: write a duration'],
    ['--deadline=0s', '--deadline 0s: it must be above 0'],
  ])('refuse %s', (arg, message) => {
    expect(() => read(arg)).toThrow(OptionError);
    expect(() => read(arg)).toThrow(message);
  });
});
