import type { Assignment } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { givenResult } from '../../snapshot/givenplacement.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Referee } from './refereed.ts';

/**
 * What no longer holds among the replicas that are left when a failure domain is lost, bandwidth and capacity
 * included: the referee judges the remainder as a placement of its own. Undefined when all holds, or when
 * nothing is left of a service, which is told elsewhere.
 *
 * @param states with the decision in force
 */
export function brokenWithout(
  {
    snapshot,
    states,
    referee,
  }: { snapshot: Snapshot; states: ReadonlyMap<string, AppState>; referee: Referee },
  id: string,
  assignments: readonly Assignment[],
  isLost: (cluster: string) => boolean,
): string | undefined {
  const { problem } = buildProblem(snapshot, states, new Set([id]));
  const application = problem?.applications.find((each) => each.id === id);
  if (problem === undefined || application === undefined) return undefined;
  const left = assignments.filter(({ cluster }) => !isLost(cluster));
  const replicasOf = (service: string) =>
    left.reduce((sum, each) => sum + (each.service === service ? each.replicas : 0), 0);
  if (application.services.some((service) => replicasOf(service.id) === 0)) return undefined;
  const remainder = {
    ...application,
    survive: 'None' as const,
    services: application.services.map(({ spread: _, ...service }) => ({
      ...service,
      replicas: replicasOf(service.id),
    })),
  };
  const applications = problem.applications.map((each) => (each.id === id ? remainder : each));
  const question = { ...problem, applications };
  const [broken] = referee(question, givenResult(question, new Map([[id, left]])));
  if (broken === undefined) return undefined;
  const about = broken.channel ?? broken.service;
  return `${broken.rule}${about === undefined ? '' : ` of ${about}`}: ${broken.message}`;
}
