import type { KubeObject } from './meta.ts';
import { defineResource } from './resource.ts';

/**
 * Kinds of Kubernetes itself: only the fields that the suite reads or writes. Objects read from the server
 * carry all the others too, and writing them back keeps them.
 */

export interface Namespace extends KubeObject {
  status?: { phase?: 'Active' | 'Terminating' };
}

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

export interface Secret extends KubeObject {
  type?: string;
  /** Values in base64. */
  data?: Record<string, string>;
  immutable?: boolean;
}

export interface PodCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface Container {
  name: string;
  image?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  [field: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  nodeName?: string;
  schedulerName?: string;
  serviceAccountName?: string;
  [field: string]: unknown;
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    conditions?: PodCondition[];
    podIP?: string;
    containerStatuses?: { name: string; ready: boolean; restartCount: number }[];
  };
}

export interface Taint {
  key: string;
  value?: string;
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface Node extends KubeObject {
  spec?: { taints?: Taint[]; unschedulable?: boolean };
  status?: {
    capacity?: Record<string, string>;
    allocatable?: Record<string, string>;
    conditions?: PodCondition[];
  };
}

export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
}

export interface Deployment extends KubeObject {
  spec?: {
    replicas?: number;
    selector: { matchLabels?: Record<string, string> };
    template: {
      metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
      spec: PodSpec;
    };
    progressDeadlineSeconds?: number;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: PodCondition[];
  };
}

/** Immutable data under a revision number: apps/v1. */
export interface ControllerRevision extends KubeObject {
  revision: number;
  data?: unknown;
}

/** coordination.k8s.io/v1. Times are metav1.MicroTime: six digits after the second. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export interface ObjectReference {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  resourceVersion?: string;
}

/** events.k8s.io/v1. */
export interface Event extends KubeObject {
  /** metav1.MicroTime. */
  eventTime: string;
  type: 'Normal' | 'Warning';
  reason: string;
  action: string;
  note?: string;
  regarding: ObjectReference;
  reportingController: string;
  reportingInstance: string;
  series?: { count: number; lastObservedTime: string };
}

export interface SubjectAccessReview extends KubeObject {
  spec: {
    user?: string;
    groups?: string[];
    resourceAttributes?: {
      group?: string;
      version?: string;
      resource?: string;
      subresource?: string;
      namespace?: string;
      name?: string;
      verb?: string;
    };
    nonResourceAttributes?: { path?: string; verb?: string };
  };
  status?: { allowed: boolean; denied?: boolean; reason?: string; evaluationError?: string };
}

export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

export interface Role extends KubeObject {
  rules?: PolicyRule[];
}

export interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount';
  apiGroup?: string;
  name: string;
  namespace?: string;
}

export interface RoleBinding extends KubeObject {
  subjects?: Subject[];
  roleRef: { apiGroup: string; kind: 'Role' | 'ClusterRole'; name: string };
}

export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: { kind: string; plural: string; singular?: string; shortNames?: string[]; categories?: string[] };
    versions: { name: string; served: boolean; storage: boolean; [field: string]: unknown }[];
  };
  status?: { conditions?: PodCondition[] };
}

/** Body and answer of `token` of a ServiceAccount (authentication.k8s.io/v1). */
export interface TokenRequest extends KubeObject {
  spec: { audiences?: string[]; expirationSeconds?: number };
  status?: { token: string; expirationTimestamp: string };
}

const RBAC = 'rbac.authorization.k8s.io';

export const NamespaceResource = defineResource<Namespace>('', 'v1', 'Namespace', 'namespaces', 'Cluster');
export const ConfigMapResource = defineResource<ConfigMap>('', 'v1', 'ConfigMap', 'configmaps', 'Namespaced');
export const SecretResource = defineResource<Secret>('', 'v1', 'Secret', 'secrets', 'Namespaced');
export const PodResource = defineResource<Pod>('', 'v1', 'Pod', 'pods', 'Namespaced');
export const NodeResource = defineResource<Node>('', 'v1', 'Node', 'nodes', 'Cluster');
export const ServiceAccountResource = defineResource<ServiceAccount>(
  '',
  'v1',
  'ServiceAccount',
  'serviceaccounts',
  'Namespaced',
);
export const EventResource = defineResource<Event>('events.k8s.io', 'v1', 'Event', 'events', 'Namespaced');
export const DeploymentResource = defineResource<Deployment>(
  'apps',
  'v1',
  'Deployment',
  'deployments',
  'Namespaced',
);
export const ControllerRevisionResource = defineResource<ControllerRevision>(
  'apps',
  'v1',
  'ControllerRevision',
  'controllerrevisions',
  'Namespaced',
);
export const LeaseResource = defineResource<Lease>(
  'coordination.k8s.io',
  'v1',
  'Lease',
  'leases',
  'Namespaced',
);
export const SubjectAccessReviewResource = defineResource<SubjectAccessReview>(
  'authorization.k8s.io',
  'v1',
  'SubjectAccessReview',
  'subjectaccessreviews',
  'Cluster',
);
export const RoleResource = defineResource<Role>(RBAC, 'v1', 'Role', 'roles', 'Namespaced');
export const RoleBindingResource = defineResource<RoleBinding>(
  RBAC,
  'v1',
  'RoleBinding',
  'rolebindings',
  'Namespaced',
);
export const CustomResourceDefinitionResource = defineResource<CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);
