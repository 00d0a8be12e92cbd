import {
  type AssignmentPlan,
  AssignmentPlanResource,
  type AssignmentPlanStatus,
  type RunningAssignment,
} from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { Client } from '../../runtime/client.ts';

/** What runs, as the status of the plan says it. SWM decides from it. */
export function planStatus(
  plan: AssignmentPlan,
  running: readonly RunningAssignment[],
  app: CodecoAppStatus,
): AssignmentPlanStatus {
  const decision = plan.spec.decision?.id;
  return {
    ...plan.status,
    ...(decision === undefined ? {} : { observedDecision: decision }),
    phase: phaseOf(plan, app),
    running: [...running],
  };
}

/** Writes the status of a plan, on the resourceVersion that it was decided on; returns the server's answer. */
export function writePlanStatus(
  client: Client,
  { apiVersion, kind, metadata }: AssignmentPlan,
  status: AssignmentPlanStatus,
): Promise<AssignmentPlan> {
  const { namespace, name, uid, resourceVersion } = metadata;
  // Without the spec, which the status subresource ignores.
  const body = { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion }, status };
  return client.updateStatus(AssignmentPlanResource, body as AssignmentPlan);
}

function phaseOf(plan: AssignmentPlan, app: CodecoAppStatus): NonNullable<AssignmentPlanStatus['phase']> {
  if (!plan.spec.decision) return 'Pending';
  const holds = (type: string) =>
    app.conditions?.find((condition) => condition.type === type)?.status === 'True';
  if (!holds('Distributed')) return 'Distributing';
  return holds('Available') ? 'Running' : 'Distributing';
}
