import { groupsOf } from '../large/groups.ts';
import type { FederationModel } from '../model/federation.ts';

/** Up to so many locations each is a group of its own: costs between groups are then those between locations. */
const MOST_SINGLE = 100;

/**
 * Where locations lie in the rows of a batch: sorted by group, each group padded to a multiple of four, so
 * that a group is a stretch. Groups are what costs between locations are bounded over: failure domains, or one
 * location where there are few.
 */
export interface Layout {
  readonly locations: number;
  /** Locations that have a position, and padding. */
  readonly positions: number;
  readonly groups: number;
  /** `groups`, rounded up to a multiple of four. */
  readonly stride: number;
  /** Location by position; -1 for padding. */
  readonly location: Int32Array;
  /** Position by location; -1 where it has none. */
  readonly position: Int32Array;
  /** Group by location. */
  readonly group: Int32Array;
  /** Stretch of each group, groups + 1 entries. */
  readonly start: Int32Array;
  /** Failure domain by group where it is the same for all its locations; else -1. */
  readonly zone: Int32Array;
}

/** O(locations squared). */
export function layoutOf(federation: FederationModel): Layout {
  const { ids, zone, network } = federation;
  const m = ids.length;
  const group =
    m <= MOST_SINGLE
      ? Int32Array.from({ length: m }, (_, k) => k)
      : groupsOf({ locations: m, zone, network });
  const groups = group.reduce((most, g) => Math.max(most, g + 1), 0);
  const zones = new Int32Array(groups).fill(-2);
  for (let k = 0; k < m; k += 1) {
    const g = group[k]!;
    zones[g] = zones[g] === -2 || zones[g] === zone[k] ? zone[k]! : -1;
  }
  return laidOut(group, zones, () => true);
}

/** The same groups over some of the locations. */
export function narrowed({ group, zone }: Layout, keeps: (k: number) => boolean): Layout {
  return laidOut(group, zone, keeps);
}

function laidOut(group: Int32Array, zone: Int32Array, keeps: (k: number) => boolean): Layout {
  const locations = group.length;
  const groups = zone.length;
  const count = new Int32Array(groups);
  for (let k = 0; k < locations; k += 1) if (keeps(k)) count[group[k]!]! += 1;
  const start = new Int32Array(groups + 1);
  for (let g = 0; g < groups; g += 1) start[g + 1] = start[g]! + Math.ceil(count[g]! / 4) * 4;
  const positions = start[groups]!;
  const location = new Int32Array(positions).fill(-1);
  const position = new Int32Array(locations).fill(-1);
  const next = start.slice(0, groups);
  for (let k = 0; k < locations; k += 1) {
    if (!keeps(k)) continue;
    const p = next[group[k]!]!;
    next[group[k]!] = p + 1;
    location[p] = k;
    position[k] = p;
  }
  const stride = Math.ceil(groups / 4) * 4;
  return { locations, positions, groups, stride, location, position, group, start, zone };
}

/** The same locations, where those of `alone` are groups of their own. */
export function refined({ group, zone }: Layout, alone: readonly number[]): Layout {
  const finer = group.slice();
  const zones = Int32Array.from(
    { length: zone.length + alone.length },
    (_, g) => zone[g] ?? zone[group[alone[g - zone.length]!]!]!,
  );
  alone.forEach((k, at) => {
    finer[k] = zone.length + at;
  });
  return laidOut(finer, zones, () => true);
}
