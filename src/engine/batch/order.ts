import type { FederationModel } from '../model/federation.ts';
import { type FlatModel, RULE } from './flatmodel.ts';
import type { Plan } from './plan.ts';

/** What a hard limit weighs in the order, where the average placement costs 1. */
const LIMIT_WEIGHT = 1 / 64;
/** Parts of one service follow one another: where one is decides where the other may be. */
const APART_WEIGHT = 100;

/**
 * Order of the sweeps: from the variable of highest degree on always the one that what is in the order already
 * matters most to (Prim's maximum spanning tree; ties: the first). Neighbours in the tree then lie close, and
 * whoever places along it knows a neighbour of each. O(variables squared) for each application.
 */
export function orderVariables(
  model: Omit<FlatModel, 'order' | 'rank' | keyof Plan>,
  average: FederationModel['average'],
): Pick<FlatModel, 'order' | 'rank'> {
  const { apps, variableStart, ownStart, own, slotFactor, slotStart, slotVariable } = model;
  const { perMs, perGB, perNat, maxDelay, rule } = model;
  const variables = variableStart[apps.length]!;
  const order = new Int32Array(variables);
  const rank = new Int32Array(variables).fill(-1);
  const pull = new Float64Array(variables);
  for (let a = 0; a < apps.length; a += 1) {
    const [first, end] = [variableStart[a]!, variableStart[a + 1]!];
    const { cost, carbon } = apps[a]!.factor;
    const volume = cost * average.usdPerGB + carbon * average.gramsPerGB;
    for (let next = first; next < end; next += 1) {
      let best = -1;
      let most = -1;
      for (let v = first; v < end; v += 1) {
        if (rank[v]! >= 0) continue;
        // A new part of the graph begins where most channels end.
        const value = pull[v]! > 0 ? 1e6 + pull[v]! : ownStart[v + 1]! - ownStart[v]!;
        if (value <= most) continue;
        most = value;
        best = v;
      }
      order[next] = best;
      rank[best] = next - first;
      for (let e = ownStart[best]!; e < ownStart[best + 1]!; e += 1) {
        const f = slotFactor[own[e]!]!;
        const limit = maxDelay[f]! < Number.POSITIVE_INFINITY ? LIMIT_WEIGHT : 0;
        const apart = rule[f] === RULE.OtherZone || rule[f] === RULE.OtherLocation ? APART_WEIGHT : 0;
        const cost = perMs[f]! * average.delay + perGB[f]! * volume + perNat[f]! * average.lossNats;
        const weight = cost + limit + apart + 1e-12;
        for (let s = slotStart[f]!; s < slotStart[f + 1]!; s += 1)
          pull[slotVariable[s]!] = pull[slotVariable[s]!]! + weight;
      }
    }
  }
  return { order, rank };
}
