import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { Problem } from '../../engine/problem.ts';
import { PowerModel, withinLimit } from '../../snapshot/energy.ts';

/**
 * A placement within appEnergyLimit where one is found: first with all services kept on clusters efficient
 * enough, then with fewer and fewer of the heaviest ones. The limit is a preference: where none is found the
 * placement stands as it is, and its evidence tells how far it is above.
 *
 * @param solve the app alone, with the problem changed; undefined when there is no placement
 */
export async function withinEnergyLimit(
  spec: AssignmentPlanSpec,
  id: string,
  limit: number,
  solve: (reshape: (problem: Problem) => Problem) => Promise<AssignmentPlanSpec | undefined>,
): Promise<AssignmentPlanSpec> {
  const energy = spec.decision?.evidence.energy;
  if (energy === undefined || withinLimit(energy)) return spec;
  let attempts: number[] | undefined;
  for (let at = 0; at < (attempts?.length ?? 1); at += 1) {
    let possible = true;
    const found = await solve((problem) => {
      const application = problem.applications.find((each) => each.id === id);
      const model = application && PowerModel.of(problem, application, limit);
      attempts ??= model?.attempts() ?? [];
      const restricted = application && model?.restricted(application, attempts[at] ?? 0);
      possible = restricted !== undefined;
      return restricted === undefined
        ? problem
        : {
            ...problem,
            applications: problem.applications.map((each) => (each.id === id ? restricted : each)),
          };
    });
    const reached = found?.decision?.evidence.energy;
    if (possible && found && reached && withinLimit(reached)) return noted(found);
  }
  return spec;
}

function noted(spec: AssignmentPlanSpec): AssignmentPlanSpec {
  const { decision } = spec;
  if (decision === undefined) return spec;
  const note = 'bound and gap are among the placements that were considered for appEnergyLimit';
  const notes = [...(decision.evidence.notes ?? []), note].slice(0, 32);
  return { ...spec, decision: { ...decision, evidence: { ...decision.evidence, notes } } };
}
