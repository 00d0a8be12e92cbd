import type { AppModel } from './appmodel.ts';
import { keepsRules, keepsWholeRules, objectiveOf, type Placement, routesOf } from './evaluate.ts';
import { fitsOn, type Load } from './load.ts';

/**
 * The true objective of a complete placement beside what others use, or Infinity where it breaks a hard
 * rule. Every search asks it before it takes a placement for one, so that no relaxation, rounding or
 * single-precision kernel can make a result wrong. O(shards + channels).
 */
export type Judge = (at: Placement) => number;

export function judgeOf(model: AppModel, load: Load): Judge {
  return (at) => (isFeasible(model, load, at) ? objectiveOf(model, at) : Number.POSITIVE_INFINITY);
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
