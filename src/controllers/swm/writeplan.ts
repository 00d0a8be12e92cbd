import {
  type AssignmentPlan,
  AssignmentPlanResource,
  type AssignmentPlanSpec,
  type Decision,
  planName,
} from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { CODECO_APP } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from '../../api/labels.ts';
import type { Client } from '../../runtime/client.ts';
import type { AppState } from '../../snapshot/appstate.ts';

const FIELD_MANAGER = 'codeco-swm';

/**
 * Writes the spec of an app's plan, in one request. A decision is only as good as the plan it was made
 * beside: an existing plan is replaced at the resourceVersion that was read, a new one is created under its
 * one name, so that whoever decided on an older state is refused (Conflict, AlreadyExists).
 *
 * Replaced and not applied: SWM owns the whole spec, and a field that the new decision leaves out must go,
 * whoever of create and apply owned it before. Status is another subresource and stays as it is.
 */
export async function writePlan(
  client: Client,
  state: AppState,
  spec: AssignmentPlanSpec,
): Promise<AssignmentPlan> {
  const options = { fieldManager: FIELD_MANAGER };
  const { plan } = state;
  if (plan === undefined) return client.create(AssignmentPlanResource, newPlan(state, spec), options);
  const decision =
    spec.decision !== undefined && spec.decision.id === plan.spec.decision?.id
      ? await standing(client, plan, spec.decision)
      : spec.decision;
  const next = { ...spec, ...(decision ? { decision } : {}) };
  // At the resourceVersion that was decided on: should the plan be newer by now, this is refused.
  return client.update(AssignmentPlanResource, { ...plan, spec: next }, options);
}

/** The decision as it stands on the server, whole, with what was learnt of it since: the cache holds its core only. */
async function standing(client: Client, plan: AssignmentPlan, decision: Decision): Promise<Decision> {
  const { namespace = '', name } = plan.metadata;
  const live = (await client.get(AssignmentPlanResource, { namespace, name })).spec.decision;
  if (live === undefined) return decision;
  const { fallbacks, evidence } = decision;
  if (fallbacks === plan.spec.decision?.fallbacks) return live;
  const { notes, survival } = evidence;
  return {
    ...live,
    ...(fallbacks ? { fallbacks } : {}),
    evidence: { ...live.evidence, ...(notes ? { notes } : {}), ...(survival ? { survival } : {}) },
  };
}

function newPlan({ namespace, name, head }: AppState, spec: AssignmentPlanSpec): AssignmentPlan {
  return {
    apiVersion: API_VERSION,
    kind: 'AssignmentPlan',
    metadata: {
      namespace,
      name: planName(name),
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY },
      ownerReferences: [
        // Without blockOwnerDeletion, which would need the right to set finalizers on apps.
        { ...CODECO_APP, name, uid: head.metadata.uid ?? '', controller: true },
      ],
    },
    spec,
  };
}
