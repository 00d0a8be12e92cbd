import type { FederationModel } from '../model/federation.ts';
import type { Layout } from './layout.ts';

/** What a unit between two locations costs at least: potentials of both ends, and the least rest between their groups. */
export interface PairFloor {
  /** By location: of the caller, and of the callee. */
  readonly leaving: Float64Array;
  readonly entering: Float64Array;
  /** Caller's group by callee's group, over pairs of different locations. Never negative. */
  readonly least: Float64Array;
  /** Both directions are the same, up to rounding. */
  readonly symmetric: boolean;
}

export type PairFigure = 'delay' | 'usd' | 'grams' | 'loss';
export type PairFloors = Readonly<Record<PairFigure | 'hard', PairFloor>>;

/**
 * Separable bounds of the matrices between locations from below: x[k, l] >= leaving[k] + entering[l] + least
 * between their groups, for k other than l. A min-plus product with such a bound takes O(locations + groups
 * squared) in place of O(locations squared). A location's potential is half of the least that leaves, or
 * enters, it. O(locations squared), once.
 */
export function pairFloorsOf({ network }: Pick<FederationModel, 'network'>, layout: Layout): PairFloors {
  return {
    delay: floorOf(network.delay, layout),
    usd: floorOf(network.usd, layout),
    grams: floorOf(network.grams, layout),
    loss: floorOf(network.lossNats, layout),
    // Limits are compared, not added: potentials would be of no use.
    hard: withRest(
      network.hardDelay,
      layout,
      nothing(layout),
      nothing(layout),
      isSymmetric(network.hardDelay, layout.locations),
    ),
  };
}

/** The same over other groups. */
export function regrouped(
  floors: PairFloors,
  { network }: Pick<FederationModel, 'network'>,
  layout: Layout,
): PairFloors {
  const values = { ...network, loss: network.lossNats, hard: network.hardDelay };
  const of = (figure: keyof PairFloors) => {
    const { leaving, entering, symmetric } = floors[figure];
    return withRest(values[figure], layout, leaving, entering, symmetric);
  };
  return { delay: of('delay'), usd: of('usd'), grams: of('grams'), loss: of('loss'), hard: of('hard') };
}

function nothing({ locations }: Layout): Float64Array {
  return new Float64Array(locations);
}

function floorOf(values: Float64Array, layout: Layout): PairFloor {
  const m = layout.locations;
  const leaving = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  const entering = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < m; k += 1) {
    let low = Number.POSITIVE_INFINITY;
    for (let l = 0, at = k * m; l < m; l += 1, at += 1) {
      if (l === k) continue;
      const value = values[at]!;
      if (value < low) low = value;
      if (value < entering[l]!) entering[l] = value;
    }
    leaving[k] = low;
  }
  const half = (low: number) => (Number.isFinite(low) ? low / 2 : 0);
  return withRest(values, layout, leaving.map(half), entering.map(half), isSymmetric(values, m));
}

function withRest(
  values: Float64Array,
  { locations: m, groups, group }: Layout,
  leaving: Float64Array,
  entering: Float64Array,
  symmetric: boolean,
): PairFloor {
  const least = new Float64Array(groups * groups).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < m; k += 1) {
    const ofRow = group[k]! * groups;
    const own = leaving[k]!;
    for (let l = 0, at = k * m; l < m; l += 1, at += 1) {
      const rest = values[at]! - own - entering[l]!;
      const into = ofRow + group[l]!;
      if (rest < least[into]! && l !== k) least[into] = rest;
    }
  }
  // A group of one location has no pair of two: any value bounds it, and a usual one keeps products short.
  let most = 0;
  for (const rest of least) if (rest > most && rest < Number.POSITIVE_INFINITY) most = rest;
  const alone = (rest: number, at: number) => rest === Number.POSITIVE_INFINITY && at % (groups + 1) === 0;
  return {
    leaving,
    entering,
    symmetric,
    least: least.map((rest, at) => (alone(rest, at) ? most : Math.max(0, rest))),
  };
}

/** In tiles, so that columns are read while they are at hand. */
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
