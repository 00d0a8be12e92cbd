import { expect, test } from 'vitest';
import { progressOn } from './progress.ts';

test('progress is silent for two seconds, then tells best and bound once a second', () => {
  let now = 0;
  const lines: string[] = [];
  const tell = progressOn(
    (text) => lines.push(text),
    () => now,
  );
  for (now = 0; now < 4_000; now += 100) tell({ work: now * 1e6, best: 0.42, bound: 0.4 });
  expect(lines).toEqual([
    '2 s: best 0.42, bound 0.4, 2000000000 units of work, at most 5.0 % above the optimum',
    '3 s: best 0.42, bound 0.4, 3000000000 units of work, at most 5.0 % above the optimum',
  ]);
});
