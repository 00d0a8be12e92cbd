const bits = new DataView(new ArrayBuffer(8));
/** ln 2 in two parts: the first has so few digits that a multiple of it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** 1 / k for the series of the exponential; enough for 2^-53 where |r| <= 0.35. */
const INVERSE = Array.from({ length: 16 }, (_, k) => 1 / (k + 1));

/** e^x - 1 by additions, multiplications and divisions alone: the same bits in every JavaScript engine. */
export function expm1(x: number): number {
  const k = Math.round(x / Math.LN2);
  if (k > 1023) return Number.POSITIVE_INFINITY;
  if (k < -60) return -1;
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  for (let at = INVERSE.length - 1; at >= 0; at -= 1) sum = (sum + 1) * r * INVERSE[at]!;
  return k === 0 ? sum : powerOfTwo(k) * (sum + 1) - 1;
}

/** e^x, as `expm1`; what is below 2^-1021 is 0. */
export function exp(x: number): number {
  const k = Math.round(x / Math.LN2);
  if (k < -1021) return 0;
  if (k > 1023) return Number.POSITIVE_INFINITY;
  return powerOfTwo(k) * (expm1(x - k * LN2_HIGH - k * LN2_LOW) + 1);
}

function powerOfTwo(k: number): number {
  bits.setInt32(0, (k + 1023) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}
