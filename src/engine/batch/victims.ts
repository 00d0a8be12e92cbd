import type { FlatModel } from './flatmodel.ts';
import type { Standing } from './standing.ts';

/** More than so many applications are not moved for one. */
const MOST_VICTIMS = 6;

/**
 * Placed applications that have to move so that a, which stands where there is too little room, can stay: at
 * each overfull location the one whose part there is the smallest that suffices, else the largest. Whoever
 * reserves bandwidth stays, and who is told to. Undefined where that takes too many. O(variables) for each location.
 */
export function victimsOf(
  model: FlatModel,
  standing: Standing,
  a: number,
  stays: (other: number) => boolean,
): number[] | undefined {
  const { variableStart, resources: R } = model;
  const victims = new Set<number>();
  const missing = new Float64Array(R);
  for (let v = variableStart[a]!; v < variableStart[a + 1]!; v += 1) {
    const k = standing.at[v]!;
    for (let r = 0; r < R; r += 1) missing[r] = Math.max(0, -standing.left(k * R + r));
    for (const victim of victims) relieve(model, standing, victim, k, missing);
    while (missing.some((amount) => amount > 0)) {
      const next = bestVictim(
        model,
        standing,
        k,
        missing,
        (other) => other === a || victims.has(other) || stays(other),
      );
      if (next < 0 || victims.size === MOST_VICTIMS) return undefined;
      victims.add(next);
      relieve(model, standing, next, k, missing);
    }
  }
  return [...victims];
}

/** What is missing at k once an application is gone from there. */
function relieve(
  { variableStart, demand, resources: R }: FlatModel,
  { at }: Standing,
  victim: number,
  k: number,
  missing: Float64Array,
): void {
  for (let v = variableStart[victim]!; v < variableStart[victim + 1]!; v += 1)
    for (let r = 0; at[v] === k && r < R; r += 1) missing[r] = Math.max(0, missing[r]! - demand[v * R + r]!);
}

function bestVictim(
  { apps, variableStart, demand, resources: R }: FlatModel,
  { at }: Standing,
  k: number,
  missing: Float64Array,
  stays: (other: number) => boolean,
): number {
  let [best, bestShare] = [-1, 0];
  for (let other = 0; other < apps.length; other += 1) {
    if (apps[other]!.reserves || stays(other)) continue;
    for (let v = variableStart[other]!; v < variableStart[other + 1]!; v += 1) {
      if (at[v] !== k) continue;
      // Share of what is missing that it gives back, over all resources; beyond 1 the less the better.
      let share = Number.POSITIVE_INFINITY;
      for (let r = 0; r < R; r += 1)
        if (missing[r]! > 0) share = Math.min(share, demand[v * R + r]! / missing[r]!);
      if (!(share > 0)) continue;
      const better = share >= 1 ? bestShare < 1 || share < bestShare : bestShare < 1 && share > bestShare;
      if (better) [best, bestShare] = [other, share];
    }
  }
  return best;
}
