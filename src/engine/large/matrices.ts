import type { Gqap } from '../gqap/gqap.ts';
import { type Arena, createArena, type KernelKind } from '../kernels/arena.ts';
import { groupsOf } from './groups.ts';

/** One cost matrix in both orientations, as offsets: rows of the caller, rows of the callee. */
export interface Oriented {
  readonly byCaller: number;
  readonly byCallee: number;
}

/**
 * The network of a federation in single precision, laid out for the kernels: locations sorted by group, each
 * group padded to a multiple of four, so that a group is a stretch. Built once per network and mixture of
 * terms, O(locations squared); applications borrow the rest of its memory one after the other.
 */
export interface Matrices {
  readonly arena: Arena;
  /** What an application takes begins here. */
  readonly mark: number;
  /** Elements left for an application. */
  readonly workspace: number;
  readonly locations: number;
  /** Positions: locations and padding. */
  readonly positions: number;
  readonly groups: number;
  /** Location by position; -1 for padding. */
  readonly location: Int32Array;
  readonly position: Int32Array;
  /** Stretch of each group, groups + 1 entries, also in the arena. */
  readonly groupStart: Int32Array;
  readonly groupStarts: number;
  /** Failure domain by position; -1 for padding. */
  readonly zone: Int32Array;
  readonly zoneMembers: readonly Int32Array[];
  /** ms. */
  readonly delay: Oriented;
  /** USD plus `gramsPerUSD` grams, per GB. */
  readonly volume: Oriented;
  /** Nats that get lost. */
  readonly loss: Oriented;
  /** ms, Infinity where no path is known. */
  readonly hard: Oriented;
  readonly mean: Readonly<Record<'delay' | 'volume' | 'loss', number>>;
  /** Least entry from group to group. */
  readonly groupLeast: Readonly<Record<'delay' | 'volume' | 'loss' | 'hard', Float32Array>>;
}

/** What weighs a gram against a USD in all channels of an application, or the other way round. */
export interface Mixture {
  readonly usd: number;
  readonly grams: number;
}

/** A matrix as a weighted sum of others, location by location. */
interface Entries {
  readonly terms: readonly { readonly values: Float64Array; readonly weight: number }[];
  readonly symmetric: boolean;
}

const kept = new WeakMap<object, Map<string, Matrices>>();
const MOST_KEPT = 4;

/** Matrices for this problem with room for so many elements more; the same ones for the same network. */
export function matricesFor(gqap: Gqap, mixture: Mixture, workspace: number, kind?: KernelKind): Matrices {
  const key = `${mixture.usd} ${mixture.grams} ${kind ?? ''}`;
  const known = kept.get(gqap.network) ?? new Map<string, Matrices>();
  kept.set(gqap.network, known);
  const found = known.get(key);
  if (found && found.workspace >= workspace) {
    found.arena.rewind(found.mark);
    return found;
  }
  const built = buildMatrices(gqap, mixture, Math.ceil(workspace * 1.25), kind);
  if (known.size >= MOST_KEPT) known.clear();
  known.set(key, built);
  return built;
}

function buildMatrices(gqap: Gqap, mixture: Mixture, workspace: number, kind?: KernelKind): Matrices {
  const { locations: m, network } = gqap;
  const group = groupsOf(gqap);
  const groups = group.reduce((most, g) => Math.max(most, g + 1), 0);
  const members: number[][] = Array.from({ length: groups }, () => []);
  group.forEach((g, k) => {
    members[g]!.push(k);
  });
  const groupStart = new Int32Array(groups + 1);
  members.forEach((each, g) => {
    groupStart[g + 1] = groupStart[g]! + Math.ceil(each.length / 4) * 4;
  });
  const positions = groupStart[groups]!;
  const location = new Int32Array(positions).fill(-1);
  const position = new Int32Array(m);
  members.forEach((each, g) => {
    each.forEach((k, at) => {
      location[groupStart[g]! + at] = k;
      position[k] = groupStart[g]! + at;
    });
  });
  const zone = Int32Array.from(location, (k) => (k < 0 ? -1 : gqap.zone[k]!));
  const zones = zone.reduce((most, z) => Math.max(most, z + 1), 0);
  const size = positions * positions;
  const entries = (...terms: Entries['terms']): Entries => ({
    terms,
    symmetric: terms.every(({ values }) => isSymmetric(values, m)),
  });
  // The same array where every path is known.
  const sameHard =
    network.hardDelay === network.delay ||
    network.hardDelay.every((value, at) => value === network.delay[at]);
  const delays = entries({ values: network.delay, weight: 1 });
  const volumes = entries(
    ...[
      { values: network.usd, weight: mixture.usd },
      { values: network.grams, weight: mixture.grams },
    ].filter(({ weight }) => weight > 0),
  );
  const losses = entries({ values: network.lossNats, weight: 1 });
  const hards = sameHard ? delays : entries({ values: network.hardDelay, weight: 1 });
  const laid = [delays, volumes, losses, ...(sameHard ? [] : [hards])];
  const copies = laid.reduce((sum, { symmetric }) => sum + (symmetric ? 1 : 2), 0);
  const arena = createArena(size * copies + workspace + 16 * groups + 512, kind);
  const groupStarts = arena.take(groups + 1);
  arena.i32.set(groupStart, groupStarts);
  const lay = (each: Entries): Oriented => {
    const byCaller = arena.take(size);
    const byCallee = each.symmetric ? byCaller : arena.take(size);
    spread(each, arena.f32, byCaller, byCallee, location, position);
    return { byCaller, byCallee };
  };
  const delay = lay(delays);
  const hard = sameHard ? delay : lay(hards);
  const volume = lay(volumes);
  const loss = lay(losses);
  const groupLeast = ({ byCaller }: Oriented) =>
    leastByGroup(arena.f32, byCaller, location, groupStart, groups);
  return {
    arena,
    mark: arena.take(0),
    workspace,
    locations: m,
    positions,
    groups,
    location,
    position,
    groupStart,
    groupStarts,
    zone,
    zoneMembers: Array.from({ length: zones }, (_, z) =>
      Int32Array.from([...zone.keys()].filter((p) => zone[p] === z)),
    ),
    delay,
    volume,
    loss,
    hard,
    mean: {
      delay: meanOf(delays),
      volume: meanOf(volumes),
      loss: meanOf(losses),
    },
    groupLeast: {
      delay: groupLeast(delay),
      volume: groupLeast(volume),
      loss: groupLeast(loss),
      hard: groupLeast(hard),
    },
  };
}

/** In tiles, so that columns are read while they are at hand. */
function isSymmetric(values: Float64Array, m: number): boolean {
  const TILE = 32;
  for (let top = 0; top < m; top += TILE) {
    for (let left = 0; left <= top; left += TILE) {
      const [bottom, right] = [Math.min(m, top + TILE), Math.min(m, left + TILE)];
      for (let k = top; k < bottom; k += 1)
        for (let l = left; l < right; l += 1) if (values[k * m + l] !== values[l * m + k]) return false;
    }
  }
  return true;
}

/** Into both orientations, location by location to position by position, some rows at a time. */
function spread(
  { terms }: Entries,
  f32: Float32Array,
  byCaller: number,
  byCallee: number,
  location: Int32Array,
  position: Int32Array,
): void {
  const m = position.length;
  const positions = location.length;
  const TILE = 16;
  const tile = new Float64Array(TILE * m);
  for (let top = 0; top < positions; top += TILE) {
    const end = Math.min(positions, top + TILE);
    tile.fill(0);
    for (let p = top; p < end; p += 1) {
      const k = location[p]!;
      const own = (p - top) * m;
      for (const { values, weight } of k < 0 ? [] : terms)
        for (let l = 0; l < m; l += 1) tile[own + l] = tile[own + l]! + weight * values[k * m + l]!;
      for (let l = 0; k >= 0 && l < m; l += 1) f32[byCaller + p * positions + position[l]!] = tile[own + l]!;
    }
    if (byCallee === byCaller) continue;
    // Down the columns of the tile, so that a row of the other orientation is written in one stretch.
    for (let l = 0; l < m; l += 1) {
      const row = byCallee + position[l]! * positions;
      for (let p = top; p < end; p += 1) f32[row + p] = tile[(p - top) * m + l]!;
    }
  }
}

function leastByGroup(
  f32: Float32Array,
  matrix: number,
  location: Int32Array,
  groupStart: Int32Array,
  groups: number,
): Float32Array {
  const positions = location.length;
  const least = new Float32Array(groups * groups).fill(Number.POSITIVE_INFINITY);
  for (let g = 0; g < groups; g += 1) {
    for (let p = groupStart[g]!; p < groupStart[g + 1]!; p += 1) {
      if (location[p]! < 0) continue;
      for (let h = 0; h < groups; h += 1) {
        let low = least[g * groups + h]!;
        for (let q = groupStart[h]!; q < groupStart[h + 1]!; q += 1) {
          const value = f32[matrix + p * positions + q]!;
          if (value < low && location[q]! >= 0) low = value;
        }
        least[g * groups + h] = low;
      }
    }
  }
  return least;
}

function meanOf({ terms }: Entries): number {
  let sum = 0;
  for (const { values, weight } of terms)
    for (let at = 0; at < values.length; at += 1) sum += weight * values[at]!;
  return sum / (terms[0]?.values.length ?? 1);
}
