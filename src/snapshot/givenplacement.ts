import type { Assignment } from '../api/codeco/v1alpha1/assignmentplan.ts';
import type { Application, Problem, Share } from '../engine/problem.ts';
import type { ApplicationResult, Result } from '../engine/result.ts';
import { RESULT_FORMAT } from '../engine/vocabulary.ts';

/** The engine that a result names when no engine was asked. */
export const GIVEN = 'given/1';

/**
 * Placements that are known already (a stored fallback, or what runs) as a result, so that the referee can
 * judge them. It claims no figures. Applications that are not in `places` are where they run.
 */
export function givenResult(problem: Problem, places: ReadonlyMap<string, readonly Assignment[]>): Result {
  return {
    format: RESULT_FORMAT,
    engine: GIVEN,
    seed: 0,
    work: 0,
    applications: problem.applications.map((application) =>
      placedAt(application, sharesOf(application, places.get(application.id))),
    ),
    prices: {},
  };
}

function sharesOf(
  application: Application,
  assignments: readonly Assignment[] | undefined,
): (service: string) => readonly Share[] {
  if (assignments === undefined) {
    return (service) => application.services.find(({ id }) => id === service)?.running ?? [];
  }
  return (service) =>
    assignments
      .filter((each) => each.service === service)
      .map(({ cluster, replicas }) => ({ location: cluster, replicas }));
}

function placedAt(
  application: Application,
  shares: (service: string) => readonly Share[],
): ApplicationResult {
  return {
    application: application.id,
    verdict: 'Feasible',
    services: application.services.map(({ id }) => ({ service: id, shares: [...shares(id)], ruledOut: [] })),
    channels: [],
    terms: {},
    normalised: {},
    proof: 'None',
    conflict: [],
    relaxations: [],
    dropped: [],
  };
}
