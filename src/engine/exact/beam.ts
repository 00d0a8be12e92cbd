import { localSearch } from './localsearch.ts';
import { costOfNext } from './round.ts';
import type { State } from './state.ts';

/** Work of one candidate, in units. */
const CANDIDATE_WORK = 20;

/**
 * Look-ahead placement: along the order, each variable on the labels of least priced cost, exact towards
 * what is placed and by messages towards what is not; capacity respected; the `width` best partial
 * placements are kept. Each complete one is improved by local search and offered. O(width x labels x pairs).
 */
export function beam(state: State, width: number): void {
  const { n, m, R, order, cnt, lab, demand, room, msg, walk } = state;
  const { adjStart, adjLater, adjPair, adjSide, adjOther, pos } = state;
  let open: Partial[] = [{ x: new Int32Array(n), use: new Float64Array(m * R), score: 0 }];
  const cost = new Float64Array(m);
  for (let at = 0; at < n; at += 1) {
    const i = order[at]!;
    const next: { parent: Partial; label: number; score: number }[] = [];
    for (const parent of open) {
      costOfNext(state, i, parent.x, cost);
      // What messages from i already counted for those before it.
      let counted = 0;
      for (let e = adjStart[i]!; e < adjLater[i]!; e += 1) {
        const j = adjOther[e]!;
        const t = pos[j * m + parent.x[j]!]!;
        if (t >= 0) counted += msg[(2 * adjPair[e]! + 1 - adjSide[e]!) * m + t]!;
      }
      for (let t = 0; t < cnt[i]!; t += 1) {
        const score = parent.score + cost[t]! - counted;
        if (next.length === width && score >= next[width - 1]!.score) continue;
        const k = lab[i * m + t]!;
        let fits = true;
        for (let r = 0; r < R; r += 1) {
          const amount = demand[i * R + r]!;
          if (amount > 0 && parent.use[k * R + r]! + amount > room[k * R + r]!) fits = false;
        }
        if (!fits) continue;
        let to = next.length < width ? next.length : width - 1;
        while (to > 0 && next[to - 1]!.score > score) {
          next[to] = next[to - 1]!;
          to -= 1;
        }
        next[to] = { parent, label: k, score };
      }
      state.work += CANDIDATE_WORK * cnt[i]!;
    }
    if (next.length === 0) return;
    open = next.map(({ parent, label, score }) => {
      const x = parent.x.slice();
      const use = parent.use.slice();
      x[i] = label;
      for (let r = 0; r < R; r += 1) use[label * R + r] = use[label * R + r]! + demand[i * R + r]!;
      return { x, use, score };
    });
  }
  for (const { x } of open) {
    walk.set(x);
    localSearch(state);
    if (!state.tick()) return;
  }
}

interface Partial {
  x: Int32Array;
  use: Float64Array;
  score: number;
}
