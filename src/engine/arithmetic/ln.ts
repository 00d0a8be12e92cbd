const bits = new DataView(new ArrayBuffer(8));
/** ln 2 in two parts: the first has so few digits that a multiple of it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** 2 / (2 k + 1) for the series of the area tangent; enough for 2^-53 where |s| <= 0.172. */
const SERIES = Array.from({ length: 12 }, (_, k) => 2 / (2 * k + 1));

/**
 * Natural logarithm of a finite number above 0, by additions, multiplications and divisions alone: the same
 * bits in every JavaScript engine, which `Math.log` does not promise. Within two units in the last place.
 */
export function ln(x: number): number {
  let exponent = 0;
  bits.setFloat64(0, x);
  let high = bits.getInt32(0);
  if (high >> 20 === 0) {
    bits.setFloat64(0, x * 2 ** 54);
    high = bits.getInt32(0);
    exponent = -54;
  }
  exponent += (high >> 20) - 1022;
  // In [1/2, 1), then around 1.
  bits.setInt32(0, (high & 0xfffff) | (1022 << 20));
  let mantissa = bits.getFloat64(0);
  if (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  // ln m = 2 artanh((m - 1) / (m + 1))
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let k = SERIES.length - 1; k > 0; k -= 1) sum = sum * square + SERIES[k]!;
  return exponent * LN2_HIGH + (2 * s + (s * square * sum + exponent * LN2_LOW));
}
