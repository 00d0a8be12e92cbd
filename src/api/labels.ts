import { GROUP } from './codeco/v1alpha1/group.ts';
import { hashText } from './hash.ts';

/** Well-known label and annotation keys of the suite, and names that keep to the limits of Kubernetes. */

/** Kubernetes' own: which tool manages the object. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'codeco';

/** On works and what they carry: uid of the CodecoApp they come from. */
export const APP_UID_LABEL = `${GROUP}/app-uid`;
/** Namespace and name of the CodecoApp, each as {@link labelValue}. */
export const APP_NAMESPACE_LABEL = `${GROUP}/app-namespace`;
export const APP_NAME_LABEL = `${GROUP}/app-name`;
/** Name of the service of the app that a workload runs. */
export const SERVICE_LABEL = `${GROUP}/service`;
/** Name of the channel that a Service carries. */
export const CHANNEL_LABEL = `${GROUP}/channel`;
/** On a work: the managed cluster it is for. */
export const CLUSTER_LABEL = `${GROUP}/cluster`;
/** On a work: number of the shard, from 0; `base` for the work that holds the Namespace and the executor. */
export const SHARD_LABEL = `${GROUP}/shard`;
/** On a work: name of the ControllerRevision it was rendered from. */
export const REVISION_LABEL = `${GROUP}/revision`;

/** On a work: id of the decision it was rendered from. */
export const DECISION_ANNOTATION = `${GROUP}/decision`;
/** On a work: hash of the spec as it was rendered. */
export const SPEC_HASH_ANNOTATION = `${GROUP}/spec-hash`;
/** On objects with hashed names: the app as `namespace/name`, unshortened. */
export const APP_ANNOTATION = `${GROUP}/app`;

/** On a Secret, with value `true`: may be copied to the clusters that run an app which refers to it. */
export const DISTRIBUTE_LABEL = `${GROUP}/distribute`;
/** On a CodecoApp: clusters, separated by commas, whose works are no longer waited for on deletion. */
export const ABANDON_CLUSTERS_ANNOTATION = `${GROUP}/abandon-clusters`;
/** On a CodecoApp, AssignmentPlan or ManifestWork: ACM must see it go. */
export const FINALIZER = `${GROUP}/acm`;

/** kubectl apply without --server-side leaves the object that it sent here. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** The longest name of a Service, label value or container. */
export const MAX_NAME_LENGTH = 63;

/**
 * `parts` joined by `-`, in at most `limit` characters. Names that are too long keep their readable start
 * and end in 8 hex digits of the hash of all parts, so that two long names never meet by cutting. Parts
 * are hashed with a separator that no name contains: `a-b, c` and `a, b-c` differ once hashed.
 */
export function safeName(parts: readonly string[], limit: number = MAX_NAME_LENGTH): string {
  const joined = parts.join('-');
  if (joined.length <= limit) return joined;
  const start = joined.slice(0, limit - 9).replace(/[-._]+$/, '');
  return `${start}-${hashText(parts.join('\n'), 8)}`;
}

/** `text` where it is a valid label value, else a readable start and a hash. */
export function labelValue(text: string): string {
  if (text.length <= MAX_NAME_LENGTH && LABEL_VALUE.test(text)) return text;
  const start = text
    .replace(/[^-A-Za-z0-9_.]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, MAX_NAME_LENGTH - 9);
  return `${start.replace(/[-._]+$/, '') || 'x'}-${hashText(text, 8)}`;
}

/** The clusters named by {@link ABANDON_CLUSTERS_ANNOTATION}, sorted, each once. */
export function abandonedClusters(annotations: Readonly<Record<string, string>> | undefined): string[] {
  const names = (annotations?.[ABANDON_CLUSTERS_ANNOTATION] ?? '').split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))].sort();
}
