import { hashOf } from '../api/hash.ts';
import { DECISION_ANNOTATION, labelValue, REVISION_LABEL, SPEC_HASH_ANNOTATION } from '../api/labels.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ManifestConfig, ManifestWork, ManifestWorkSpec } from '../api/ocm/manifestwork.ts';
import {
  APP_EXECUTOR,
  type AppIdentity,
  appAnnotation,
  BASE_EXECUTOR,
  baseLabels,
  baseWorkName,
  WORKLOAD_ROLE,
  workLabels,
  workName,
} from './names.ts';

const API_VERSION = 'work.open-cluster-management.io/v1';
/** OCM wants its field managers to start like this. */
export const FIELD_MANAGER = 'work-agent-codeco';

/** Names of the feedback values of a Deployment. */
export const FEEDBACK = {
  generation: 'generation',
  observedGeneration: 'observedGeneration',
  replicas: 'replicas',
  updated: 'updatedReplicas',
  ready: 'readyReplicas',
  progressing: 'progressing',
} as const;

/** What a work is made of. */
export interface WorkContent {
  app: AppIdentity;
  cluster: string;
  shard: number;
  revision: string;
  decision: string;
  manifests: readonly KubeObject[];
  /** Status changes reach the hub in 0.1 s; the agent can do that for few namespaces only. */
  watch: boolean;
}

/** The ManifestWork of one shard of an app on one cluster, every field written that OCM would default. */
export function appWork({
  app,
  cluster,
  shard,
  revision,
  decision,
  manifests,
  watch,
}: WorkContent): ManifestWork {
  const spec: ManifestWorkSpec = {
    workload: { manifests: [...manifests] },
    deleteOption: { propagationPolicy: 'Foreground' },
    manifestConfigs: manifests.map((manifest) => manifestConfig(manifest, watch)),
    executor: {
      subject: { type: 'ServiceAccount', serviceAccount: { namespace: app.namespace, name: APP_EXECUTOR } },
    },
  };
  return {
    apiVersion: API_VERSION,
    kind: 'ManifestWork',
    metadata: {
      name: workName(app, shard),
      namespace: cluster,
      labels: { ...workLabels(app, cluster, shard), [REVISION_LABEL]: labelValue(revision) },
      annotations: {
        ...appAnnotation(app),
        [DECISION_ANNOTATION]: decision,
        [SPEC_HASH_ANNOTATION]: hashOf(spec),
      },
    },
    spec,
  };
}

/** On a base work: whether the works of its namespace are watched. Set once, never revoked. */
export const SCRAPE_ANNOTATION = 'codeco.he-codeco.eu/feedback';

/**
 * The base work of a namespace on one cluster: what outlives any one app. The Namespace is orphaned on
 * deletion, because deleting it would take every other object in it.
 */
export function baseWork(namespace: string, cluster: string, watch: boolean): ManifestWork {
  const account = { name: APP_EXECUTOR, namespace };
  const manifests = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: account,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: WORKLOAD_ROLE },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  ] as KubeObject[];
  const spec: ManifestWorkSpec = {
    workload: { manifests },
    deleteOption: {
      propagationPolicy: 'SelectivelyOrphan',
      selectivelyOrphans: {
        orphaningRules: [{ group: '', resource: 'namespaces', name: namespace, namespace: '' }],
      },
    },
    manifestConfigs: manifests.map((manifest) => manifestConfig(manifest, false)),
    executor: { subject: { type: 'ServiceAccount', serviceAccount: { ...BASE_EXECUTOR } } },
  };
  return {
    apiVersion: API_VERSION,
    kind: 'ManifestWork',
    metadata: {
      name: baseWorkName(namespace),
      namespace: cluster,
      labels: baseLabels(namespace, cluster),
      annotations: { [SCRAPE_ANNOTATION]: watch ? 'Watch' : 'Poll', [SPEC_HASH_ANNOTATION]: hashOf(spec) },
    },
    spec,
  };
}

const RESOURCES: Readonly<Record<string, { group: string; resource: string }>> = {
  Namespace: { group: '', resource: 'namespaces' },
  ServiceAccount: { group: '', resource: 'serviceaccounts' },
  RoleBinding: { group: 'rbac.authorization.k8s.io', resource: 'rolebindings' },
  ConfigMap: { group: '', resource: 'configmaps' },
  Secret: { group: '', resource: 'secrets' },
  Service: { group: '', resource: 'services' },
  Deployment: { group: 'apps', resource: 'deployments' },
  NetworkPolicy: { group: 'networking.k8s.io', resource: 'networkpolicies' },
};

function manifestConfig(manifest: KubeObject, watch: boolean): ManifestConfig {
  const { kind, metadata } = manifest;
  const known = RESOURCES[kind];
  if (!known) throw new Error(`no resource is known for kind ${kind}`);
  return {
    resourceIdentifier: { ...known, name: metadata.name, namespace: metadata.namespace ?? '' },
    updateStrategy: {
      type: 'ServerSideApply',
      serverSideApply: { force: false, fieldManager: FIELD_MANAGER },
    },
    feedbackScrapeType: watch && kind === 'Deployment' ? 'Watch' : 'Poll',
    ...(kind === 'Deployment'
      ? { feedbackRules: [{ type: 'JSONPaths' as const, jsonPaths: DEPLOYMENT_FEEDBACK }] }
      : {}),
  };
}

const DEPLOYMENT_FEEDBACK = [
  { name: FEEDBACK.generation, path: '.metadata.generation' },
  { name: FEEDBACK.observedGeneration, path: '.status.observedGeneration' },
  { name: FEEDBACK.replicas, path: '.spec.replicas' },
  { name: FEEDBACK.updated, path: '.status.updatedReplicas' },
  { name: FEEDBACK.ready, path: '.status.readyReplicas' },
  { name: FEEDBACK.progressing, path: '.status.conditions[?(@.type=="Progressing")].reason' },
];
