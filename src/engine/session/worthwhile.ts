import type { Gqap } from '../gqap/gqap.ts';
import { LocalSearch } from '../large/localsearch.ts';
import { LargeState } from '../large/state.ts';
import { FORBIDDEN } from '../large/terms.ts';
import type { Placement } from '../model/evaluate.ts';
import { Kicks } from './kicks.ts';

/** Cheapest places of every variable, all others where they are. */
const PLACES = 2;
/** Places looked at for them at most: the cheapest are often full. */
const TRIES = 12;

/**
 * Locations that a placement uses or is likely to use after a change: where each variable would cost least
 * beside where it is, and each connected group on one location as a whole. O(factors x locations)
 */
export function worthwhile(gqap: Gqap, at: Placement): Set<number> {
  const state = new LargeState(gqap);
  const search = new LocalSearch(state);
  const kicks = new Kicks(state, search, 0);
  const { n, m, table, wide, matrices } = state;
  const { kernels, f32 } = matrices.arena;
  search.start(
    at.map((k) => matrices.position[k]!),
    [],
  );
  const positions = new Set(search.at);
  for (const p of [...positions])
    for (const group of kicks.groupsOn(p)) for (const q of kicks.placesFor(group)) positions.add(q);
  const row = wide[0]!;
  for (let i = 0; i < n; i += 1) {
    f32.copyWithin(row, table + i * m, table + (i + 1) * m);
    for (let found = 0, tries = 0; found < PLACES && tries < TRIES; tries += 1) {
      const least = kernels.least(row, m);
      if (least >= FORBIDDEN) break;
      const p = f32.indexOf(least, row) - row;
      f32[row + p] = FORBIDDEN;
      if (p === search.at[i] || !search.fits(i, p)) continue;
      positions.add(p);
      found += 1;
    }
  }
  const locations = new Set(Array.from(positions, (p) => matrices.location[p]!));
  for (const { callerLocation } of gqap.nearest) if (callerLocation >= 0) locations.add(callerLocation);
  return locations;
}
