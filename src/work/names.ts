import { hashText } from '../api/hash.ts';
import {
  APP_ANNOTATION,
  APP_NAME_LABEL,
  APP_NAMESPACE_LABEL,
  APP_UID_LABEL,
  CLUSTER_LABEL,
  labelValue,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  SHARD_LABEL,
  safeName,
} from '../api/labels.ts';

/** Who an app is, wherever its objects go. */
export interface AppIdentity {
  namespace: string;
  name: string;
  uid: string;
}

/** Names of the executor accounts and roles that an installation puts on managed clusters. */
export const BASE_EXECUTOR = { namespace: 'codeco-system', name: 'codeco-base' } as const;
export const APP_EXECUTOR = 'codeco-executor';
export const WORKLOAD_ROLE = 'codeco-workload';

/**
 * Name of the work that carries shard `shard` of an app. The uid makes it unlike that of an earlier app of
 * the same name, whose works may still be going.
 */
export function workName({ namespace, name, uid }: AppIdentity, shard: number): string {
  return safeName(['codeco', name, hashText(`${namespace}/${name}/${uid}`, 8), String(shard)]);
}

/** Name of the base work of a namespace. */
export function baseWorkName(namespace: string): string {
  return safeName(['codeco-base', namespace]);
}

/** Labels that lead from a work back to its app. */
export function workLabels(
  { namespace, name, uid }: AppIdentity,
  cluster: string,
  shard: number,
): Record<string, string> {
  return {
    [MANAGED_BY_LABEL]: MANAGED_BY,
    [APP_UID_LABEL]: uid,
    [APP_NAMESPACE_LABEL]: labelValue(namespace),
    [APP_NAME_LABEL]: labelValue(name),
    [CLUSTER_LABEL]: labelValue(cluster),
    [SHARD_LABEL]: String(shard),
  };
}

/** Labels of the base work of a namespace: it belongs to no single app. */
export function baseLabels(namespace: string, cluster: string): Record<string, string> {
  return {
    [MANAGED_BY_LABEL]: MANAGED_BY,
    [APP_NAMESPACE_LABEL]: labelValue(namespace),
    [CLUSTER_LABEL]: labelValue(cluster),
    [SHARD_LABEL]: 'base',
  };
}

/** Unshortened, for people. */
export function appAnnotation({ namespace, name }: AppIdentity): Record<string, string> {
  return { [APP_ANNOTATION]: `${namespace}/${name}` };
}
