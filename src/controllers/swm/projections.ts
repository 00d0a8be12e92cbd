import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { Namespace } from '../../api/core.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { ManagedCluster } from '../../api/ocm/managedcluster.ts';
import type { AppHead } from '../../snapshot/appstate.ts';

/**
 * What SWM's caches keep of the kinds that are many or large. The rest is read again where it is needed:
 * the evidence of a plan when its attempt is written beside a decision that stands.
 */

/** Of an app, what placement reads: the model comes from the accepted revision. */
export function appHead({ metadata, spec, status }: CodecoApp): AppHead {
  const { acceptedRevision, acceptedGeneration } = status ?? {};
  return {
    metadata: identity(metadata),
    spec: spec.suspend === undefined ? {} : { suspend: spec.suspend },
    status: { acceptedRevision, acceptedGeneration },
  };
}

/** Of a plan, what the next decision reads: places, fallbacks, and what the attempt was about. */
export function planCore(plan: AssignmentPlan): AssignmentPlan {
  const { decision, attempt } = plan.spec;
  const { observedDecision, running } = plan.status ?? {};
  return {
    ...plan,
    spec: {
      ...(decision
        ? {
            decision: {
              ...decision,
              channels: [],
              evidence: { ...decision.evidence, terms: [], reasons: [] },
            },
          }
        : {}),
      ...(attempt
        ? {
            attempt: {
              generation: attempt.generation,
              revision: attempt.revision,
              verdict: attempt.verdict,
              reason: '',
              ...(attempt.conflict
                ? { conflict: attempt.conflict.map((each) => ({ ...each, message: '' })) }
                : {}),
            },
          }
        : {}),
    },
    ...(plan.status
      ? {
          status: {
            ...(observedDecision === undefined ? {} : { observedDecision }),
            ...(running === undefined ? {} : { running }),
          },
        }
      : {}),
  };
}

/** Of a cluster, what is decided on; a heartbeat changes nothing of it. */
export function clusterCore({ apiVersion, kind, metadata, spec, status }: ManagedCluster): ManagedCluster {
  const { name, labels, deletionTimestamp } = metadata;
  const conditions = (status?.conditions ?? []).filter(
    ({ type }) => type === 'ManagedClusterConditionAvailable',
  );
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(labels ? { labels } : {}),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: { hubAcceptsClient: spec.hubAcceptsClient, ...(spec.taints ? { taints: spec.taints } : {}) },
    status: { conditions, ...(status?.allocatable ? { allocatable: status.allocatable } : {}) },
  };
}

/** Of a namespace, what policies select by. */
export function namespaceCore({ metadata }: Namespace): Pick<Namespace, 'metadata'> {
  const { name, labels } = metadata;
  return { metadata: { name, ...(labels ? { labels } : {}) } };
}

/** An object without its status, which is somebody else's and not read here. */
export function withoutStatus<T extends { status?: unknown }>(object: T): T {
  const { status: _, ...rest } = object;
  return rest as T;
}

function identity({ name, namespace, uid, creationTimestamp, deletionTimestamp }: ObjectMeta): ObjectMeta {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
}
