import { type Gqap, type NearestFactor, PAIR_RULE } from './gqap.ts';

type Coefficients = Pick<
  NearestFactor,
  'perMs' | 'perUSD' | 'perGram' | 'perNat' | 'maxDelay' | 'rule' | 'mbps'
>;

/** Cost of one channel or rule on the labels (k, l) of its two ends; Infinity where forbidden. */
export function pairCost(
  { network, locations, zone, bandwidth }: Gqap,
  { perMs, perUSD, perGram, perNat, maxDelay, rule, mbps }: Coefficients,
  k: number,
  l: number,
): number {
  const pair = k * locations + l;
  if (k !== l) {
    if (rule === PAIR_RULE.SameLocation) return Number.POSITIVE_INFINITY;
    if (rule === PAIR_RULE.OtherZone && zone[k] === zone[l]) return Number.POSITIVE_INFINITY;
    if (network.hardDelay[pair]! > maxDelay) return Number.POSITIVE_INFINITY;
    if (bandwidth !== undefined && mbps > 0 && mbps > bandwidth.pairRoom[pair]!)
      return Number.POSITIVE_INFINITY;
  } else if (rule === PAIR_RULE.OtherLocation || rule === PAIR_RULE.OtherZone)
    return Number.POSITIVE_INFINITY;
  return (
    perMs * network.delay[pair]! +
    perUSD * network.usd[pair]! +
    perGram * network.grams[pair]! +
    perNat * network.lossNats[pair]! +
    (bandwidth?.perMbps === undefined ? 0 : mbps * bandwidth.perMbps[pair]!)
  );
}

/** The terms of pair `p` as a record. */
export function coefficientsOf({ pairs }: Gqap, p: number): Coefficients {
  return {
    perMs: pairs.perMs[p]!,
    perUSD: pairs.perUSD[p]!,
    perGram: pairs.perGram[p]!,
    perNat: pairs.perNat[p]!,
    maxDelay: pairs.maxDelay[p]!,
    rule: pairs.rule[p]!,
    mbps: pairs.mbps[p]!,
  };
}

/** Location of the callee that a caller on `k` uses: the nearest, then its own, then the lower index. */
export function nearestLabel(
  { network, locations }: Gqap,
  k: number,
  callees: ArrayLike<number>,
  at: ArrayLike<number>,
): number {
  let best = at[callees[0]!]!;
  for (let j = 1; j < callees.length; j += 1) {
    const l = at[callees[j]!]!;
    const through = network.hardDelay[k * locations + l]!;
    const known = network.hardDelay[k * locations + best]!;
    if (through < known || (through === known && best !== k && (l === k || l < best))) best = l;
  }
  return best;
}

/**
 * Cost of a complete assignment without capacity; Infinity where a pair is forbidden. Each caller uses the
 * nearest callee, so that it is the true cost wherever the problem is tight but for its nearest factors.
 */
export function costOf(gqap: Gqap, at: ArrayLike<number>): number {
  const { variables, locations, unary, pairs, nearest } = gqap;
  let sum = gqap.constant;
  for (let i = 0; i < variables; i += 1) sum += unary[i * locations + at[i]!]!;
  for (let p = 0; p < pairs.count; p += 1)
    sum += pairCost(gqap, coefficientsOf(gqap, p), at[pairs.from[p]!]!, at[pairs.to[p]!]!);
  for (const factor of nearest) {
    const k = factor.caller < 0 ? factor.callerLocation : at[factor.caller]!;
    sum += pairCost(gqap, factor, k, nearestLabel(gqap, k, factor.callees, at));
  }
  return sum;
}

/** Whether the demand on every location is within its room, for each resource. */
export function fits({ variables, resources, demand, room }: Gqap, at: ArrayLike<number>): boolean {
  const used = new Map<number, number>();
  for (let i = 0; i < variables; i += 1) {
    for (let r = 0; r < resources; r += 1) {
      const amount = demand[i * resources + r]!;
      if (amount <= 0) continue;
      const key = at[i]! * resources + r;
      const sum = (used.get(key) ?? 0) + amount;
      if (sum > room[key]!) return false;
      used.set(key, sum);
    }
  }
  return true;
}
