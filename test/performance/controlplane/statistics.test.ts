import { expect, it } from 'vitest';
import { concurrently, distribution, summary } from './statistics.ts';

it('takes the middle and the worst of repetitions, in whatever order they came', () => {
  expect(summary([3, 1, 5, 2, 4])).toMatchObject({ median: 3, worst: 5 });
  expect(summary([2])).toMatchObject({ median: 2, worst: 2 });
});

it('gives percentiles by nearest rank: values that were measured', () => {
  const values = Array.from({ length: 200 }, (_, index) => index + 1);
  expect(distribution(values)).toEqual({ count: 200, p50: 100, p99: 198, worst: 200 });
  expect(distribution([7])).toEqual({ count: 1, p50: 7, p99: 7, worst: 7 });
});

it('never has more under way than it may', async () => {
  let running = 0;
  let most = 0;
  await concurrently([1, 2, 3, 4, 5, 6], 2, async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  });
  expect(most).toBe(2);
});
