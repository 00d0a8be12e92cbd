import { expect, it } from 'vitest';
import type { Solve } from '../../engine/port.ts';
import { solve } from '../../engine/solve.ts';
import { warmUp } from './warmup.ts';

it('runs the engine on a problem that it places', () => {
  const verdicts: string[] = [];
  const watched: Solve = (problem, options) => {
    const result = solve(problem, options);
    verdicts.push(...result.applications.map(({ verdict }) => verdict));
    return result;
  };
  warmUp(watched);
  expect(verdicts.length).toBeGreaterThan(0);
  expect(new Set(verdicts)).toEqual(new Set(['Optimal']));
});

it('leaves a failure of the engine to the first problem that somebody waits for', () => {
  const failing: Solve = () => {
    throw new Error('no kernels');
  };
  expect(() => warmUp(failing)).not.toThrow();
});
