import { localSearch } from './localsearch.ts';
import { doublesOf, intsOf, POOL } from './pool.ts';
import { costOfNext } from './round.ts';
import type { State } from './state.ts';

/** Work of one candidate, in units. */
const CANDIDATE_WORK = 5;

/**
 * Look-ahead placement: along the order, each variable on the labels of least priced cost, exact towards
 * what is placed and by messages towards what is not; capacity respected; the `width` best partial
 * placements are kept. The best complete one is improved by local search and offered. O(width x labels x pairs).
 */
export function beam(state: State, width: number): void {
  const { n, m, R, cnt, lab, demand, room, walk, active, actives, contractedUse } = state;
  const size = m * R;
  let now = new Level(0, width, n, size);
  let next = new Level(1, width, n, size);
  now.count = 1;
  for (let i = 0; i < n; i += 1) if (cnt[i] === 1) now.x[i] = lab[i * m]!;
  now.use.set(contractedUse);
  now.score[0] = 0;
  const cost = state.scratch;
  const from = new Int32Array(width);
  const label = new Int32Array(width);
  const best = new Float64Array(width);
  for (let at = 0; at < actives; at += 1) {
    const i = active[at]!;
    const count = cnt[i]!;
    let kept = 0;
    for (let parent = 0; parent < now.count; parent += 1) {
      const x = now.x.subarray(parent * n, parent * n + n);
      costOfNext(state, i, x, cost);
      const base = now.score[parent]! - countedBefore(state, i, x);
      for (let t = 0; t < count; t += 1) {
        const score = base + cost[t]!;
        if (kept === width && score >= best[width - 1]!) continue;
        const k = lab[i * m + t]!;
        let fits = true;
        for (let r = 0; r < R; r += 1) {
          const amount = demand[i * R + r]!;
          if (amount > 0 && now.use[parent * size + k * R + r]! + amount > room[k * R + r]!) fits = false;
        }
        if (!fits) continue;
        let to = kept < width ? kept : width - 1;
        while (to > 0 && best[to - 1]! > score) {
          best[to] = best[to - 1]!;
          from[to] = from[to - 1]!;
          label[to] = label[to - 1]!;
          to -= 1;
        }
        best[to] = score;
        from[to] = parent;
        label[to] = k;
        if (kept < width) kept += 1;
      }
      state.work += CANDIDATE_WORK * count;
    }
    if (kept === 0) return;
    for (let c = 0; c < kept; c += 1) {
      next.take(c, now, from[c]!, n, size);
      const k = label[c]!;
      next.x[c * n + i] = k;
      next.score[c] = best[c]!;
      for (let r = 0; r < R; r += 1) {
        const cell = c * size + k * R + r;
        next.use[cell] = next.use[cell]! + demand[i * R + r]!;
      }
    }
    next.count = kept;
    [now, next] = [next, now];
  }
  walk.set(now.x.subarray(0, n));
  localSearch(state);
}

/** What messages from variable i already counted for those before it. */
function countedBefore(state: State, i: number, x: Int32Array): number {
  const { m, pos, msg, openStart, openLater, openPair, openSide, openOther } = state;
  let counted = 0;
  for (let e = openStart[i]!; e < openLater[i]!; e += 1) {
    const j = openOther[e]!;
    const t = pos[j * m + x[j]!]!;
    if (t >= 0) counted += msg[(2 * openPair[e]! + 1 - openSide[e]!) * m + t]!;
  }
  return counted;
}

/** Partial placements: labels, use and score of each, one after the other. */
class Level {
  readonly x: Int32Array;
  readonly use: Float64Array;
  readonly score: Float64Array;
  count = 0;

  constructor(which: 0 | 1, width: number, n: number, size: number) {
    this.x = intsOf(POOL.beam + which, width * n);
    this.use = doublesOf(POOL.beam + which, width * size);
    this.score = new Float64Array(width);
  }

  take(to: number, from: Level, at: number, n: number, size: number): void {
    this.x.set(from.x.subarray(at * n, at * n + n), to * n);
    this.use.set(from.use.subarray(at * size, at * size + size), to * size);
  }
}
