import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bottleneck } from './transport.ts';

const rowsOf = (open: readonly (readonly number[])[]) => {
  const start = new Int32Array(open.length + 1);
  open.forEach((row, at) => {
    start[at + 1] = start[at]! + row.length;
  });
  return { start, open: Int32Array.from(open.flat()) };
};

describe('sending amounts into sinks', () => {
  it('is impossible exactly where some sources need more than the sinks open to them hold', () => {
    const arbitrary = fc.integer({ min: 1, max: 4 }).chain((sinks) =>
      fc.record({
        room: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: sinks, maxLength: sinks }),
        sources: fc.array(
          fc.record({
            amount: fc.integer({ min: 1, max: 5 }),
            open: fc.subarray(Array.from({ length: sinks }, (_, k) => k)),
          }),
          { minLength: 1, maxLength: 5 },
        ),
      }),
    );
    fc.assert(
      fc.property(arbitrary, ({ room, sources }) => {
        const need = (of: readonly number[]) => of.reduce((sum, at) => sum + sources[at]!.amount, 0);
        const held = (of: readonly number[]) =>
          [...new Set(of.flatMap((at) => sources[at]!.open))].reduce((sum, k) => sum + room[k]!, 0);
        const subsets = Array.from({ length: 2 ** sources.length }, (_, code) =>
          [...sources.keys()].filter((at) => (code >> at) & 1),
        );
        const found = bottleneck(
          Float64Array.from(sources, ({ amount }) => amount),
          Float64Array.from(room),
          rowsOf(sources.map(({ open }) => open)),
        );
        expect(found !== undefined).toBe(subsets.some((of) => need(of) > held(of)));
        if (found) expect(need(found.sources)).toBeGreaterThan(held(found.sources));
      }),
      { numRuns: 1000 },
    );
  });
});
