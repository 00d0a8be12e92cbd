import type { AssignmentPlan, AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { planName } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import type { AppState } from '../../snapshot/appstate.ts';

/** The state as it is once the spec is written. */
export function decidedAs(state: AppState, spec: AssignmentPlanSpec): AppState {
  const plan: AssignmentPlan = state.plan ?? {
    apiVersion: API_VERSION,
    kind: 'AssignmentPlan',
    metadata: { namespace: state.namespace, name: planName(state.name) },
    spec: {},
  };
  const decided = state.revisions.find(({ name }) => name === spec.decision?.revision) ?? state.accepted;
  return { ...state, decided, plan: { ...plan, spec } };
}

/** Whether the app has a place. One that was displaced has a decision that gives it none. */
export function holdsPlace(state: AppState | undefined): boolean {
  return (state?.plan?.spec.decision?.assignments.length ?? 0) > 0;
}
