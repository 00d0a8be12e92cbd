import { type Gqap, type NearestFactor, PAIR_RULE } from '../gqap/gqap.ts';
import type { Mixture } from './matrices.ts';

/** Which matrix a hard limit of a pair is held against. */
export const LIMIT = { None: 0, Delay: 1, SameLocation: 2, OtherLocation: 3, OtherZone: 4 } as const;
export type Limit = (typeof LIMIT)[keyof typeof LIMIT];

/** Cost of a pair of labels over delay, volume and loss, and one hard limit. */
export interface Coefficients {
  readonly perMs: number;
  readonly perVolume: number;
  readonly perNat: number;
  readonly limit: Limit;
  readonly most: number;
}

/** A pair of variables, or a caller with the callees of which it uses the nearest. */
export interface Factor extends Coefficients {
  /** Caller first. A caller outside is left out of `members`. */
  readonly members: readonly number[];
  readonly nearest: boolean;
  /** Location of a caller outside; -1. */
  readonly callerLocation: number;
  /** What breaking its limit costs in the search for placements; at least `BIG`, which the bound takes. */
  penalty: number;
}

/** Forbidden combinations cost this much, where the average placement costs 1. */
export const BIG = 1;
/** A location that a variable may not use. */
export const FORBIDDEN = 1e6;

/**
 * How a gram weighs against a USD. Channels of one application all weigh them alike; where they do not, the
 * least weight of grams is taken: costs are then bounded from below, and results judged as they are.
 */
export function mixtureOf({ pairs, nearest }: Gqap): Mixture {
  let usd = 0;
  let ratio = Number.POSITIVE_INFINITY;
  let grams = 0;
  const see = ({ perUSD, perGram }: { perUSD: number; perGram: number }) => {
    usd = Math.max(usd, perUSD);
    grams = Math.max(grams, perGram);
    if (perUSD > 0) ratio = Math.min(ratio, perGram / perUSD);
  };
  for (let p = 0; p < pairs.count; p += 1) see({ perUSD: pairs.perUSD[p]!, perGram: pairs.perGram[p]! });
  for (const factor of nearest) see(factor);
  // Rounded down, so that equal mixtures of different applications share their matrices.
  return usd > 0 ? { usd: 1, grams: ratio * (1 - 1e-12) } : { usd: 0, grams: grams > 0 ? 1 : 0 };
}

/** The pairs and nearest-factors of a problem, in the costs of the problem. O(pairs). */
export function factorsOf(gqap: Gqap, mixture: Mixture): Factor[] {
  const { pairs } = gqap;
  const factors: Factor[] = [];
  const add = (
    members: readonly number[],
    terms: Omit<NearestFactor, 'caller' | 'callees'>,
    nearest: boolean,
  ): void => {
    const costs = {
      perMs: terms.perMs,
      perVolume: mixture.usd > 0 ? terms.perUSD : terms.perGram,
      perNat: terms.perNat,
    };
    const { rule, maxDelay, callerLocation } = terms;
    const own = { members, nearest, callerLocation, penalty: BIG };
    const limit =
      rule === PAIR_RULE.SameLocation
        ? LIMIT.SameLocation
        : maxDelay === Number.POSITIVE_INFINITY
          ? LIMIT.None
          : LIMIT.Delay;
    // Widened: single precision must not forbid what is allowed.
    const most = limit === LIMIT.Delay ? maxDelay * (1 + 3e-7) + 1e-30 : 0.5;
    const apart = rule === PAIR_RULE.OtherLocation || rule === PAIR_RULE.OtherZone;
    const priced = costs.perMs > 0 || costs.perVolume > 0 || costs.perNat > 0;
    if (priced || limit !== LIMIT.None || !apart) factors.push({ ...costs, ...own, limit, most });
    if (!apart) return;
    const kind = rule === PAIR_RULE.OtherZone ? LIMIT.OtherZone : LIMIT.OtherLocation;
    factors.push({ perMs: 0, perVolume: 0, perNat: 0, ...own, limit: kind, most: 0.5 });
  };
  for (let p = 0; p < pairs.count; p += 1) {
    const terms = {
      callerLocation: -1,
      perMs: pairs.perMs[p]!,
      perUSD: pairs.perUSD[p]!,
      perGram: pairs.perGram[p]!,
      perNat: pairs.perNat[p]!,
      maxDelay: pairs.maxDelay[p]!,
      rule: pairs.rule[p]!,
      mbps: pairs.mbps[p]!,
    };
    add([pairs.from[p]!, pairs.to[p]!], terms, false);
  }
  for (const factor of gqap.nearest) {
    const callees = [...factor.callees];
    add(factor.caller < 0 ? callees : [factor.caller, ...callees], factor, true);
  }
  return factors;
}

/** What an average placement costs without its constant: the unit of everything in single precision. */
export function scaleOf(
  { variables, locations, unary }: Gqap,
  factors: readonly Factor[],
  mean: Readonly<Record<'delay' | 'volume' | 'loss', number>>,
): number {
  let sum = 0;
  for (let i = 0; i < variables; i += 1) {
    let own = 0;
    let count = 0;
    for (let k = i * locations; k < (i + 1) * locations; k += 1) {
      if (unary[k] === Number.POSITIVE_INFINITY) continue;
      own += unary[k]!;
      count += 1;
    }
    if (count > 0) sum += own / count;
  }
  for (const { perMs, perVolume, perNat } of factors)
    sum += perMs * mean.delay + perVolume * mean.volume + perNat * mean.loss;
  return sum > 0 && Number.isFinite(sum) ? sum : 1;
}

export function scaled(factor: Factor, scale: number): Factor {
  const { perMs, perVolume, perNat } = factor;
  return { ...factor, perMs: perMs / scale, perVolume: perVolume / scale, perNat: perNat / scale };
}
