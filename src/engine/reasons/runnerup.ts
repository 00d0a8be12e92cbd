import type { AppModel } from '../model/appmodel.ts';
import type { Placement } from '../model/evaluate.ts';
import type { Judge } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { Broken, Moves } from '../moves.ts';
import type { ServicePlacement } from '../result.ts';

/** Candidates that are judged as a whole; where none of them passes, no runner-up is told. */
const MOST_JUDGED = 8;

/** A location that room, or a channel, keeps from a service. */
export interface InTheWay {
  k: number;
  /** Absent: there is no room. */
  broken: Broken | undefined;
}

/**
 * The best other location for a service in one part with everything else as it is, and up to `wanted`
 * locations that room or a channel keeps from it. No cost is negative, so that a location is passed over as
 * soon as one part of its cost is too much. O(locations + own channels of those that are left).
 *
 * @param judge of whole placements; absent where own channels and room are all there is to keep
 */
export function runnerUpOf(
  model: AppModel,
  at: Placement,
  index: number,
  { load, judge, moves }: { load: Load; judge: Judge | undefined; moves: Moves },
  wanted: number,
): { runnerUp?: NonNullable<ServicePlacement['runnerUp']>; inTheWay: InTheWay[] } {
  const { ids } = model.federation;
  const { allowed, unary, replicas, shards } = model.services[index]!;
  const shard = shards[0]!;
  const here = at[shard]!;
  const { costOf, objectiveOf, termsOf, brokenBy, fits } = moves.of(index);
  const inTheWay: InTheWay[] = [];
  const found: { k: number; cost: number }[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < ids.length; k += 1) {
    if (k === here || !allowed[k]) continue;
    const dear = unary[k]! * replicas >= least;
    if (dear && inTheWay.length >= wanted) continue;
    const hasRoom = fits(k, load);
    const broken = hasRoom ? brokenBy(k) : undefined;
    if (!hasRoom || broken) {
      if (inTheWay.length < wanted) inTheWay.push({ k, broken });
      continue;
    }
    const cost = dear ? least : costOf(k);
    if (cost >= least) continue;
    found.push({ k, cost });
    // Where the whole has to be judged, the next ones may be needed.
    if (!judge) least = cost;
  }
  const there = at.slice();
  for (const { k } of found.sort((a, b) => a.cost - b.cost || a.k - b.k).slice(0, MOST_JUDGED)) {
    there[shard] = k;
    if (judge && judge(there) === Number.POSITIVE_INFINITY) continue;
    return { inTheWay, runnerUp: { location: ids[k]!, objective: objectiveOf(k), terms: termsOf(k) } };
  }
  return { inTheWay };
}
