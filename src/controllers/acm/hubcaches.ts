import { type AssignmentPlan, AssignmentPlanResource } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import {
  type ClusterCapability,
  ClusterCapabilityResource,
} from '../../api/codeco/v1alpha1/clustercapability.ts';
import {
  type CodecoApp,
  CodecoAppResource,
  type CodecoAppSpec,
} from '../../api/codeco/v1alpha1/codecoapp.ts';
import { type Dataset, DatasetResource } from '../../api/codeco/v1alpha1/dataset.ts';
import {
  type FederationPolicy,
  FederationPolicyResource,
} from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { PerformanceProfileResource } from '../../api/codeco/v1alpha1/performanceprofile.ts';
import {
  type ConfigMap,
  ConfigMapResource,
  type ControllerRevision,
  ControllerRevisionResource,
  type Namespace,
  NamespaceResource,
  type Secret,
  SecretResource,
} from '../../api/core.ts';
import {
  APP_NAMESPACE_LABEL,
  APP_UID_LABEL,
  DISTRIBUTE_LABEL,
  labelValue,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  SHARD_LABEL,
} from '../../api/labels.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { type ManagedCluster, ManagedClusterResource } from '../../api/ocm/managedcluster.ts';
import { type ManagedClusterSet, ManagedClusterSetResource } from '../../api/ocm/managedclusterset.ts';
import {
  type ManagedClusterSetBinding,
  ManagedClusterSetBindingResource,
} from '../../api/ocm/managedclustersetbinding.ts';
import { type ManifestWork, ManifestWorkResource } from '../../api/ocm/manifestwork.ts';
import { type PlacementDecision, PlacementDecisionResource } from '../../api/ocm/placementdecision.ts';
import type { InformerFactory } from '../../runtime/informer.ts';
import { referencesOf } from '../../work/render/references.ts';
import { modelOf, type RevisionState, toRevisionState } from '../../work/revision.ts';
import { toWorkState, type WorkState } from '../../work/workstate.ts';
import { toCachedApp, toLeanCluster, toLeanPlan, toVersion } from './caches.ts';
import { renderedNames } from './intake.ts';
import type { CachedApp } from './view.ts';

const OURS = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;

/** One cache for each kind that ACM reads. */
export type HubCaches = ReturnType<typeof hubCaches>;

export function hubCaches(informers: InformerFactory) {
  return {
    apps: informers.informer<CodecoApp, CachedApp>({
      resource: CodecoAppResource,
      project: toCachedApp,
      indexers: {
        uid: ({ metadata }) => [metadata.uid ?? ''],
        // To ask every app of a namespace for its names at each reconcile would be quadratic.
        name: (app) => renderedNames(app).map((name) => `${app.metadata.namespace}/${name}`),
        reads: ({ metadata, spec }) => datasetsOf(metadata.namespace, spec),
      },
    }),
    plans: informers.informer<AssignmentPlan, AssignmentPlan>({
      resource: AssignmentPlanResource,
      project: toLeanPlan,
      indexers: {
        place: ({ metadata, spec }) => [
          ...new Set(
            (spec.decision?.assignments ?? []).map(({ cluster }) =>
              placeKey(labelValue(metadata.namespace ?? ''), cluster),
            ),
          ),
        ],
      },
    }),
    revisions: informers.informer<ControllerRevision, RevisionState>({
      resource: ControllerRevisionResource,
      labelSelector: OURS,
      project: toRevisionState,
      indexers: {
        owner: ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid),
        reads: readBy,
      },
    }),
    works: informers.informer<ManifestWork, WorkState>({
      resource: ManifestWorkResource,
      labelSelector: OURS,
      project: toWorkState,
      indexers: {
        app: ({ metadata }) => [metadata.labels?.[APP_UID_LABEL] ?? ''],
        place: ({ metadata: { labels = {}, namespace = '' } }) => [
          placeKey(labels[APP_NAMESPACE_LABEL] ?? '', namespace),
        ],
        base: ({ metadata }) => (metadata.labels?.[SHARD_LABEL] === 'base' ? [metadata.namespace ?? ''] : []),
      },
    }),
    clusters: informers.informer<ManagedCluster, ManagedCluster>({
      resource: ManagedClusterResource,
      project: toLeanCluster,
    }),
    clusterSets: informers.informer<ManagedClusterSet>({ resource: ManagedClusterSetResource }),
    setBindings: informers.informer<ManagedClusterSetBinding>({ resource: ManagedClusterSetBindingResource }),
    placementDecisions: informers.informer<PlacementDecision>({ resource: PlacementDecisionResource }),
    policies: informers.informer<FederationPolicy>({ resource: FederationPolicyResource }),
    capabilities: informers.informer<ClusterCapability>({ resource: ClusterCapabilityResource }),
    profiles: informers.informer({ resource: PerformanceProfileResource }),
    datasets: informers.informer<Dataset>({ resource: DatasetResource }),
    namespaces: informers.informer<Namespace>({ resource: NamespaceResource }),
    configMaps: informers.informer<ConfigMap, { metadata: ObjectMeta }>({
      resource: ConfigMapResource,
      // Every namespace has this one, and it is never copied.
      fieldSelector: 'metadata.name!=kube-root-ca.crt',
      project: toVersion,
    }),
    secrets: informers.informer<Secret>({
      resource: SecretResource,
      labelSelector: `${DISTRIBUTE_LABEL}=true`,
    }),
  };
}

/** Apps of a namespace, by the value of its label, on one cluster: key of the index `place`. */
export function placeKey(namespaceLabel: string, cluster: string): string {
  return `${namespaceLabel} ${cluster}`;
}

/** What a change of the object concerns: key of the index `reads`. */
export function readKey(kind: 'ConfigMap' | 'Secret' | 'Dataset', namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

/** Objects that works rendered from a revision are made of. */
function readBy(revision: RevisionState): string[] {
  const spec = modelOf(revision);
  const { namespace = '' } = revision.metadata;
  const references = spec?.['codecoapp-msspec'].map(({ podspec }) => referencesOf(podspec)) ?? [];
  return [
    ...references.flatMap(({ configMaps }) =>
      configMaps.map((name) => readKey('ConfigMap', namespace, name)),
    ),
    ...references.flatMap(({ secrets }) => secrets.map((name) => readKey('Secret', namespace, name))),
    ...datasetsOf(namespace, spec),
  ];
}

function datasetsOf(namespace: string | undefined, spec: CodecoAppSpec | undefined): string[] {
  const needs = spec?.['codecoapp-msspec'].flatMap(({ data }) => data ?? []) ?? [];
  return needs.map(({ dataset }) => readKey('Dataset', namespace ?? '', dataset));
}
