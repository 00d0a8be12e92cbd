import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { hashOf } from '../../api/hash.ts';
import { termsOfPlacement } from '../../engine/check.ts';
import type { Application, Problem } from '../../engine/problem.ts';
import type { Result } from '../../engine/result.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { givenResult } from '../../snapshot/givenplacement.ts';
import { predictedChannels } from '../../snapshot/predictedchannels.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { placedSpec } from './plan.ts';
import type { Referee } from './refereed.ts';

/** The fallback in force, or why there is none: then the app is solved for. */
export type Promotion = { spec: AssignmentPlanSpec } | { refused: string };

/**
 * The stored plan for the loss of a cluster as the decision, so that no solving stands between loss and
 * action. It was right when it was made: whether it still is, the referee says, against what is known now.
 *
 * @param lost the lost clusters that the app uses
 */
export function promotedSpec(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  state: AppState,
  lost: readonly string[],
  cause: string,
  referee: Referee,
): Promotion {
  const decision = state.plan?.spec.decision;
  const stored = (decision?.fallbacks ?? []).filter(({ lostCluster }) => lost.includes(lostCluster));
  if (decision === undefined || stored.length === 0) return { refused: 'no fallback plan is stored' };
  if (decision.revision !== state.accepted?.name) return { refused: 'its fallback plan is of another model' };
  const { problem, about, refused } = buildProblem(snapshot, states, new Set([state.id]));
  const application = problem?.applications.find(({ id }) => id === state.id);
  if (problem === undefined || application === undefined) {
    return { refused: refused.get(state.id)?.[0]?.message ?? 'the app is not part of the problem' };
  }
  let why = '';
  for (const { lostCluster, assignments } of stored) {
    const result = givenResult(problem, new Map([[state.id, assignments]]));
    const [broken] = referee(problem, result);
    if (broken !== undefined) {
      const where = broken.location === undefined ? '' : ` on ${broken.location}`;
      why = `the fallback plan for ${lostCluster} no longer holds: ${broken.rule}${where}: ${broken.message}`;
      continue;
    }
    const input = {
      application,
      revision: decision.revision,
      generation: state.generation,
      cause: `${cause}: its fallback plan`.slice(0, 256),
      profile: about.get(state.id)?.profile ?? '',
      notes: [
        ...(about.get(state.id)?.notes ?? []),
        `fallback plan for the loss of ${lostCluster}, not solved again`,
      ],
      inputHash: hashOf(problem),
    };
    return { spec: placedSpec(input, figures(problem, application, result), result) };
  }
  return { refused: why };
}

/** What a placement costs and how long its edges are, without an engine. No bound is known. */
function figures(problem: Problem, application: Application, result: Result): Result['applications'][number] {
  const { terms, normalised } = termsOfPlacement(problem, result, application);
  const shares = new Map(
    result.applications.flatMap(({ application: id, services }) =>
      services.map(({ service, shares: of }) => [`${id}/${service}`, of] as const),
    ),
  );
  for (const { application: id, service, shares: of } of problem.fixed) shares.set(`${id}/${service}`, of);
  return {
    ...result.applications.find((each) => each.application === application.id)!,
    terms,
    normalised,
    channels: predictedChannels(problem, application, (id, service) => shares.get(`${id}/${service}`) ?? []),
  };
}
