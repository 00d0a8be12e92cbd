import type { Gqap } from '../gqap/gqap.ts';

/** Fewer groups bound too loosely at first, more make the first passes slow. */
const FEWEST = 16;
const MOST = 56;
const CENTRES = 36;

/**
 * Group by location, 0, 1, 2 … without gaps: the coarse labels that the large path starts from. Failure
 * domains where there is a fair number of them; else the nearest of a few locations that lie far apart
 * (farthest-first traversal, Gonzalez 1985; ties: the lower index). O(locations x groups).
 */
export function groupsOf({
  locations,
  zone,
  network,
}: Pick<Gqap, 'locations' | 'zone' | 'network'>): Int32Array {
  const zones = zone.reduce((most, z) => Math.max(most, z + 1), 0);
  if ((zones >= FEWEST && zones <= MOST) || locations <= FEWEST) return zone.slice();
  const group = new Int32Array(locations);
  const far = new Float64Array(locations).fill(Number.POSITIVE_INFINITY);
  let centre = 0;
  for (let g = 0; g < Math.min(CENTRES, locations); g += 1) {
    let next = -1;
    for (let k = 0; k < locations; k += 1) {
      const away = k === centre ? 0 : network.delay[centre * locations + k]! + 1e-9;
      if (away < far[k]!) {
        far[k] = away;
        group[k] = g;
      }
      if (far[k]! > 0 && (next < 0 || far[k]! > far[next]!)) next = k;
    }
    if (next < 0) break;
    centre = next;
  }
  return group;
}
