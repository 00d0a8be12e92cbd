import type { FederationModel } from '../model/federation.ts';
import { alikeGroups } from './groups.ts';

/** Up to so many locations each is a label of its own. */
const MOST_SINGLE = 100;

/**
 * Where locations lie in the rows of a batch: sorted by group, each group padded to a multiple of four, so
 * that a group is a stretch. A group is what messages speak of: locations of a failure domain that are alike, or one
 * location where there are few.
 */
export interface Layout {
  readonly locations: number;
  /** Locations and padding. */
  readonly positions: number;
  readonly groups: number;
  /** `groups`, rounded up to a multiple of four: length of a message. */
  readonly stride: number;
  /** Every group is one location: group, position and location are the same number. */
  readonly single: boolean;
  /** Location by position; -1 for padding. */
  readonly location: Int32Array;
  readonly position: Int32Array;
  /** Group by position; of padding too. */
  readonly group: Int32Array;
  /** Stretch of each group, groups + 1 entries. */
  readonly start: Int32Array;
  /** Failure domain by group where it is the same for all its locations; else -1. */
  readonly zone: Int32Array;
}

/** O(locations squared). */
export function layoutOf(federation: FederationModel): Layout {
  const { ids, zone } = federation;
  const m = ids.length;
  const single = m <= MOST_SINGLE;
  const groupOf = single ? Int32Array.from({ length: m }, (_, k) => k) : alikeGroups(federation);
  const groups = groupOf.reduce((most, g) => Math.max(most, g + 1), 0);
  const count = new Int32Array(groups);
  for (const g of groupOf) count[g] = count[g]! + 1;
  const start = new Int32Array(groups + 1);
  for (let g = 0; g < groups; g += 1) start[g + 1] = start[g]! + (single ? 1 : Math.ceil(count[g]! / 4) * 4);
  const positions = Math.ceil(start[groups]! / 4) * 4;
  const location = new Int32Array(positions).fill(-1);
  const position = new Int32Array(m);
  const group = new Int32Array(positions).fill(Math.max(0, groups - 1));
  const next = start.slice(0, groups);
  for (let k = 0; k < m; k += 1) {
    const g = groupOf[k]!;
    const p = next[g]!;
    next[g] = p + 1;
    location[p] = k;
    position[k] = p;
  }
  const zones = new Int32Array(groups).fill(-2);
  for (let g = 0; g < groups; g += 1) {
    for (let p = start[g]!; p < start[g + 1]!; p += 1) {
      group[p] = g;
      const k = location[p]!;
      if (k < 0) continue;
      if (zones[g] === -2) zones[g] = zone[k]!;
      else if (zones[g] !== zone[k]) zones[g] = -1;
    }
  }
  const stride = Math.ceil(groups / 4) * 4;
  return { locations: m, positions, groups, stride, single, location, position, group, start, zone: zones };
}
