/**
 * Resource quantities of Kubernetes (`500m`, `2Gi`, `1e3`, `4`) as numbers in the base unit: cores, bytes,
 * bit/s, pieces. A double carries 15 digits, which is enough for every capacity; the sign is the caller's
 * question.
 */

const PATTERN = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([a-zA-Z]+))?$/;

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity that nobody can read. `value` is what was written. */
export class QuantityError extends Error {
  readonly code = 'InvalidQuantity';
  readonly value: string | number;

  constructor(value: string | number, hint: string) {
    super(`${JSON.stringify(value)} is not a quantity: ${hint}`);
    this.name = 'QuantityError';
    this.value = value;
  }
}

/** Base units. Throws {@link QuantityError}. */
export function parseQuantity(value: string | number): number {
  const amount = tryParseQuantity(value);
  if (amount === undefined) throw new QuantityError(value, quantityHint(value));
  return amount;
}

/** Base units, or undefined where the text is none. */
export function tryParseQuantity(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const match = PATTERN.exec(value);
  if (match === null) return undefined;
  const number = Number(`${match[1]}${match[2] ?? ''}`);
  const suffix = match[3];
  if (suffix === undefined) return Number.isFinite(number) ? number : undefined;
  // `E` alone is exa, as Kubernetes reads it; the exponent form was matched above.
  const factor = FACTORS[suffix];
  if (factor === undefined) return undefined;
  // 100m is 0.1 and not 0.1000000000000000055: dividing by a power of ten rounds once.
  return factor < 1 ? number / Math.round(1 / factor) : number * factor;
}

/** What to write in place of `value`. */
export function quantityHint(value: string | number): string {
  const slip = /^\s*([+-]?[\d.]+)\s*([a-zA-Z/]+)\s*$/.exec(String(value));
  const better = slip === null ? undefined : SLIPS[slip[2]!.toLowerCase()];
  if (slip !== null && better !== undefined) return `write ${slip[1]}${better}`;
  return 'write a number with one of n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei, for example 500m or 2Gi';
}

/** Units that people write, and the suffix they mean. */
const SLIPS: Readonly<Record<string, string>> = {
  kb: 'k',
  mb: 'M',
  gb: 'G',
  tb: 'T',
  kib: 'Ki',
  mib: 'Mi',
  gib: 'Gi',
  tib: 'Ti',
  k: 'k',
  g: 'G',
  kbps: 'k',
  mbps: 'M',
  gbps: 'G',
  'kbit/s': 'k',
  'mbit/s': 'M',
  'gbit/s': 'G',
};
