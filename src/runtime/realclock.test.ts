import { expect, test } from 'vitest';
import { realClock } from './realclock.ts';

test('a sleep that is cancelled rejects with the reason that was given', async () => {
  const reason = new Error('enough');
  const stop = new AbortController();
  const sleep = realClock.sleep(60_000, stop.signal);
  stop.abort(reason);
  await expect(sleep).rejects.toBe(reason);
  await expect(realClock.sleep(60_000, stop.signal)).rejects.toBe(reason);
});

test('monotonic time passes while sleeping', async () => {
  const before = realClock.monotonic();
  await realClock.sleep(10);
  expect(realClock.monotonic() - before).toBeGreaterThan(8);
});
