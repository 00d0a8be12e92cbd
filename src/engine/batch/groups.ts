import { groupsOf } from '../large/groups.ts';
import type { FederationModel } from '../model/federation.ts';

/** Finer ones bound more tightly, and every message costs their square. */
const MOST_GROUPS = 72;

/**
 * Groups of locations that are alike, by location, 0, 1, 2 … without gaps: failure domains, divided by which
 * resources their locations have at all, then by the greatest differences in price, carbon, availability and
 * distance that are left (each over its mean; halves of the range). Depends on the federation alone, so that
 * no application changes what another one is bounded by. O(locations squared), once.
 */
export function alikeGroups(federation: FederationModel): Int32Array {
  const { ids, zone, network, free, resources } = federation;
  const m = ids.length;
  const R = resources.length;
  const base = groupsOf({ locations: m, zone, network });
  const named = new Map<string, number[]>();
  for (let k = 0; k < m; k += 1) {
    let offered = '';
    for (let r = 0; r < R; r += 1) offered += free[k * R + r]! > 0 ? '1' : '0';
    const key = `${base[k]} ${offered}`;
    const known = named.get(key);
    if (known) known.push(k);
    else named.set(key, [k]);
  }
  const features = featuresOf(federation);
  const groups = [...named.values()].map((members) => withSpread(members, features));
  while (groups.length < MOST_GROUPS) {
    let widest = 0;
    for (let g = 1; g < groups.length; g += 1) if (groups[g]!.weight > groups[widest]!.weight) widest = g;
    const { members, feature, middle, weight } = groups[widest]!;
    if (!(weight > 0)) break;
    const values = features[feature]!;
    groups[widest] = withSpread(
      members.filter((k) => values[k]! <= middle),
      features,
    );
    groups.push(
      withSpread(
        members.filter((k) => values[k]! > middle),
        features,
      ),
    );
  }
  const group = new Int32Array(m);
  groups.forEach(({ members }, g) => {
    for (const k of members) group[k] = g;
  });
  return group;
}

interface Group {
  readonly members: readonly number[];
  /** Which feature differs most, and the middle of its range. */
  readonly feature: number;
  readonly middle: number;
  /** Range of that feature times the number of locations. */
  readonly weight: number;
}

function withSpread(members: readonly number[], features: readonly Float64Array[]): Group {
  let [feature, middle, range] = [0, 0, 0];
  features.forEach((values, at) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const k of members) {
      low = Math.min(low, values[k]!);
      high = Math.max(high, values[k]!);
    }
    if (high - low <= range) return;
    [feature, middle, range] = [at, (low + high) / 2, high - low];
  });
  return { members, feature, middle, weight: range * members.length };
}

function featuresOf({
  ids,
  resources,
  price,
  gramsPerCore,
  unavailability,
  network,
}: FederationModel): Float64Array[] {
  const m = ids.length;
  const R = resources.length;
  const nearest = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < m; k += 1) {
    for (let l = 0, at = k * m; l < m; l += 1, at += 1) {
      sum += network.delay[at]!;
      if (l !== k && network.delay[at]! < nearest[k]!) nearest[k] = network.delay[at]!;
    }
  }
  const perResource = resources.map((_, r) => Float64Array.from({ length: m }, (__, k) => price[k * R + r]!));
  return [
    ...[...perResource, gramsPerCore, unavailability].map(overMean),
    nearest.map((delay) => (sum > 0 && Number.isFinite(delay) ? (delay * m * m) / sum : 0)),
  ];
}

function overMean(values: Float64Array): Float64Array {
  let sum = 0;
  for (let k = 0; k < values.length; k += 1) sum += values[k]!;
  return values.map((value) => (sum > 0 ? (value * values.length) / sum : 0));
}
