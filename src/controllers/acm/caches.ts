import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConfigMap } from '../../api/core.ts';
import { LAST_APPLIED_ANNOTATION } from '../../api/labels.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { ManagedCluster } from '../../api/ocm/managedcluster.ts';
import { ignoredFields } from './ignoredfields.ts';
import type { CachedApp } from './view.ts';

/** What ACM's caches keep of each kind: a thousand applications must fit into a small process. */

/** An app without kubectl's copy of it, and what that copy tells. */
export function toCachedApp(app: CodecoApp): CachedApp {
  const { [LAST_APPLIED_ANNOTATION]: _, ...annotations } = app.metadata.annotations ?? {};
  return { ...app, metadata: { ...app.metadata, annotations }, fieldsIgnored: ignoredFields(app) };
}

/** A plan without its reasons, notes and fallbacks, which are for people and for SWM. */
export function toLeanPlan(plan: AssignmentPlan): AssignmentPlan {
  const { decision, attempt } = plan.spec;
  return {
    ...plan,
    metadata: bareMetadata(plan.metadata),
    spec: {
      ...(decision
        ? {
            decision: {
              ...decision,
              fallbacks: undefined,
              evidence: { ...decision.evidence, terms: [], reasons: [], notes: undefined },
            },
          }
        : {}),
      ...(attempt ? { attempt: { ...attempt, conflict: undefined, relaxations: undefined } } : {}),
    },
  };
}

/** Of a ConfigMap its name and version: most are read by no application. */
export function toVersion({ metadata }: ConfigMap): { metadata: ObjectMeta } {
  return { metadata: bareMetadata(metadata) };
}

/** A cluster without claims, capacity and version, which change often and matter to SWM alone. */
export function toLeanCluster({ apiVersion, kind, metadata, spec, status }: ManagedCluster): ManagedCluster {
  const { labels = {}, deletionTimestamp, generation } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      labels,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(generation === undefined ? {} : { generation }),
    },
    spec,
    status: { conditions: status?.conditions },
  };
}

function bareMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, generation, ownerReferences } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(generation === undefined ? {} : { generation }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}
