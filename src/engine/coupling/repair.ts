import type { Budget } from '../budget.ts';
import type { AppModel } from '../model/appmodel.ts';
import { objectiveOf, type Placement } from '../model/evaluate.ts';
import { isFeasible } from '../model/judge.ts';
import { anyBandwidth, type Load } from '../model/load.ts';
import type { TermValues } from '../result.ts';
import { amountIn, exceededRows, useOf } from './row.ts';

/** A move must gain this share to count. */
const GAIN = 1e-9;
/** Units of work to judge one placement: a look at every part and every channel. */
const PART_WORK = 15;

/**
 * Local search from a placement that keeps all rules but rows: shifts of one part, and of a part together with
 * one it has a channel with, first for less excess over the rows, then for less cost. Ends in a local
 * optimum, or with the budget. O(parts x locations x channels) for one look around.
 */
export function repair(
  model: AppModel,
  load: Load,
  limits: TermValues,
  from: Placement,
  budget: Budget,
): Placement {
  const free = anyBandwidth(load);
  const at = from.slice();
  const work = PART_WORK * (model.shards.length + 2 * model.channels.length);
  const neighbours = neighboursOf(model);
  const scoreOf = (): { excess: number; cost: number } => {
    budget.spend(work);
    if (!isFeasible(model, free, at)) return { excess: Number.POSITIVE_INFINITY, cost: 0 };
    const use = useOf(model, at);
    const excess = exceededRows(model, load, limits, use).reduce(
      (sum, row) => sum + amountIn(use, row) / Math.max(row.limit, 1e-9) - 1,
      0,
    );
    return { excess, cost: objectiveOf(model, at) };
  };
  let best = scoreOf();
  const better = (a: typeof best) =>
    a.excess < best.excess - GAIN || (a.excess <= best.excess && a.cost < best.cost - GAIN * best.cost);
  const attempt = (shards: readonly number[], k: number): boolean => {
    const before = shards.map((shard) => at[shard]!);
    if (before.every((each) => each === k)) return false;
    for (const shard of shards) at[shard] = k;
    const score = scoreOf();
    if (better(score)) {
      best = score;
      return true;
    }
    shards.forEach((shard, each) => {
      at[shard] = before[each]!;
    });
    return false;
  };
  for (let moved = true; moved && !budget.exhausted(); ) {
    moved = false;
    for (let shard = 0; shard < at.length; shard += 1) {
      const { allowed } = model.services[model.shards[shard]!.service]!;
      for (let k = 0; k < allowed.length && !budget.exhausted(); k += 1) {
        if (allowed[k] !== 1) continue;
        if (attempt([shard], k)) moved = true;
        else if (best.excess > 0)
          for (const other of neighbours[shard]!) if (attempt([shard, other], k)) moved = true;
      }
    }
  }
  return at;
}

/** Parts at the other ends of the channels of each part that lie after it, so that each two come once. */
function neighboursOf({ shards, services, channels }: AppModel): number[][] {
  return shards.map(({ service }, shard) => {
    const others = new Set<number>();
    for (const { from, to } of channels) {
      if (!('service' in from) || !('service' in to)) continue;
      const other = from.service === service ? to.service : to.service === service ? from.service : -1;
      if (other >= 0) for (const each of services[other]!.shards) if (each > shard) others.add(each);
    }
    return [...others].sort((a, b) => a - b);
  });
}
