import type { AppModel } from '../model/appmodel.ts';
import type { Placement } from '../model/evaluate.ts';
import type { Judge } from '../model/judge.ts';

/** Costs closer than this are equal. */
const EQUAL = 1e-12;

/** Puts parts back to where their service runs now wherever that costs nothing: equal costs never move anything. */
export function stay(model: AppModel, judge: Judge, at: Placement): Placement {
  const result = at.slice();
  let objective = Number.NaN;
  for (const { running, shards } of model.services) {
    for (const shard of shards) {
      if (running.size === 0 || running.has(result[shard]!)) continue;
      if (Number.isNaN(objective)) objective = judge(result);
      const before = result[shard]!;
      for (const k of [...running.keys()].sort((a, b) => a - b)) {
        if (shards.some((other) => other !== shard && result[other] === k)) continue;
        result[shard] = k;
        const there = judge(result);
        if (there <= objective + EQUAL) break;
        result[shard] = before;
      }
    }
  }
  return result;
}
