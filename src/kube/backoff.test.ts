import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_BACKOFF_MS, nextBackoff } from './backoff.ts';

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('every wait lies between half a second and the cap', () => {
  fc.assert(
    fc.property(fc.array(fraction), (randoms) => {
      let wait = 0;
      for (const random of randoms) {
        wait = nextBackoff(wait, random);
        expect(wait).toBeGreaterThanOrEqual(500);
        expect(wait).toBeLessThanOrEqual(MAX_BACKOFF_MS);
      }
    }),
  );
});

test('the first wait is short, and waits can grow up to the cap', () => {
  expect(nextBackoff(0, 0)).toBe(500);
  expect(nextBackoff(0, 0.999)).toBeLessThan(1500);
  let wait = 0;
  for (let tries = 0; tries < 5; tries += 1) wait = nextBackoff(wait, 0.999);
  expect(wait).toBe(MAX_BACKOFF_MS);
});
