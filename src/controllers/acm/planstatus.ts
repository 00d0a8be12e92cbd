import {
  type AssignmentPlan,
  AssignmentPlanResource,
  type AssignmentPlanStatus,
  type RunningAssignment,
} from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { canonicalJson } from '../../api/hash.ts';
import type { Client } from '../../runtime/client.ts';

/** Writes what runs into the status of the plan, when it is not there already. SWM decides from it. */
export async function writePlanStatus(
  client: Client,
  plan: AssignmentPlan,
  running: readonly RunningAssignment[],
  app: CodecoAppStatus,
): Promise<void> {
  const decision = plan.spec.decision?.id;
  const status: AssignmentPlanStatus = {
    ...plan.status,
    ...(decision === undefined ? {} : { observedDecision: decision }),
    phase: phaseOf(plan, app),
    running: [...running],
  };
  if (canonicalJson(status) === canonicalJson(plan.status ?? {})) return;
  const { apiVersion, kind, metadata, spec } = plan;
  await client.updateStatus(AssignmentPlanResource, { apiVersion, kind, metadata, spec, status });
}

function phaseOf(plan: AssignmentPlan, app: CodecoAppStatus): NonNullable<AssignmentPlanStatus['phase']> {
  if (!plan.spec.decision) return 'Pending';
  const holds = (type: string) =>
    app.conditions?.find((condition) => condition.type === type)?.status === 'True';
  if (!holds('Distributed')) return 'Distributing';
  return holds('Available') ? 'Running' : 'Distributing';
}
