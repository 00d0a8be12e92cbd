import { type AppModel, buildApp } from '../../src/engine/model/appmodel.ts';
import { buildFederation } from '../../src/engine/model/federation.ts';
import { emptyLoad, type Load } from '../../src/engine/model/load.ts';
import type { Problem } from '../../src/engine/problem.ts';

/** The only application of a problem as the engine sees it, with nothing used yet. */
export function modelOf(problem: Problem, split = false): { model: AppModel; load: Load } {
  const federation = buildFederation(problem);
  const outside = new Map(
    problem.fixed.map(({ application, service, shares }) => [
      `${application}/${service}`,
      shares.map(({ location, replicas }) => ({ location: federation.index.get(location)!, replicas })),
    ]),
  );
  return {
    model: buildApp(problem, federation, problem.applications[0]!, outside, { split }),
    load: emptyLoad(federation),
  };
}
