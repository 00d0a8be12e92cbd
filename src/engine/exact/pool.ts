/**
 * Flat buffers that outlive a search: allocating matrices for every call costs more than a small proof.
 * A buffer is named by a number, has at least the length asked for, and keeps whatever was in it. So there
 * is one search at a time in each thread.
 */
const doubles: Float64Array[] = [];
const ints: Int32Array[] = [];

export function doublesOf(slot: number, length: number): Float64Array {
  const known = doubles[slot];
  if (known !== undefined && known.length >= length) return known;
  const grown = new Float64Array(Math.ceil(length * 1.25) + 16);
  doubles[slot] = grown;
  return grown;
}

export function intsOf(slot: number, length: number): Int32Array {
  const known = ints[slot];
  if (known !== undefined && known.length >= length) return known;
  const grown = new Int32Array(Math.ceil(length * 1.25) + 16);
  ints[slot] = grown;
  return grown;
}
