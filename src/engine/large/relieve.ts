import type { LocalSearch } from './localsearch.ts';
import type { LargeState } from './state.ts';
import { FORBIDDEN } from './terms.ts';

/**
 * Makes room where a placement takes more than there is, which no shift could: a variable leaves for a position
 * that another one has to leave first (an ejection chain of two, Glover 1996), the pair that costs least. False
 * where it stays overfull. O(locations) for each variable that may go, and as much for each that may be ejected.
 */
export function relieve(state: LargeState, search: LocalSearch, stop: () => boolean): boolean {
  const { n, m, table, matrices } = state;
  const { f32 } = matrices.arena;
  const cheapest = (j: number): number => {
    const row = table + j * m;
    let to = -1;
    for (let s = 0; s < m; s += 1)
      if (
        f32[row + s]! < (to < 0 ? FORBIDDEN / 2 : f32[row + to]!) &&
        s !== search.at[j] &&
        search.fits(j, s)
      )
        to = s;
    return to;
  };
  for (let i = 0; i < n && !stop(); i += 1) {
    if (!search.overloads(i)) continue;
    const row = table + i * m;
    let [least, to, ejected, away] = [Number.POSITIVE_INFINITY, -1, -1, -1];
    for (let j = 0; j < n; j += 1) {
      const q = search.at[j]!;
      const more = f32[row + q]!;
      if (q === search.at[i] || more >= Math.min(least, FORBIDDEN / 2) || !search.fits(i, q, j)) continue;
      const s = cheapest(j);
      if (s < 0) continue;
      const cost = more + f32[table + j * m + s]! - f32[table + j * m + q]!;
      if (cost < least) [least, to, ejected, away] = [cost, q, j, s];
    }
    if (to < 0) return false;
    search.move(ejected, away);
    search.move(i, to);
  }
  return true;
}
