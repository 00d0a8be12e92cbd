import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExponentialRateLimiter } from './ratelimiter.ts';

test('doubles from 5 ms up to 1000 s for each key on its own, and starts again when forgotten', () => {
  const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), forget: fc.boolean() }), {
    maxLength: 100,
  });
  fc.assert(
    fc.property(steps, (sequence) => {
      const limiter = new ExponentialRateLimiter();
      const failures = new Map<string, number>();
      for (const { key, forget } of sequence) {
        if (forget) {
          limiter.forget(key);
          failures.delete(key);
        } else {
          const before = failures.get(key) ?? 0;
          expect(limiter.next(key)).toBe(Math.min(1_000_000, 5 * 2 ** before));
          failures.set(key, before + 1);
        }
        expect(limiter.retries(key)).toBe(failures.get(key) ?? 0);
      }
    }),
  );
});

test('stays at its maximum however often a key fails', () => {
  const limiter = new ExponentialRateLimiter();
  for (let failure = 0; failure < 2_000; failure += 1) limiter.next('a');
  expect(limiter.next('a')).toBe(1_000_000);
});
