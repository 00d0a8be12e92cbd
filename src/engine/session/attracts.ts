import { coefficientsOf, pairCost } from '../gqap/cost.ts';
import type { Gqap } from '../gqap/gqap.ts';
import type { Placement } from '../model/evaluate.ts';

/**
 * Whether location k would be cheaper for one of the variables, or for all on one location together, than where
 * they are; room, and channels to the nearest of several, apart. O(variables + pairs)
 */
export function attracts(gqap: Gqap, at: Placement, k: number): boolean {
  const { variables, locations, unary, pairs } = gqap;
  const alone = new Float64Array(variables);
  const together = new Float64Array(locations);
  for (let i = 0; i < variables; i += 1) {
    const here = at[i]!;
    alone[i] = unary[i * locations + k]! - unary[i * locations + here]!;
    together[here] = together[here]! + alone[i]!;
  }
  for (let p = 0; p < pairs.count; p += 1) {
    const [i, j] = [pairs.from[p]!, pairs.to[p]!];
    const [a, b] = [at[i]!, at[j]!];
    const terms = coefficientsOf(gqap, p);
    const now = pairCost(gqap, terms, a, b);
    const caller = pairCost(gqap, terms, k, b) - now;
    const callee = pairCost(gqap, terms, a, k) - now;
    alone[i] = alone[i]! + caller;
    alone[j] = alone[j]! + callee;
    if (a === b) together[a] = together[a]! + pairCost(gqap, terms, k, k) - now;
    else {
      together[a] = together[a]! + caller;
      together[b] = together[b]! + callee;
    }
  }
  return alone.some((change) => change < 0) || together.some((change) => change < 0);
}
