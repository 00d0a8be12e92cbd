import { expect, test } from 'vitest';
import { FakeClock, settle } from '../../test/support/fakeclock.ts';
import { createLimiter } from './limiter.ts';

async function passed(waiting: Promise<void>[]): Promise<number> {
  let count = 0;
  for (const each of waiting) void each.then(() => (count += 1));
  await settle();
  return count;
}

test('lets a burst through at once, and then the rate', async () => {
  const clock = new FakeClock();
  const limiter = createLimiter(clock, 10, 3);
  const waiting = Array.from({ length: 8 }, () => limiter.acquire());
  expect(await passed(waiting)).toBe(3);
  await clock.advance(100);
  expect(await passed(waiting)).toBe(4);
  await clock.advance(400);
  expect(await passed(waiting)).toBe(8);
});

test('a quiet time fills up to the burst, not beyond', async () => {
  const clock = new FakeClock();
  const limiter = createLimiter(clock, 10, 3);
  await clock.advance(60_000);
  expect(await passed(Array.from({ length: 5 }, () => limiter.acquire()))).toBe(3);
});

test('a request that is cancelled while it waits rejects with the reason', async () => {
  const clock = new FakeClock();
  const limiter = createLimiter(clock, 1, 1);
  await limiter.acquire();
  const cancel = new AbortController();
  const waiting = limiter.acquire(cancel.signal);
  cancel.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
});
