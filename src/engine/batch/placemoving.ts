import type { Moving } from './moving.ts';
import type { PlacedModel, Placements } from './placements.ts';
import { victimsOf } from './victims.ts';

/** What it costs to stand where there is no room, when others may have to move: less than to break a rule. */
const CROWDED = 1;
/** Tries at moving others out of the way of one. */
const MOVES = 6;

/**
 * Places an application where others have to move for it, and those anew, or leaves everything as it was.
 * Only those of `movable` do; whoever finds no other place stays in the next try.
 */
export function placeMoving(
  placements: Placements,
  a: number,
  movable: Iterable<number>,
  moving: Moving,
): PlacedModel | undefined {
  const { views, flat } = placements;
  const { sweep, placer } = views.whole;
  const open = new Set(movable);
  for (let turn = 0; turn < MOVES; turn += 1) {
    const dear = (v: number, row: number) => placer.crossOutFull(v, row, CROWDED);
    sweep.begin(a, true);
    sweep.pass(a, true, { forbid: dear });
    sweep.pass(a, false, { forbid: dear });
    views.spend(4, a);
    if (!placer.place(a, CROWDED) && !placer.placeConsistently(a, CROWDED)) return undefined;
    const victims = victimsOf(flat.model, views.standing, a, (other) => !open.has(other));
    if (!victims) {
      placer.lift(a);
      return undefined;
    }
    const stuck = makeWay(placements, a, victims, moving);
    if (stuck === undefined) return placements.of(a);
    open.delete(stuck);
  }
  return undefined;
}

/** Places the victims anew; everything as it was where that fails, and who it was: a itself, or a victim. */
function makeWay(
  placements: Placements,
  a: number,
  victims: readonly number[],
  moving: Moving,
): number | undefined {
  const before = victims.map((victim) => placements.locationsOf(victim));
  for (const victim of victims) {
    moving.lift(victim);
    placements.lift(victim);
  }
  const placed: number[] = [];
  let stuck: number | undefined;
  for (const each of [a, ...victims]) {
    if ((each === a || placements.find(each)) && placements.judged(each, moving.load)) {
      placed.push(each);
      moving.put(each);
      continue;
    }
    stuck = each;
    break;
  }
  if (stuck === undefined) {
    moving.lift(a);
    return undefined;
  }
  for (const each of placed) {
    moving.lift(each);
    placements.lift(each);
  }
  victims.forEach((victim, at) => {
    placements.settle(victim, before[at]!);
    moving.put(victim);
  });
  return stuck;
}
