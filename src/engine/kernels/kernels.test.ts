import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arena, createArena } from './arena.ts';

const LENGTH = 24;
const MATRIX = LENGTH * LENGTH;

/** Two memories with the same content: one for the compiled kernels, one for the plain ones. */
function twins(numbers: readonly number[]): { compiled: Arena; plain: Arena; rows: number; out: number } {
  const size = 8 * MATRIX + 400;
  const arenas = [createArena(size), createArena(size, 'Plain')] as const;
  const places = arenas.map((arena) => {
    const rows = arena.take(6 * MATRIX);
    for (let at = 0; at < 6 * MATRIX; at += 1) arena.f32[rows + at] = numbers[at % numbers.length]!;
    const out = arena.take(2 * MATRIX);
    for (let at = 0; at < MATRIX; at += 1) arena.f64[out / 2 + at] = numbers[(3 * at) % numbers.length]!;
    return { rows, out };
  });
  return { compiled: arenas[0], plain: arenas[1], ...places[0]! };
}

const numbers = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 97, maxLength: 131 });
const coefficient = fc.double({ min: 0, max: 5, noNaN: true });

/** Runs a kernel in both memories and compares every element of both. */
function agree(use: (arena: Arena, rows: number, out: number) => unknown) {
  return (values: number[]) => {
    const { compiled, plain, rows, out } = twins(values);
    expect(use(compiled, rows, out)).toEqual(use(plain, rows, out));
    expect(Buffer.compare(Buffer.from(compiled.i32.buffer), Buffer.from(plain.i32.buffer))).toBe(0);
  };
}

describe('compiled kernels equal their plain twins bit for bit', () => {
  const [a, b, c, t] = [1, 2, 3, 4].map((at) => at * MATRIX) as [number, number, number, number];
  for (const third of [false, true]) {
    for (const limited of [false, true]) {
      it(`message, ${third ? 'three' : 'two'} matrices, ${limited ? 'limited' : 'free'}`, () => {
        fc.assert(
          fc.property(numbers, coefficient, coefficient, coefficient, (values, x, y, z) => {
            agree(({ kernels }, rows, out) =>
              kernels.message(
                rows,
                out,
                LENGTH,
                LENGTH,
                rows + a,
                rows + b,
                rows + c,
                rows + t,
                x,
                y,
                z,
                4,
                8,
                third,
                limited,
              ),
            )(values);
            agree(({ kernels, i32 }, rows, out) => {
              for (let k = 0; k < LENGTH; k += 1) i32[rows + 5 * MATRIX + k] = ((7 * k) % 5) - 2;
              kernels.topTwo(
                rows,
                rows + 5 * MATRIX,
                out,
                out + LENGTH,
                out + 2 * LENGTH,
                LENGTH,
                LENGTH,
                rows + a,
                rows + b,
                rows + c,
                rows + t,
                x,
                y,
                z,
                4,
                8,
                third,
                limited,
              );
            })(values);
            agree(({ kernels, f32, i32 }, rows, out) => {
              const [clash, kinds, classes] = [5 * MATRIX, 5 * MATRIX + LENGTH, 5 * MATRIX + 2 * LENGTH];
              for (let k = 0; k < LENGTH; k += 1) {
                f32[rows + clash + k] = f32[rows + k]! + ((5 * k) % 3);
                i32[rows + kinds + k] = (7 * k) % 5;
                i32[rows + classes + k] = (3 * k) % 5;
              }
              kernels.messageApart(
                rows,
                rows + clash,
                rows + kinds,
                rows + classes,
                out,
                LENGTH,
                LENGTH,
                rows + a,
                rows + b,
                rows + c,
                rows + t,
                x,
                y,
                z,
                4,
                8,
                third,
                limited,
              );
            })(values);
            agree(({ kernels, f64, i32 }, rows, out) => {
              // From, clash, kinds, classes, and three rows of results.
              const row = (at: number) => out + 2 * at * LENGTH;
              for (let k = 0; k < LENGTH; k += 1) {
                f64[row(1) / 2 + k] = f64[out / 2 + k]! + ((5 * k) % 3);
                for (const [which, kind] of [
                  [2, (7 * k) % 5],
                  [3, ((3 * k) % 5) - 2],
                ] as const) {
                  i32[row(which) + 2 * k] = kind;
                  i32[row(which) + 2 * k + 1] = kind >> 31;
                }
              }
              const sizes = [LENGTH, LENGTH] as const;
              const matrices = [rows + a, rows + b, rows + c, rows + t] as const;
              const terms = [x, y, z, 4, 8, third, limited] as const;
              kernels.topTwoExact(out, row(3), row(4), row(5), row(6), ...sizes, ...matrices, ...terms);
              kernels.messageApartExact(out, row(1), row(2), row(3), row(7), ...sizes, ...matrices, ...terms);
            })(values);
            agree(({ kernels }, rows, out) =>
              kernels.addCosts(
                out,
                LENGTH,
                -1,
                rows + a,
                rows + b,
                rows + c,
                rows + t,
                x,
                y,
                z,
                4,
                8,
                third,
                limited,
              ),
            )(values);
            agree(({ kernels }, rows, out) =>
              kernels.messageExact(
                out,
                out + MATRIX,
                LENGTH,
                LENGTH,
                rows + a,
                rows + b,
                rows + c,
                rows + t,
                x,
                y,
                z,
                4,
                8,
                third,
                limited,
              ),
            )(values);
          }),
          { numRuns: 60 },
        );
      });
    }
  }

  it('row kernels', () => {
    fc.assert(
      fc.property(numbers, coefficient, fc.nat(LENGTH - 1), (values, x, start) => {
        agree(({ kernels }, rows, out) => kernels.addScaled(out, rows, x, LENGTH))(values);
        agree(({ kernels }, rows, out) => kernels.negate(out, rows, LENGTH))(values);
        agree(({ kernels }, _, out) => kernels.addConstant(out, x, LENGTH))(values);
        agree(({ kernels }, rows, out) => kernels.lowerTo(out, rows, x - 3, LENGTH))(values);
        agree(({ kernels }, rows) => kernels.least(rows, LENGTH))(values);
        agree(({ kernels }, rows) => kernels.nextBelow(rows, start, LENGTH, x))(values);
        agree(({ kernels, i32 }, rows, out) => {
          for (let k = 0; k < LENGTH; k += 1) i32[rows + a + k] = (7 * k) % 11;
          kernels.expand(out, rows, rows + a, LENGTH);
        })(values);
        agree(({ kernels, i32 }, rows, out) => {
          i32.set([0, 4, 4, 16, 24], rows + a);
          kernels.zoneLeast(out, rows, rows + b, x, rows + a, 4);
          kernels.zoneSpread(out + MATRIX, rows, out, rows + b, x, rows + a, 4);
        })(values);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses to hand out more than there is', () => {
    const arena = createArena(16, 'Plain');
    expect(() => arena.take(65_536 * 4)).toThrow(RangeError);
  });
});
