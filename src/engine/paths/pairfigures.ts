import type { Network } from '../gqap/gqap.ts';
import type { Problem } from '../problem.ts';
import type { Paths } from './paths.ts';

/** What lies between every two locations; nothing of it depends on applications or on free room. */
export interface PairFigures {
  readonly paths: Paths;
  /** USD per GB by pair: along the path, else the sender's egress price to the receiver's region. */
  readonly usdPerGB: Float64Array;
  /** The same figures as the matrices of the placement problem. */
  readonly network: Network;
  /** Over all pairs of locations. */
  readonly average: Readonly<Record<'usdPerGB' | 'gramsPerGB' | 'delay' | 'lossNats', number>>;
}

/** `gramsPerKWh` by location, what is not known filled in. O(locations squared) */
export function pairFiguresOf(
  { locations }: Pick<Problem, 'locations'>,
  gramsPerKWh: Float64Array,
  paths: Paths,
): PairFigures {
  const usdPerGB = withEgress(locations, paths.usdPerGB);
  const grams = gramsOfPairs(paths, gramsPerKWh);
  const delay = knownDelays(paths);
  return {
    paths,
    usdPerGB,
    network: { delay, hardDelay: paths.delay, usd: usdPerGB, grams, lossNats: paths.lossNats },
    average: {
      usdPerGB: average(usdPerGB),
      gramsPerGB: average(grams),
      delay: average(delay),
      lossNats: average(paths.lossNats),
    },
  };
}

/** As the two after it: flat loops, for they run over a million pairs. */
function withEgress(locations: Problem['locations'], usdPerGB: Float64Array): Float64Array {
  if (locations.every(({ egressUSDPerGB }) => egressUSDPerGB === undefined)) return usdPerGB;
  const m = locations.length;
  const regions = [...new Set(locations.flatMap(({ region }) => region ?? []))];
  const region = Int32Array.from(locations, (each) =>
    each.region === undefined ? -1 : regions.indexOf(each.region),
  );
  const to = new Float64Array(regions.length);
  let filled = usdPerGB;
  locations.forEach(({ egressUSDPerGB }, k) => {
    if (egressUSDPerGB === undefined) return;
    regions.forEach((name, r) => {
      to[r] = egressUSDPerGB[name] ?? 0;
    });
    for (let l = 0; l < m; l += 1) {
      const at = k * m + l;
      const price = l !== k && region[l]! >= 0 && !usdPerGB[at] ? to[region[l]!]! : 0;
      if (price === 0) continue;
      if (filled === usdPerGB) filled = usdPerGB.slice();
      filled[at] = price;
    }
  });
  return filled;
}

function gramsOfPairs({ kWhPerGB, size }: Paths, gramsPerKWh: Float64Array): Float64Array {
  const grams = new Float64Array(kWhPerGB.length);
  for (let k = 0, at = 0; k < size; k += 1) {
    const own = gramsPerKWh[k]!;
    for (let l = 0; l < size; l += 1, at += 1) grams[at] = kWhPerGB[at]! * ((own + gramsPerKWh[l]!) / 2);
  }
  return grams;
}

/** The same array where all paths are known. */
function knownDelays({ delay, worstDelay }: Paths): Float64Array {
  let known = delay;
  for (let at = 0; at < delay.length; at += 1) {
    if (Number.isFinite(delay[at]!)) continue;
    if (known === delay) known = delay.slice();
    known[at] = worstDelay;
  }
  return known;
}

function average(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at]!;
  return sum / values.length;
}
