/**
 * Flat buffers that outlive a search: allocating matrices for every call costs more than a small proof.
 * A buffer is named by a number, has at least the length asked for, and keeps whatever was in it. So there
 * is one search at a time in each thread.
 */
const doubles: Float64Array[] = [];
const ints: Int32Array[] = [];

/** Names of the buffers; integers are counted apart. */
export const POOL = {
  Q: 0,
  diag: 1,
  freeDiag: 2,
  same: 3,
  leastA: 4,
  leastB: 5,
  un: 6,
  th: 7,
  msg: 8,
  keptMsg: 9,
  keptTh: 10,
  own: 11,
  slotMsg: 12,
  slotPhi: 13,
  keptSlotMsg: 14,
  keptSlotPhi: 15,
  unary: 16,
  figures: 17,
  hard: 18,
  room: 19,
  perMbps: 20,
  G: 21,
  near: 22,
  /** Two of each kind. */
  beam: 23,
  lab: 0,
  pos: 1,
  may: 2,
  alive: 3,
} as const;

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
