import type { FlatModel } from './flatmodel.ts';
import { FORBIDDEN, type Ground } from './ground.ts';
import type { Sweep } from './sweep.ts';

/**
 * What application a costs at least under the prices of the sweep's rows, by one more pass from the messages
 * that are there. Replicas that may go elsewhere one by one take channels apart: then only what the services
 * cost by themselves is counted, wherever there is room for one.
 */
export function boundOf(
  model: FlatModel,
  { wide }: Ground,
  sweep: Sweep,
  a: number,
  forward: boolean,
): number {
  const { apps, variableStart } = model;
  if (!apps[a]!.splittable) return sweep.pass(a, forward);
  let bound = 0;
  for (let v = variableStart[a]!; v < variableStart[a + 1]!; v += 1)
    bound += Math.min(sweep.unary.unlimitedRow(v, wide[0]!), FORBIDDEN);
  return bound;
}
