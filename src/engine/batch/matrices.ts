import type { Arena } from '../kernels/arena.ts';
import type { FederationModel } from '../model/federation.ts';
import type { Layout } from './layout.ts';

/** A matrix in both orientations, as offsets: rows of the caller, rows of the callee; one where it is symmetric. */
export interface Oriented {
  readonly byCaller: number;
  readonly byCallee: number;
}

/**
 * The network in single precision, twice: between positions (stride `positions`) for placements, and the least
 * between groups (stride `stride`) for bounds, rounded down. Inside a group the least is 0: two services may
 * share a location.
 */
export interface NetworkMatrices {
  readonly delay: Oriented;
  readonly usd: Oriented;
  readonly grams: Oriented;
  readonly loss: Oriented;
  /** Infinity where no path is known. */
  readonly hard: Oriented;
  readonly least: Readonly<Record<'delay' | 'usd' | 'grams' | 'loss' | 'hard', Oriented>>;
  /** USD and grams of one application together, the least between groups. */
  readonly volume: Oriented;
  /** 1 where two groups differ; where they are one location; where they are in one zone. Symmetric. */
  readonly differs: number;
  readonly sameLocation: number;
  readonly sameZone: number;
}

/** Rounding to single precision must not raise a cost. */
const DOWN = 1 - 2e-7;

export function networkElements({ network }: FederationModel, layout: Layout): number {
  const big = Math.ceil((layout.positions * layout.positions) / 16) * 16;
  const small = Math.ceil((layout.stride * layout.stride) / 16) * 16;
  const hard = network.hardDelay === network.delay ? 0 : 2;
  return (8 + hard) * big + 17 * small;
}

/** O(locations squared). */
export function takeNetwork({ network }: FederationModel, layout: Layout, arena: Arena): NetworkMatrices {
  const { groups, stride, start, location } = layout;
  const small = () => arena.take(stride * stride);
  const lay = (values: Float64Array) => layMatrix(values, layout, arena);
  const delay = lay(network.delay);
  const usd = lay(network.usd);
  const grams = lay(network.grams);
  const loss = lay(network.lossNats);
  const hard = network.hardDelay === network.delay ? delay : lay(network.hardDelay);
  const differs = small();
  const sameLocation = small();
  const sameZone = small();
  for (let g = 0; g < stride; g += 1) {
    const one = g < groups && location.subarray(start[g], start[g + 1]).filter((k) => k >= 0).length === 1;
    if (one) arena.f32[sameLocation + g * stride + g] = 1;
    for (let h = 0; h < stride; h += 1) {
      if (g !== h) arena.f32[differs + g * stride + h] = 1;
      const zoned = g < groups && h < groups && layout.zone[g]! >= 0 && layout.zone[g] === layout.zone[h];
      if (zoned) arena.f32[sameZone + g * stride + h] = 1;
    }
  }
  return {
    delay: delay.full,
    usd: usd.full,
    grams: grams.full,
    loss: loss.full,
    hard: hard.full,
    least: { delay: delay.least, usd: usd.least, grams: grams.least, loss: loss.least, hard: hard.least },
    volume: { byCaller: small(), byCallee: small() },
    differs,
    sameLocation,
    sameZone,
  };
}

function layMatrix(
  values: Float64Array,
  { locations: m, positions, position, group, groups, stride }: Layout,
  { f32, take }: Arena,
): { full: Oriented; least: Oriented } {
  const turned = !isSymmetric(values, m);
  const byCaller = take(positions * positions);
  const byCallee = turned ? take(positions * positions) : byCaller;
  const low = new Float64Array(groups * groups).fill(Number.POSITIVE_INFINITY);
  const groupOf = position.map((p) => group[p]!);
  for (let k = 0; k < m; k += 1) {
    const row = byCaller + position[k]! * positions;
    const ofRow = groupOf[k]! * groups;
    for (let l = 0, at = k * m; l < m; l += 1, at += 1) {
      const value = values[at]!;
      f32[row + position[l]!] = value;
      if (value < low[ofRow + groupOf[l]!]!) low[ofRow + groupOf[l]!] = value;
    }
  }
  if (turned)
    for (let l = 0; l < m; l += 1) {
      const row = byCallee + position[l]! * positions;
      for (let k = 0, at = l; k < m; k += 1, at += m) f32[row + position[k]!] = values[at]!;
    }
  const least = { byCaller: take(stride * stride), byCallee: take(stride * stride) };
  for (let g = 0; g < groups; g += 1) {
    for (let h = 0; h < groups; h += 1) {
      const value = g === h ? 0 : Math.min(low[g * groups + h]! * DOWN, 3e38);
      f32[least.byCaller + g * stride + h] = value;
      f32[least.byCallee + h * stride + g] = value;
    }
  }
  return { full: { byCaller, byCallee }, least };
}

/** Up to rounding. In tiles, so that columns are read while they are at hand. */
function isSymmetric(values: Float64Array, m: number): boolean {
  const TILE = 32;
  for (let top = 0; top < m; top += TILE) {
    for (let left = 0; left <= top; left += TILE) {
      const [bottom, right] = [Math.min(m, top + TILE), Math.min(m, left + TILE)];
      for (let k = top; k < bottom; k += 1)
        for (let l = left; l < right; l += 1) {
          const [a, b] = [values[k * m + l]!, values[l * m + k]!];
          if (a !== b && Math.abs(a - b) > 1e-12 * Math.max(a, b)) return false;
        }
    }
  }
  return true;
}
