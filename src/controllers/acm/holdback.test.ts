import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fakeclock.ts';
import { Holdback } from './holdback.ts';

function start(shortestMs?: number) {
  const clock = new FakeClock();
  return { clock, held: new Holdback(clock, shortestMs) };
}

test('the news of a single app wait 300 ms, counted from the first that were not told', () => {
  const { clock, held } = start();
  expect(held.hold('a')).toBe(300);
  clock.jump(200);
  expect(held.hold('a')).toBe(100);
  clock.jump(100);
  expect(held.hold('a')).toBe(0);
});

test('once told, the next news wait anew', () => {
  const { clock, held } = start();
  held.hold('a');
  clock.jump(300);
  held.release('a');
  expect(held.hold('a')).toBe(300);
});

test('of many apps at once each waits 50 ms for every other one, and none longer than 5 s', () => {
  const { held } = start();
  const waits = Array.from({ length: 200 }, (_, index) => held.hold(`app-${index}`));
  expect(waits[10]).toBe(500);
  expect(waits[60]).toBe(3_000);
  expect(Math.max(...waits)).toBe(5_000);
  for (let index = 0; index < 200; index += 1) held.release(`app-${index}`);
  expect(held.hold('late')).toBe(300);
});

test('news that may always wait longer do so', () => {
  expect(start(5_000).held.hold('a')).toBe(5_000);
});
