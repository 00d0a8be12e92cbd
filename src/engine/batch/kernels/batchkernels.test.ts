import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchKernels, Precision } from './batchkernels.ts';
import { createRowMemory, type RowMemory } from './rowmemory.ts';

const LENGTH = 40;
const GROUPS = 8;
const MATRIX = LENGTH * LENGTH;

/** Where a memory has its numbers, its results, class rows, group starts and a table of rows. */
interface Places {
  readonly rows: number;
  readonly out: number;
  readonly classes: number;
  readonly starts: number;
  readonly table: number;
}

function filled(precision: Precision, numbers: readonly number[], kind?: 'Plain'): [RowMemory, Places] {
  const memory = createRowMemory(precision, [5 * MATRIX, 2 * MATRIX, 2 * LENGTH], [GROUPS + 1, 8], kind);
  const places = {
    rows: memory.take(5 * MATRIX),
    out: memory.take(2 * MATRIX),
    classes: memory.take(2 * LENGTH),
    starts: memory.takeIntegers(GROUPS + 1),
    table: memory.takeIntegers(8),
  };
  const { rows, out, classes, starts, table } = places;
  for (let at = 0; at < 5 * MATRIX; at += 1) memory.rows[rows + at] = numbers[at % numbers.length]!;
  for (let at = 0; at < 2 * MATRIX; at += 1) memory.rows[out + at] = numbers[(3 * at) % numbers.length]!;
  for (let at = 0; at < 2 * LENGTH; at += 1) memory.rows[classes + at] = ((7 * at) % 5) - 2;
  memory.i32.set([0, 4, 4, 16, 24, 28, 36, 36, LENGTH], starts);
  for (let at = 0; at < 8; at += 1) memory.i32[table + at] = rows + at * LENGTH;
  return [memory, places];
}

describe.each<Precision>(['Single', 'Double'])('compiled kernels in %s precision', (precision) => {
  type Use = (kernels: BatchKernels, places: Places, f: readonly number[], limited: boolean) => unknown;
  const at = (places: Places, row: number) => places.rows + row * LENGTH;
  const matrices = (places: Places) =>
    [1, 2, 3, 4].map((each) => places.rows + each * MATRIX) as [number, number, number, number];
  const uses: Record<keyof BatchKernels, Use> = {
    combine: (k, p, f) => [
      k.combine(p.out, at(p, 9), p.table, at(p, 10), 7, LENGTH),
      k.combine(p.out, at(p, 9), p.table, at(p, 10), Math.floor(f[0]!), 12),
    ],
    addScaled: (k, p, f) => k.addScaled(p.out, p.rows, f[0]!, LENGTH),
    give: (k, p, f) => k.give(p.out, p.rows, f[0]!, at(p, 1), LENGTH),
    negate: (k, p) => k.negate(p.out, p.rows, LENGTH),
    lowerTo: (k, p, f) => k.lowerTo(p.out, p.rows, f[0]! - 2, LENGTH),
    least: (k, p) => k.least(p.rows, LENGTH),
    forbid: (k, p, f) => k.forbid(p.out, p.rows, f[0]!, 1e4, LENGTH),
    fold: (k, p, [x, y, z]) =>
      k.fold(p.out, p.rows, at(p, 1), at(p, 2), at(p, 3), x!, y!, z!, p.starts, GROUPS),
    spread: (k, p, [x, y, z]) =>
      k.spread(p.out, p.rows, at(p, 4), at(p, 1), at(p, 2), at(p, 3), x!, y!, z!, p.starts, GROUPS),
    product: (k, p, [x, y, z], limited) =>
      k.product(p.rows, p.out, LENGTH, ...matrices(p), x!, y!, z!, 4, 16, limited),
    topTwo: (k, p, [x, y, z], limited) => {
      const [best, kind, second] = [p.out, p.out + LENGTH, p.out + 2 * LENGTH];
      k.topTwo(p.rows, p.classes, best, kind, second, LENGTH, ...matrices(p), x!, y!, z!, 4, 16, limited);
    },
    productApart: (k, p, [x, y, z], limited) =>
      k.productApart(
        p.rows,
        p.classes,
        at(p, 1),
        p.classes + LENGTH,
        p.out,
        LENGTH,
        ...matrices(p),
        x!,
        y!,
        z!,
        4,
        16,
        limited,
      ),
    callerLeast: (k, p, [x, y, z]) =>
      k.callerLeast(
        p.out,
        p.out + LENGTH,
        p.out + 2 * LENGTH,
        p.rows,
        p.classes,
        at(p, 4),
        p.classes + 4,
        at(p, 5),
        at(p, 1),
        at(p, 2),
        at(p, 3),
        x!,
        y!,
        z!,
        p.starts,
        GROUPS,
      ),
    sumApart: (k, p) =>
      k.sumApart(p.out, p.rows, p.classes, at(p, 1), at(p, 2), p.classes + LENGTH, at(p, 3), LENGTH),
    pick: (k, p) => k.pick(p.out, p.classes, p.classes + LENGTH, p.rows, at(p, 1), LENGTH),
    foldApart: (k, p, [x, y, z]) => {
      const [best, kind, other] = [p.out, p.out + LENGTH, p.out + 2 * LENGTH];
      const rows = [p.rows, p.classes, at(p, 1), at(p, 2), at(p, 3), at(p, 4)] as const;
      k.foldApart(best, kind, other, ...rows, x!, y!, z!, p.starts, GROUPS);
    },
    addLeastApart: (k, p) => k.addLeastApart(p.out, p.rows, p.classes, LENGTH),
    softDemand: (k, p, f) =>
      k.softDemand(p.rows, LENGTH, k.least(p.rows, LENGTH), 0.01 + f[0]!, p.out, at(p, 1), 3),
    addCosts: (k, p, [x, y, z], limited) =>
      k.addCosts(
        p.out,
        LENGTH,
        at(p, 1),
        at(p, 2),
        at(p, 3),
        at(p, 4),
        at(p, 5),
        x!,
        y!,
        z!,
        1.5,
        4,
        16,
        limited,
      ),
  };

  it.each(Object.entries(uses))('%s equals its plain twin bit for bit', (_, use) => {
    const number = fc.double({ min: 0, max: 9, noNaN: true });
    const numbers = fc.array(number, { minLength: 97, maxLength: 131 });
    const factors = fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(numbers, factors, fc.boolean(), (values, f, limited) => {
        const [compiled, places] = filled(precision, values);
        const [plain] = filled(precision, values, 'Plain');
        expect(use(compiled.kernels, places, f, limited)).toEqual(use(plain.kernels, places, f, limited));
        const bytes = ({ i32 }: RowMemory) => Buffer.from(i32.buffer);
        expect(Buffer.compare(bytes(compiled), bytes(plain))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a memory of rows', () => {
  it('refuses to hand out more than there is', () => {
    expect(() => createRowMemory('Single', [16], [], 'Plain').take(PAGE_ELEMENTS)).toThrow(RangeError);
  });
});

const PAGE_ELEMENTS = 65_536;
