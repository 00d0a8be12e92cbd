import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, solveMaster } from './master.ts';

/** The model of the dual at some prices: what the cheapest known placement costs with them. */
const modelAt = (columns: readonly Column[], prices: readonly number[]) =>
  Math.min(
    ...columns.map(({ cost, excess }) => excess.reduce((sum, each, r) => sum + each * prices[r]!, cost)),
  );

describe('the master problem', () => {
  it('prices one row where the lines of two placements cross', () => {
    const columns = [
      { cost: 2, excess: [1] },
      { cost: 4, excess: [-1] },
    ];
    const { prices, value } = solveMaster(columns, [10]);
    expect(prices[0]).toBeCloseTo(1, 12);
    expect(value).toBeCloseTo(3, 12);
  });

  it('pays the cap where every known placement exceeds the row', () => {
    const { prices, value } = solveMaster([{ cost: 2, excess: [0.5] }], [10]);
    expect([prices, value]).toEqual([[10], 7]);
  });

  it('has no price for a row that is not in the way', () => {
    expect(solveMaster([{ cost: 2, excess: [-1, 0.5] }], [10, 4])).toEqual({ prices: [0, 4], value: 4 });
  });

  it('gives prices within the caps at which its model of the dual has its value, and none better', () => {
    const column = (rows: number) =>
      fc.record({
        cost: fc.double({ min: 0, max: 10, noNaN: true }),
        excess: fc.array(fc.double({ min: -1, max: 3, noNaN: true }), { minLength: rows, maxLength: rows }),
      });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }).chain((rows) =>
          fc.record({
            columns: fc.array(column(rows), { minLength: 1, maxLength: 8 }),
            caps: fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), {
              minLength: rows,
              maxLength: rows,
            }),
            others: fc.array(
              fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: rows, maxLength: rows }),
              { minLength: 5, maxLength: 20 },
            ),
          }),
        ),
        ({ columns, caps, others }) => {
          const { prices, value } = solveMaster(columns, caps);
          prices.forEach((price, r) => {
            expect(price).toBeLessThanOrEqual(caps[r]! + 1e-9);
          });
          expect(modelAt(columns, prices)).toBeCloseTo(value, 7);
          for (const shares of others) {
            const elsewhere = shares.map((share, r) => share * caps[r]!);
            expect(modelAt(columns, elsewhere)).toBeLessThanOrEqual(value + 1e-7);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
