import type { Manifest } from './manifest.ts';

/**
 * Kinds in the order in which OCM (from 1.3) applies the manifests of one work. Nothing waits between
 * ranks; what fails because something is not there yet is tried again.
 */
const RANKS: readonly (readonly string[])[] = [
  ['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass', 'PersistentVolume'],
  ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ['NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodDisruptionBudget', 'ServiceAccount'],
  ['Secret', 'ConfigMap', 'PersistentVolumeClaim'],
  ['Service'],
  [
    'Deployment',
    'DaemonSet',
    'StatefulSet',
    'ReplicaSet',
    'Pod',
    'Job',
    'CronJob',
    'HorizontalPodAutoscaler',
  ],
  ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService'],
];

const rankOf = new Map(RANKS.flatMap((kinds, rank) => kinds.map((kind) => [kind, rank] as const)));

/** Ordinals of the manifests in the order in which they are applied; stable within a rank. */
export function applyOrder(manifests: readonly Pick<Manifest, 'kind'>[]): number[] {
  const rank = (ordinal: number) => rankOf.get(manifests[ordinal]?.kind ?? '') ?? RANKS.length;
  return manifests.map((_, ordinal) => ordinal).sort((a, b) => rank(a) - rank(b) || a - b);
}
