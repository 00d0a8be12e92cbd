import type { State } from './state.ts';

/**
 * Label of the callee of factor f that a caller on k uses, of all callees but `without`; -1 where there is
 * none: the nearest by delay, of equal ones its own location, then the lower one.
 */
export function nearestMember(state: State, f: number, k: number, x: Int32Array, without: number): number {
  const { factorStart, factorCaller, slotVariable, hard, m, location } = state;
  let best = -1;
  const first = factorStart[f]! + (factorCaller[f]! < 0 ? 0 : 1);
  for (let e = first; e < factorStart[f + 1]!; e += 1) {
    const j = slotVariable[e]!;
    if (j === without) continue;
    best = nearer(hard, location, m, k, x[j]!, best);
  }
  return best;
}

/** The nearer of two labels as seen from k. */
export function nearer(
  hard: Float64Array,
  location: Int32Array,
  m: number,
  k: number,
  candidate: number,
  known: number,
): number {
  if (known < 0) return candidate;
  const through = hard[k * m + candidate]!;
  const before = hard[k * m + known]!;
  if (through !== before) return through < before ? candidate : known;
  if (known === k || candidate === known) return known;
  if (candidate === k) return candidate;
  return location[candidate]! < location[known]! ? candidate : known;
}
