import { describe, expect, it } from 'vitest';
import { Problem, type ProblemInput } from '../problem.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import { buildPaths } from './paths.ts';

const app = { id: 'x', profile: { cost: 1 }, services: [{ id: 's', demand: {} }] };

const pathsOf = (more: Partial<ProblemInput>) =>
  buildPaths(
    Problem.parse({
      format: PROBLEM_FORMAT,
      locations: ['a', 'b', 'c'].map((id) => ({ id, free: {} })),
      applications: [app],
      ...more,
    }),
  );

describe('paths', () => {
  it('take the way with the least delay and sum up what lies along it', () => {
    const paths = pathsOf({
      nodes: ['n'],
      links: [
        { from: 'a', to: 'n', delayMs: 2, usdPerGB: 1, bidirectional: true },
        { from: 'n', to: 'b', delayMs: 3, usdPerGB: 2, bidirectional: true },
        { from: 'a', to: 'b', delayMs: 9 },
      ],
    });
    expect(paths.delay[1]).toBe(5);
    expect(paths.usdPerGB[1]).toBe(3);
    expect(paths.linksOf(1)).toEqual([0, 2]);
  });

  it('never lead through a location', () => {
    const paths = pathsOf({
      links: [
        { from: 'a', to: 'b', delayMs: 1 },
        { from: 'b', to: 'c', delayMs: 1 },
      ],
    });
    expect(paths.delay[2]).toBe(Number.POSITIVE_INFINITY);
  });

  it('prefer fewer links, then the smaller id, where delays are equal', () => {
    const paths = pathsOf({
      nodes: ['n2', 'n1'],
      links: [
        { from: 'a', to: 'n2', delayMs: 1 },
        { from: 'n2', to: 'b', delayMs: 1 },
        { from: 'a', to: 'n1', delayMs: 1 },
        { from: 'n1', to: 'b', delayMs: 1 },
        { from: 'a', to: 'c', delayMs: 2 },
        { from: 'n1', to: 'c', delayMs: 1 },
      ],
    });
    expect(paths.linksOf(1)).toEqual([2, 3]);
    expect(paths.linksOf(2)).toEqual([4]);
  });

  it('prefer fewer links also where the way with more is found first', () => {
    const paths = pathsOf({
      nodes: ['n1', 'n2', 'n3'],
      links: [
        { from: 'a', to: 'n1', delayMs: 1 },
        { from: 'n1', to: 'n2', delayMs: 1 },
        { from: 'n2', to: 'b', delayMs: 1 },
        { from: 'a', to: 'n3', delayMs: 2.5 },
        { from: 'n3', to: 'b', delayMs: 0.5 },
      ],
    });
    expect(paths.linksOf(1)).toEqual([3, 4]);
  });

  it('come to an end over links without delay in a circle', () => {
    const paths = pathsOf({
      nodes: ['n1', 'n2'],
      links: [
        { from: 'a', to: 'n2', delayMs: 0, bidirectional: true },
        { from: 'n1', to: 'n2', delayMs: 0, bidirectional: true },
        { from: 'n1', to: 'b', delayMs: 0, bidirectional: true },
      ],
    });
    expect(paths.delay[1]).toBe(0);
    expect(paths.linksOf(1)).toHaveLength(3);
  });

  it('come from matrices where there are any, with null for no path', () => {
    const paths = pathsOf({
      matrices: {
        delayMs: [
          [7, 1, null],
          [2, 0, 3],
          [null, 4, 0],
        ],
      },
    });
    expect([...paths.delay]).toEqual([
      0,
      1,
      Number.POSITIVE_INFINITY,
      2,
      0,
      3,
      Number.POSITIVE_INFINITY,
      4,
      0,
    ]);
    expect(paths.worstDelay).toBe(4);
  });
});
