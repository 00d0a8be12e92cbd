import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('lets an app that comes alone through at once', () => {
  const pace = new Pace();
  expect(pace.wait(0)).toBe(0);
  pace.began(0);
  pace.ended(20);
  expect(pace.wait(3_000)).toBe(0);
});

it('gathers a burst of four seconds into about ten rounds', () => {
  const pace = new Pace();
  let rounds = 0;
  for (let now = 0; now < 4_000; now += 20) {
    if (pace.wait(now) > 0) continue;
    pace.began(now);
    pace.ended(now + 10);
    rounds += 1;
  }
  expect(rounds).toBeLessThanOrEqual(11);
  expect(rounds).toBeGreaterThan(3);
});

it('is idle again after a quiet time, whatever the burst before was', () => {
  const pace = new Pace();
  for (let now = 0; now < 5_000; now += 500) {
    pace.began(now);
    pace.ended(now);
  }
  expect(pace.wait(4_600)).toBeGreaterThan(0);
  expect(pace.wait(7_000)).toBe(0);
});
