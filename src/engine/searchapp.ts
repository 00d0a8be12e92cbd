import { type AppModel, buildApp, type Outside } from './appmodel.ts';
import type { Budget } from './budget.ts';
import type { FederationModel } from './federation.ts';
import type { Load } from './load.ts';
import type { Application, Problem } from './problem.ts';
import { type Found, search } from './search.ts';

/**
 * Places one application in what is left: first with each service on as few locations as its rules allow,
 * and only where that is impossible with its replicas one by one. Optimal speaks of the first kind, and is
 * claimed only where no split could be better: for services of one replica.
 */
export function searchApp(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  outside: Outside,
  load: Load,
  budget: Budget,
  relaxed?: ReadonlySet<string>,
): Found & { model: AppModel } {
  const options = relaxed ? { relaxed } : {};
  const model = buildApp(problem, federation, app, outside, options);
  const found = search(model, load, budget);
  // Where rules ask for one location per replica already, no finer split exists.
  const splittable = model.services.some(({ replicas, shards }) => shards.length < replicas);
  if (found.at || !found.complete || !splittable) return { ...found, ...bounded(found, splittable), model };
  const split = buildApp(problem, federation, app, outside, { ...options, split: true });
  const inParts = search(split, load, budget);
  return {
    ...inParts,
    ...bounded(inParts, true),
    complete: inParts.complete && split.whole && !inParts.at,
    model: split,
  };
}

/** A split that was not tried might be cheaper: then only the relaxation bounds the optimum. */
function bounded(found: Found, splittable: boolean): Pick<Found, 'complete' | 'lowerBound'> {
  if (!found.at || !splittable) return { complete: found.complete, lowerBound: found.lowerBound };
  return { complete: false, lowerBound: found.relaxation };
}
