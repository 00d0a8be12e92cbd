import { coefficientsOf, pairCost } from '../gqap/cost.ts';
import type { Gqap, NearestFactor } from '../gqap/gqap.ts';
import type { Judge } from '../model/judge.ts';
import type { Coefficients } from './mergepairs.ts';

/** Constructions; each puts what the one before found no place for to the front. */
const TRIES = 12;

/**
 * A placement for the price of reading the problem a few times, before any matrix is laid out, for whoever
 * has no time for more: variable after variable along the channels, where fewest labels are left first, each
 * on the label of least cost towards those that are placed, within capacity. What finds no place comes
 * earlier in the next try. Undefined where every try ends nowhere or breaks a rule.
 * O(tries x labels x (variables + pairs + nearest factors)).
 */
export function firstFit(gqap: Gqap, judge: Judge): Int32Array | undefined {
  const { variables: n, pairs } = gqap;
  const terms = Array.from({ length: pairs.count }, (_, p) => coefficientsOf(gqap, p));
  const incident: number[][] = Array.from({ length: n }, () => []);
  for (let p = 0; p < pairs.count; p += 1) {
    incident[pairs.from[p]!]!.push(p);
    incident[pairs.to[p]!]!.push(p);
  }
  const urgency = new Int32Array(n);
  for (let each = 0; each < TRIES; each += 1) {
    const at = construct(gqap, orderOf(gqap, incident, urgency), terms, incident);
    if (typeof at !== 'number') return judge(at) === Number.POSITIVE_INFINITY ? undefined : at;
    urgency[at]! += 1;
  }
  return undefined;
}

/** All labels, or the variable that found none. */
function construct(
  gqap: Gqap,
  order: readonly number[],
  terms: readonly Coefficients[],
  incident: readonly (readonly number[])[],
): Int32Array | number {
  const { variables: n, locations: m, resources: R, unary, demand, room, pairs, nearest } = gqap;
  const at = new Int32Array(n).fill(-1);
  const use = new Float64Array(m * R);
  const cost = new Float64Array(m);
  const fitsOn = (i: number, k: number) => {
    for (let r = 0; r < R; r += 1) {
      const amount = demand[i * R + r]!;
      if (amount > 0 && use[k * R + r]! + amount > room[k * R + r]!) return false;
    }
    return true;
  };
  for (const i of order) {
    for (let k = 0; k < m; k += 1) cost[k] = fitsOn(i, k) ? unary[i * m + k]! : Number.POSITIVE_INFINITY;
    for (const p of incident[i]!) {
      const calls = pairs.from[p] === i;
      const other = at[calls ? pairs.to[p]! : pairs.from[p]!]!;
      if (other < 0) continue;
      for (let k = 0; k < m; k += 1)
        if (cost[k] !== Number.POSITIVE_INFINITY)
          cost[k] = cost[k]! + pairCost(gqap, terms[p]!, calls ? k : other, calls ? other : k);
    }
    for (const factor of nearest) addNearest(gqap, factor, i, at, cost);
    let best = 0;
    for (let k = 1; k < m; k += 1) if (cost[k]! < cost[best]!) best = k;
    if (cost[best] === Number.POSITIVE_INFINITY) return i;
    at[i] = best;
    for (let r = 0; r < R; r += 1) use[best * R + r] = use[best * R + r]! + demand[i * R + r]!;
  }
  return at;
}

/** A caller pays to the cheapest callee that is placed; a callee takes over what it makes cheaper. */
function addNearest(gqap: Gqap, factor: NearestFactor, i: number, at: Int32Array, cost: Float64Array): void {
  const calls = factor.caller === i;
  if (!calls && !factor.callees.includes(i)) return;
  const from = factor.caller < 0 ? factor.callerLocation : at[factor.caller]!;
  if (!calls && from < 0) return;
  const others = [...factor.callees].flatMap((j) => (at[j]! >= 0 ? [at[j]!] : []));
  if (calls && others.length === 0) return;
  for (let k = 0; k < cost.length; k += 1) {
    if (cost[k] === Number.POSITIVE_INFINITY) continue;
    let least = calls ? Number.POSITIVE_INFINITY : pairCost(gqap, factor, from, k);
    for (const other of others) least = Math.min(least, pairCost(gqap, factor, calls ? k : from, other));
    cost[k] = cost[k]! + least;
  }
}

/** The most urgent first, then what shares most channels with what is placed, then where fewest labels are. */
function orderOf(
  { variables: n, locations: m, unary, pairs }: Gqap,
  incident: readonly (readonly number[])[],
  urgency: Int32Array,
): number[] {
  const labels = new Int32Array(n);
  for (let at = 0; at < n * m; at += 1)
    if (unary[at] !== Number.POSITIVE_INFINITY) labels[Math.floor(at / m)]! += 1;
  const drawn = new Int32Array(n);
  const placed = new Uint8Array(n);
  const precedes = (i: number, j: number) =>
    (urgency[i]! - urgency[j]! || drawn[i]! - drawn[j]! || labels[j]! - labels[i]!) > 0;
  const order: number[] = [];
  while (order.length < n) {
    let next = -1;
    for (let i = 0; i < n; i += 1) if (!placed[i] && (next < 0 || precedes(i, next))) next = i;
    placed[next] = 1;
    order.push(next);
    for (const p of incident[next]!) {
      const other = pairs.from[p] === next ? pairs.to[p]! : pairs.from[p]!;
      drawn[other]! += 1;
    }
  }
  return order;
}
