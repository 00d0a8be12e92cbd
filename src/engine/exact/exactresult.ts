import type { Gqap } from '../gqap/gqap.ts';
import type { Judge } from '../model/judge.ts';
import { EPS, type State } from './state.ts';

/** What a search found, and how far it looked. Costs include the constant of the problem. */
export interface ExactResult {
  /** Location by variable. */
  at: Int32Array | undefined;
  /** As the judge has it; Infinity where there is none. */
  objective: number;
  /** No placement costs less. Equal to the objective where complete. */
  lowerBound: number;
  /** True: no better placement exists; with none, none exists at all. */
  complete: boolean;
  /** Of room at the root, locations x resources, in the objective; 0 where capacity is not short. */
  prices: Float64Array;
}

/** What a search that stopped has: `bound` without the constant, room prices by label. */
export function finish(state: State, bound: number, complete: boolean, prices?: Float64Array): ExactResult {
  const { gqap, found, best, location, ub, m, R } = state;
  const whole = new Float64Array(gqap.locations * R);
  if (prices) {
    for (let at = 0; at < m * R; at += 1) whole[location[Math.floor(at / R)]! * R + (at % R)] = prices[at]!;
  }
  if (!found)
    return {
      at: undefined,
      objective: Number.POSITIVE_INFINITY,
      lowerBound: complete ? Number.POSITIVE_INFINITY : gqap.constant + Math.max(0, bound),
      complete,
      prices: whole,
    };
  const done = complete || bound > ub - EPS;
  return {
    at: best.map((k) => location[k]!),
    objective: gqap.constant + ub,
    lowerBound: gqap.constant + (done ? ub : Math.max(0, Math.min(bound, ub))),
    complete: done,
    prices: whole,
  };
}

/** Proved: there is no placement. */
export function nothing({ locations, resources }: Gqap): ExactResult {
  return {
    at: undefined,
    objective: Number.POSITIVE_INFINITY,
    lowerBound: Number.POSITIVE_INFINITY,
    complete: true,
    prices: new Float64Array(locations * resources),
  };
}

/** The sum of what each variable costs at least, all else free; Infinity where one has no label. */
export function leastUnary({ variables, locations, unary }: Gqap): number {
  let sum = 0;
  for (let i = 0; i < variables; i += 1) {
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < locations; k += 1) least = Math.min(least, unary[i * locations + k]!);
    sum += least;
  }
  return sum;
}

/** No budget even to lay the problem out: what was at hand, and the bound that needs no more than a look. */
export function cutShort(gqap: Gqap, judge: Judge, at: Int32Array | undefined, floor: number): ExactResult {
  const lowerBound = gqap.constant + floor;
  if (!at) return { ...unknown(gqap), lowerBound };
  const objective = judge(at);
  return { ...unknown(gqap), at, objective, lowerBound: Math.min(lowerBound, objective) };
}

/** Nothing found, nothing proved. */
export function unknown(gqap: Gqap): ExactResult {
  return { ...nothing(gqap), lowerBound: gqap.constant, complete: false };
}
