import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, expm1 } from './exp.ts';

describe('the exponential', () => {
  it('is that of the platform within rounding', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ min: -700, max: 700, noNaN: true }),
          fc.double({ min: -1, max: 1, noNaN: true }),
        ),
        (x) => {
          expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(1e-15 * Math.exp(x));
          expect(Math.abs(expm1(x) - Math.expm1(x))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.expm1(x)));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('ends where numbers do', () => {
    expect([exp(-1e9), exp(1e9), exp(0), expm1(0), expm1(-1e9)]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
      1,
      0,
      -1,
    ]);
  });
});
