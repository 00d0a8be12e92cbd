import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ln } from './ln.ts';

describe('the natural logarithm', () => {
  it('is that of the platform within rounding, near 1 and far from it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
          fc.double({ min: 0.5, max: 2, noNaN: true }),
          fc.double({ min: 0.999, max: 1, noNaN: true }),
        ),
        (x) => {
          expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(5e-16 * Math.abs(Math.log(x)));
        },
      ),
      { numRuns: 5000 },
    );
    expect(ln(1)).toBe(0);
  });

  it('has the same bits everywhere', () => {
    expect([0.5, 0.999, 0.9999, 1e-9, 10].map(ln)).toEqual([
      -Math.LN2,
      -0.0010005003335835344,
      -0.00010000500033334732,
      -20.72326583694641,
      Math.LN10,
    ]);
  });
});
