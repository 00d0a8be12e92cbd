import { objectiveOf } from '../model/evaluate.ts';
import { judgeOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { Moving } from './moving.ts';
import type { Placements } from './placements.ts';

/** Looks at every placed application at the end. */
const LOOKS = 2;

/**
 * Looks at the placed applications again without prices: room that was kept for others is free now. Each is
 * lifted and placed anew beside all others, then its parts are looked at one by one.
 */
export function improve(
  placements: Placements,
  apps: readonly number[],
  moving: Moving,
  stop: () => boolean,
): void {
  let open = apps.filter((a) => !placements.flat.model.apps[a]!.reserves);
  for (const a of open) {
    if (stop()) return;
    moving.lift(a);
    placeAnew(placements, a, moving.load);
    moving.put(a);
  }
  for (let look = 0; look < LOOKS && open.length > 0; look += 1) {
    open = open.filter((a) => {
      if (stop()) return false;
      moving.lift(a);
      const moved = shift(placements, a, moving.load);
      moving.put(a);
      return moved;
    });
  }
}

/** Beside all others as they are; where it was, unless it is cheaper elsewhere. */
function placeAnew(placements: Placements, a: number, load: Load): void {
  const { views } = placements;
  const { sweep, placer } = views.narrow;
  const before = placements.of(a);
  const cost = objectiveOf(before.model, before.at);
  placer.lift(a);
  sweep.begin(a, false);
  sweep.pass(a, true, { forbid: placer.crossOutFull });
  sweep.pass(a, false, { forbid: placer.crossOutFull });
  views.spend(4, a);
  if (placer.place(a)) {
    const { model, at } = placements.of(a);
    if (judgeOf(model, load)(at) < cost) return;
    placer.lift(a);
  }
  placements.settle(a, before.at);
}

/** Each part where it is cheapest with all others as they are. */
function shift(placements: Placements, a: number, load: Load): boolean {
  const { views } = placements;
  const { sweep, placer } = views.whole;
  const kept = placements.locationsOf(a);
  sweep.enter(a, false);
  views.spend(3, a);
  const { moved } = placer.shift(a);
  if (!moved || placements.judged(a, load)) return moved;
  placements.settle(a, kept);
  return false;
}
