/**
 * A constraint network: variables, labels and hard rules, of which only one thing is asked, whether they can
 * be met together. Costs are left out. A variable is some replicas of a service, a label a location.
 *
 * Rules are known by number, so that a proof can tell which of them it rests on; a rule without a number
 * (-1) is always blamed for free. All matrices are row by row.
 */
export interface ConstraintNetwork {
  readonly variables: number;
  readonly locations: number;
  readonly resources: number;
  /** How many rules there are to blame. */
  readonly rules: number;
  /** variables x locations: 1 where no rule of the variable alone forbids the label. */
  readonly allowed: Uint8Array;
  /**
   * Rules that together forbid label `k` to variable `i`, where `allowed` says so; `blamed` tells which ones
   * a proof rests on already, which are to be preferred.
   */
  readonly whyNot: (i: number, k: number, blamed: Uint8Array) => readonly number[];
  /** variables x resources. */
  readonly demand: Float64Array;
  /** variables x resources: the rule that asks for the amount. */
  readonly demandRule: Int32Array;
  /** locations x resources; tolerance included. */
  readonly room: Float64Array;
  /** Failure domain by location, 0, 1, 2 … */
  readonly zone: Int32Array;
  /** locations x locations, ms one way; Infinity where no path is known. */
  readonly delay: Float64Array;
  /** The least of them between two different locations. */
  readonly leastDelay: number;
  /** locations x locations, Mbit/s that one channel can have at most. Absent: no limits. */
  readonly pairRoom: Float64Array | undefined;
  readonly arcs: readonly Arc[];
  readonly choices: readonly Choice[];
  readonly spreads: readonly Spread[];
  readonly links: LinkLimits | undefined;
  /**
   * What a complete assignment breaks of rules that the others do not cover; undefined: nothing. Asked last.
   */
  readonly judge: (at: Int32Array) => Objection | undefined;
}

/** Rules that cannot be met while the variables are where they are. */
export interface Objection {
  readonly rules: readonly number[];
  readonly variables: readonly number[];
}

/** What two labels must keep, by the rules that ask for it; -1: no rule asks. */
export interface PairRules {
  /** Both on the same location. */
  readonly crossing: number;
  /** A known path, unless it is one location. */
  readonly path: number;
  /** At most `maxDelay` ms, tolerance included, unless it is one location. */
  readonly delay: number;
  readonly maxDelay: number;
  /** `mbps` on the way, unless it is one location. */
  readonly bandwidth: number;
  readonly mbps: number;
}

/** A rule between two variables; rows of all matrices are the label of `from`, columns that of `to`. */
export interface Arc extends PairRules {
  readonly from: number;
  readonly to: number;
  /** The two must differ in this. */
  readonly apart: 'Zone' | 'Location' | undefined;
  readonly apartRule: number;
  /** The two may be exchanged: the label of `to` is not below that of `from`. */
  readonly ordered: boolean;
}

/** A caller that needs one of several callees within its rules. */
export interface Choice extends PairRules {
  /** -1: the caller is outside, at `place`. */
  readonly caller: number;
  readonly place: number;
  readonly callees: readonly number[];
}

/** Variables that must lie in at least `min` domains. */
export interface Spread {
  readonly rule: number;
  readonly over: 'Zone' | 'Location';
  readonly min: number;
  /** In how many they can lie at most. */
  readonly most: number;
  readonly members: readonly number[];
}

/** What links carry for the arcs that reserve bandwidth. */
export interface LinkLimits {
  /** Mbit/s by link; Infinity where it knows no limit. */
  readonly room: Float64Array;
  /** Links of the path, by pair of locations. */
  readonly of: (pair: number) => readonly number[];
}

export function lets(network: ConstraintNetwork, rules: PairRules, k: number, l: number): boolean {
  if (k === l) return true;
  if (rules.crossing >= 0) return false;
  const pair = k * network.locations + l;
  const delay = network.delay[pair]!;
  if (delay > rules.maxDelay) return false;
  return rules.mbps === 0 || network.pairRoom === undefined || rules.mbps <= network.pairRoom[pair]!;
}

/** Whether an arc lets its two variables have labels `k` and `l`. */
export function letsArc(network: ConstraintNetwork, arc: Arc, k: number, l: number): boolean {
  if (arc.ordered && k > l) return false;
  if (arc.apart === 'Zone' ? network.zone[k] === network.zone[l] : arc.apart !== undefined && k === l)
    return false;
  return lets(network, arc, k, l);
}

/**
 * One rule by which a pair of labels is forbidden: one that is blamed already, else the last of them. -1: the
 * order of exchangeable variables, which is no rule.
 */
export function ruleAgainst(
  network: ConstraintNetwork,
  rules: PairRules & Partial<Arc>,
  k: number,
  l: number,
  blamed: Uint8Array,
): number {
  if (rules.ordered && k > l) return -1;
  const apart = rules.apart;
  if (apart === 'Zone' ? network.zone[k] === network.zone[l] : apart !== undefined && k === l)
    return rules.apartRule!;
  const pair = k * network.locations + l;
  const delay = network.delay[pair]!;
  let found = -1;
  const take = (rule: number) => {
    if (rule >= 0 && (found < 0 || (!blamed[found] && (blamed[rule] || rule > found)))) found = rule;
  };
  take(rules.crossing);
  if (delay > rules.maxDelay) {
    if (delay === Number.POSITIVE_INFINITY) take(rules.path);
    take(rules.delay);
  }
  const short = network.pairRoom !== undefined && rules.mbps > network.pairRoom[pair]!;
  if (rules.mbps > 0 && (short || delay === Number.POSITIVE_INFINITY)) take(rules.bandwidth);
  return found;
}

/** Of all pairs of different locations, ms. O(locations squared). */
export function leastDelayOf(delay: Float64Array, m: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < m; k += 1)
    for (let l = 0; l < m; l += 1) if (l !== k && delay[k * m + l]! < least) least = delay[k * m + l]!;
  return least;
}
