import type {
  AssignmentPlanSpec,
  AssignmentPlanStatus,
  Attempt,
  Decision,
} from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoAppSpec, ServiceSpec } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import { type AppState, appStates } from '../../src/snapshot/appstate.ts';

/** Builders for apps as the snapshot sees them: app `shop/web`, generation 2, revision `web-new`. */

export function aService(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    serviceName: 'front',
    podspec: { containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '256Mi' } } }] },
    ...changes,
  };
}

export function aModel(changes: Partial<CodecoAppSpec> = {}): CodecoAppSpec {
  return { 'codecoapp-msspec': [aService()], ...changes };
}

export function aDecision(changes: Partial<Decision> = {}): Decision {
  return {
    id: 'd1',
    revision: 'web-new',
    cause: 'first decision',
    assignments: [{ service: 'front', cluster: 'edge-a', replicas: 1 }],
    channels: [],
    evidence: {
      inputHash: 'h',
      engine: 'small',
      seed: 1,
      work: 10,
      profile: 'Balanced',
      verdict: 'Optimal',
      proof: 'Exhaustive',
      terms: [],
      reasons: [],
    },
    ...changes,
  };
}

export function anAttempt(changes: Partial<Attempt> = {}): Attempt {
  return { generation: 2, revision: 'web-new', verdict: 'Placed', reason: 'placed', ...changes };
}

/** The state of `shop/web` with its plan; `accepted: null` for an app that ACM has not accepted. */
export function anAppState(
  options: {
    name?: string;
    model?: CodecoAppSpec | null;
    older?: CodecoAppSpec;
    plan?: AssignmentPlanSpec;
    status?: AssignmentPlanStatus;
  } = {},
): AppState {
  const { name = 'web', model = aModel(), older, plan, status } = options;
  const revision = { namespace: 'shop', app: name };
  const states = appStates({
    apps: [
      {
        metadata: { namespace: 'shop', name, uid: `uid-${name}` },
        spec: {},
        ...(model ? { status: { acceptedRevision: `${name}-new`, acceptedGeneration: 2 } } : {}),
      },
    ],
    revisions: [
      ...(model ? [{ ...revision, name: `${name}-new`, generation: 2, spec: model }] : []),
      ...(older ? [{ ...revision, name: `${name}-old`, generation: 1, spec: older }] : []),
    ],
    plans: plan
      ? [
          {
            apiVersion: API_VERSION,
            kind: 'AssignmentPlan',
            metadata: { namespace: 'shop', name: `${name}-assignment-plan`, uid: 'p', resourceVersion: '7' },
            spec: plan,
            ...(status ? { status } : {}),
          },
        ]
      : [],
  });
  return states.get(`shop/${name}`) as AppState;
}
