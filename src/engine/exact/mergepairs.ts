import { coefficientsOf } from '../gqap/cost.ts';
import { type Gqap, PAIR_RULE } from '../gqap/gqap.ts';
import type { Goal } from './state.ts';

export type Coefficients = ReturnType<typeof coefficientsOf>;

/** All pairs between the same two variables. */
export interface Merged {
  a: number;
  b: number;
  /** Each with its caller on side a, or turned round. */
  parts: { terms: Coefficients; turned: boolean }[];
  twins: boolean;
}

/** Rules and costs between two variables belong together: one message for all of them, and tighter. */
export function mergePairs(gqap: Gqap, goal: Goal): Merged[] {
  const merged = new Map<number, Merged>();
  const of = (x: number, y: number): Merged => {
    const key = Math.min(x, y) * gqap.variables + Math.max(x, y);
    let pair = merged.get(key);
    if (!pair) {
      pair = { a: Math.min(x, y), b: Math.max(x, y), parts: [], twins: false };
      merged.set(key, pair);
    }
    return pair;
  };
  for (let p = 0; p < gqap.pairs.count; p += 1) {
    const [from, to] = [gqap.pairs.from[p]!, gqap.pairs.to[p]!];
    const terms = coefficientsOf(gqap, p);
    if (goal === 'Feasibility' && !carriesRule(gqap, terms)) continue;
    of(from, to).parts.push({ terms, turned: from > to });
  }
  for (let i = 0; i < gqap.variables; i += 1) if (gqap.twin[i]! >= 0) of(gqap.twin[i]!, i).twins = true;
  return [...merged.values()];
}

/** Whether a channel can forbid anything. */
function carriesRule({ bandwidth }: Gqap, { maxDelay, rule, mbps }: Coefficients): boolean {
  return (
    rule !== PAIR_RULE.Any || maxDelay !== Number.POSITIVE_INFINITY || (bandwidth !== undefined && mbps > 0)
  );
}
