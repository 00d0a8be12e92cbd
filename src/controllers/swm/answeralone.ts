import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { Problem } from '../../engine/problem.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { type Desk, solveGroup } from './solvegroup.ts';

/** The world that an app is decided in. */
export interface World {
  snapshot: Snapshot;
  states: ReadonlyMap<string, AppState>;
}

/** Share of its budget that a question about an app takes beside the decision itself: there may be many. */
const SHARE = 0.1;

/** What the plan of one app should say in a world other than the one it is decided in; undefined when the engine failed. */
export async function answerAlone(
  desk: Desk,
  world: World,
  id: string,
  cause: string,
  reshape?: (problem: Problem) => Problem,
): Promise<AssignmentPlanSpec | undefined> {
  const asking: Desk = { ...desk, budget: { ...desk.budget, work: Math.ceil(SHARE * desk.budget.work) } };
  try {
    const causes = new Map([[id, cause]]);
    return (await solveGroup(asking, { ...world, causes, ...(reshape ? { reshape } : {}) })).specs.get(id);
  } catch (error) {
    if (desk.signal.aborted) throw error;
    return undefined;
  }
}

/** A placement of one app in a world; undefined when there is none, whyever: that is not looked into. */
export async function placedAlone(
  desk: Desk,
  world: World,
  id: string,
  cause: string,
  reshape?: (problem: Problem) => Problem,
): Promise<AssignmentPlanSpec | undefined> {
  const asking: Desk = { ...desk, budget: { ...desk.budget, explain: 'Placed' } };
  const spec = await answerAlone(asking, world, id, cause, reshape);
  return spec?.attempt?.verdict === 'Placed' ? spec : undefined;
}
