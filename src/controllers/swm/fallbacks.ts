import type { AssignmentPlanSpec, Decision } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { Problem, Service } from '../../engine/problem.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { compareText } from '../../snapshot/order.ts';
import { readTolerance } from '../../snapshot/tolerance.ts';
import { answerAlone, placedAlone, type World } from './answeralone.ts';
import { shortenedEvidence } from './evidence.ts';
import type { Desk } from './solvegroup.ts';

/** An app on more clusters than this gets plans for the loss of the first of them only, and a note. */
const MAX_FALLBACKS = 16;

export function wantsFallbacks({ accepted }: AppState): boolean {
  return readTolerance(accepted?.spec.appFailureTolerance).kind === 'Fallback';
}

/**
 * Adds to a decision where the app would go at the loss of each cluster that it uses. Each plan is a whole
 * placement that the engine found and the referee passed, with all other apps where they are now. A loss
 * without a way out is noted: the decision stands, for it is right while no cluster is lost.
 */
export async function withFallbacks(
  desk: Desk,
  world: World,
  id: string,
  spec: AssignmentPlanSpec,
): Promise<AssignmentPlanSpec> {
  const { decision } = spec;
  if (decision === undefined) return spec;
  const used = [...new Set(decision.assignments.map(({ cluster }) => cluster))].sort(compareText);
  const fallbacks: NonNullable<Decision['fallbacks']> = [];
  const notes: string[] = [];
  for (const lostCluster of used.slice(0, MAX_FALLBACKS)) {
    const { decision: other, attempt } = (await answerWithout(desk, world, id, decision, lostCluster)) ?? {};
    if (attempt?.verdict === 'Placed' && other !== undefined) {
      fallbacks.push({ lostCluster, assignments: other.assignments });
    } else {
      notes.push(
        `no fallback for the loss of ${lostCluster}: ${attempt?.reason ?? 'no answer'}`.slice(0, 512),
      );
    }
  }
  if (used.length > MAX_FALLBACKS) {
    notes.push(`fallbacks for ${used.length - MAX_FALLBACKS} of ${used.length} clusters were not computed`);
  }
  const evidence = {
    ...decision.evidence,
    ...(notes.length > 0 ? { notes: [...(decision.evidence.notes ?? []), ...notes].slice(0, 32) } : {}),
  };
  const extended = { ...decision, fallbacks, evidence };
  return { ...spec, decision: { ...extended, evidence: shortenedEvidence(extended) } };
}

/**
 * The answer as if the cluster did not exist: first with every service held that has nothing there, so that
 * a loss moves no more than it must; where that is impossible, with all of them let go.
 */
async function answerWithout(
  desk: Desk,
  { snapshot, states }: World,
  id: string,
  decision: Decision,
  lost: string,
): Promise<AssignmentPlanSpec | undefined> {
  const managedClusters = snapshot.managedClusters.filter(({ metadata }) => metadata.name !== lost);
  const world = { snapshot: { ...snapshot, managedClusters }, states };
  const hold = (problem: Problem) => holding(problem, id, decision, lost);
  return (await placedAlone(desk, world, id, '', hold)) ?? (await answerAlone(desk, world, id, ''));
}

/** The problem with the services of an app that have nothing on the cluster kept where they are. */
function holding(problem: Problem, id: string, { assignments }: Decision, lost: string): Problem {
  const places = Map.groupBy(assignments, ({ service }) => service);
  const held = (service: Service): Service => {
    const clusters = (places.get(service.id) ?? []).map(({ cluster }) => cluster);
    if (clusters.length === 0 || clusters.includes(lost)) return service;
    const allowed = service.onlyLocations ?? clusters;
    return { ...service, onlyLocations: clusters.filter((cluster) => allowed.includes(cluster)) };
  };
  return {
    ...problem,
    applications: problem.applications.map((app) =>
      app.id === id ? { ...app, services: app.services.map(held) } : app,
    ),
  };
}
