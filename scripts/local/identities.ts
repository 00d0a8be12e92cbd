import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  NamespaceResource,
  type RoleBinding,
  RoleBindingResource,
  ServiceAccountResource,
  type TokenRequest,
} from '../../src/api/core.ts';
import type { ObjectKey } from '../../src/api/meta.ts';
import type { ApiAccess } from './controlplane/apiserver.ts';
import { writeKubeconfig } from './controlplane/kubeconfig.ts';

const TOKEN_SECONDS = 30 * 24 * 3600;

/**
 * Kubeconfig of a ServiceAccount, with a token that the API server issued. The token lies in a file of its
 * own beside it, as a kubelet would mount it: it can be rotated while a process uses it.
 */
export async function serviceAccountKubeconfig(api: ApiAccess, account: ObjectKey): Promise<string> {
  const tokenFile = join(api.folder, `${account.name}.token`);
  await rotateToken(api, account, tokenFile);
  const file = join(api.folder, `${account.name}.kubeconfig`);
  await writeKubeconfig(file, {
    name: api.name,
    server: api.url,
    ca: api.ca.pair.certificate,
    user: account.name,
    login: { tokenFile },
  });
  return file;
}

export async function rotateToken(api: ApiAccess, account: ObjectKey, tokenFile: string): Promise<void> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  };
  const answer = (await api.admin.createSubresource(
    ServiceAccountResource,
    account,
    'token',
    request,
  )) as TokenRequest;
  await writeFile(tokenFile, answer.status?.token ?? '', { mode: 0o600 });
}

/** Hub identity of a work agent, with OCM's names: it may act in the namespace of its own cluster only. */
export async function workAgentHubKubeconfig(hub: ApiAccess, cluster: string): Promise<string> {
  const group = `system:open-cluster-management:${cluster}`;
  const binding: RoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'managed-cluster-work', namespace: cluster },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'managed-cluster-work' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  };
  await hub.admin.apply(RoleBindingResource, binding, { fieldManager: 'codeco-local', force: true });
  return hub.userKubeconfig(`${group}:${cluster}-agent`, [
    group,
    'system:open-cluster-management:managed-clusters',
  ]);
}

export async function ensureNamespace(
  api: ApiAccess,
  name: string,
  labels: Record<string, string> = {},
): Promise<void> {
  await api.admin.apply(
    NamespaceResource,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    { fieldManager: 'codeco-local', force: true },
  );
}
