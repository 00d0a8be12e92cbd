import type { TermValues } from '../result.ts';
import { TERMS } from '../vocabulary.ts';
import type { AppModel } from './appmodel.ts';
import { keepsRules, keepsWholeRules, objectiveOf, type Placement, routesOf, termsOf } from './evaluate.ts';
import { fitsOn, type Load } from './load.ts';

/**
 * The true objective of a complete placement beside what others use, or Infinity where it breaks a hard
 * rule. Every search asks it before it takes a placement for one, so that no relaxation, rounding or
 * single-precision kernel can make a result wrong. O(shards + channels).
 */
export type Judge = (at: Placement) => number;

export function judgeOf(model: AppModel, load: Load, limits: TermValues = {}): Judge {
  return (at) =>
    isFeasible(model, load, at) && keepsLimits(model, at, limits)
      ? objectiveOf(model, at)
      : Number.POSITIVE_INFINITY;
}

/** A limit is kept up to this share of it, and as much in its own unit; the referee allows more. */
const SLACK = 1e-9;

/** What a term may come to under a limit, rounding included. */
export function mostOf(limit: number): number {
  return limit + SLACK * (Math.abs(limit) + 1e-3);
}

/** Terms that nobody gives figures for are limited by nothing. */
export function keepsLimits(model: AppModel, at: Placement, limits: TermValues): boolean {
  const limited = TERMS.filter((term) => limits[term] !== undefined);
  if (limited.length === 0) return true;
  const terms = termsOf(model, at);
  return limited.every((term) => terms[term] === undefined || terms[term] <= mostOf(limits[term]!));
}

/** Every hard rule of a complete placement. */
export function isFeasible(model: AppModel, load: Load, at: Placement): boolean {
  const { zone } = model.federation;
  const apartAndAllowed = model.shards.every(({ service }, shard) => {
    const { apart, shards, allowed } = model.services[service]!;
    const k = at[shard]!;
    const clash =
      apart !== undefined &&
      shards.some(
        (other) => other < shard && (apart === 'Location' ? at[other] === k : zone[at[other]!] === zone[k]),
      );
    return allowed[k] === 1 && !clash;
  });
  return (
    apartAndAllowed &&
    fitTogether(model, load, at) &&
    model.channels.every((channel) => keepsRules(model, channel, routesOf(model, channel, at))) &&
    keepsWholeRules(model, at, load)
  );
}

/** Capacity of every location that the placement uses. */
function fitTogether(model: AppModel, load: Load, at: Placement): boolean {
  const sums = new Map<number, Float64Array>();
  model.shards.forEach(({ service, replicas }, shard) => {
    const { demand } = model.services[service]!;
    const sum = sums.get(at[shard]!) ?? new Float64Array(demand.length);
    sums.set(at[shard]!, sum);
    for (let r = 0; r < sum.length; r += 1) sum[r] = sum[r]! + demand[r]! * replicas;
  });
  return [...sums].every(([k, sum]) => fitsOn(model.federation, load, k, sum, 1));
}
