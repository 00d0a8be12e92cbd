/**
 * One application as a generalised quadratic assignment problem (Lee and Ma 2004; Cordeau et al. 2006) with
 * hard pairs: what is left when names, units, rules and replicas are compiled away. A variable is a part of
 * a service: some of its replicas that go to one location. A label is a location.
 *
 * Minimise   sum unary[i,k]  +  sum over pairs Q_p(k,l)  +  sum over nearest-factors min over callees
 * such that  demand of the variables on a location fits its room, for each resource, and no pair of labels
 *            is forbidden.
 *
 * All matrices are row by row. Row is the caller's location, column the callee's: nothing is assumed to be
 * symmetric. Costs are in the weighted, normalised objective and, but for the constant, never negative. Infinity means forbidden.
 */
export interface Gqap {
  readonly variables: number;
  readonly locations: number;
  readonly resources: number;
  /** variables x locations. Infinity where a rule, or the room alone, forbids the location. */
  readonly unary: Float64Array;
  /** variables x resources: of all replicas of the part. */
  readonly demand: Float64Array;
  /** locations x resources: what others leave. */
  readonly room: Float64Array;
  /** Failure domain by location, 0, 1, 2 … without gaps. */
  readonly zone: Int32Array;
  readonly network: Network;
  readonly pairs: Pairs;
  readonly nearest: readonly NearestFactor[];
  /** Part of every cost that no label changes; may be negative, the sum with the rest never is. */
  readonly constant: number;
  /**
   * By variable: an earlier part of the same service with as many replicas, -1 where there is none. The two
   * may be exchanged without any change, so that a search may demand rising labels.
   */
  readonly twin: Int32Array;
  /** Absent: no channel reserves bandwidth. */
  readonly bandwidth: Bandwidth | undefined;
  /** Absent: use above the knee costs nothing. Beside all other costs, never negative. */
  readonly balance: Balance | undefined;
  /**
   * False: some placement costs more than this problem says (balance, state that moves with the first of
   * several parts, callees in several places), or breaks a rule that only whole placements can break
   * (survival, spread, bandwidth). Costs are never lower, so that bounds stay bounds.
   */
  readonly tight: boolean;
}

/**
 * `weight * max(0, share - knee)^2` summed over the locations, where share is the greatest share, over the
 * resources, of what is free there that the variables use. Convex: what some of them cost bounds the whole.
 */
export interface Balance {
  readonly weight: number;
  readonly knee: number;
  /** locations x resources: free before anything of this problem was placed. */
  readonly free: Float64Array;
}

/** Hard limits on the traffic that pairs of labels carry together. */
export interface Bandwidth {
  /** Mbit/s that are left, tolerance included; Infinity where a link knows no limit. */
  readonly linkRoom: Float64Array;
  /** locations x locations: the least of the pair's own limit and its links' room. What one channel can ever get. */
  readonly pairRoom: Float64Array;
  /**
   * locations x locations: what the priced links on the way cost by Mbit/s, beside all other costs. What the
   * prices take back for the room of those links is in the constant. Absent: no link has a price.
   */
  readonly perMbps?: Float64Array;
}

/** Shared by all applications of a problem; locations x locations each. */
export interface Network {
  /** ms one way, 0 on the diagonal; the worst known delay where no path is known. */
  readonly delay: Float64Array;
  /** As `delay`, but Infinity where no path is known: what hard limits are held against. */
  readonly hardDelay: Float64Array;
  /** USD per GB. */
  readonly usd: Float64Array;
  /** gCO2e per GB. */
  readonly grams: Float64Array;
  /** Minus log of the share that arrives. */
  readonly lossNats: Float64Array;
}

/** What the labels of a pair may be, beside delay. */
export const PAIR_RULE = { Any: 0, SameLocation: 1, OtherLocation: 2, OtherZone: 3 } as const;

/**
 * Pairs of different variables, as columns of equal length. The cost of labels (k,l) is
 * `perMs * delay + perUSD * usd + perGram * grams + perNat * lossNats + mbps * perMbps`, or Infinity where a
 * rule is broken.
 */
export interface Pairs {
  readonly count: number;
  /** Caller and callee. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly perMs: Float64Array;
  readonly perUSD: Float64Array;
  readonly perGram: Float64Array;
  readonly perNat: Float64Array;
  /** Hard limit on `hardDelay`, ms, tolerance included; Infinity: none. Inside one location it is kept. */
  readonly maxDelay: Float64Array;
  /** One of PAIR_RULE. */
  readonly rule: Uint8Array;
  /** Bandwidth to reserve on each link of the path, Mbit/s; 0: none. */
  readonly mbps: Float64Array;
}

/**
 * A channel whose callee has several parts: the caller uses the nearest of them by delay (ties: the lower
 * location). Its cost is at least the least of its pair costs over the callees, so that taking the least is
 * a relaxation.
 */
export interface NearestFactor {
  /** Variable of the caller; -1: the caller is outside, at `callerLocation`. */
  readonly caller: number;
  readonly callerLocation: number;
  readonly callees: Int32Array;
  readonly perMs: number;
  readonly perUSD: number;
  readonly perGram: number;
  readonly perNat: number;
  /** As in `Pairs`: no callee within it, on a location that the rule allows, makes the placement infeasible. */
  readonly maxDelay: number;
  /** Any or SameLocation. */
  readonly rule: number;
  readonly mbps: number;
}
