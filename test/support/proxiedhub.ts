import { join } from 'node:path';
import type { ApiAccess } from '../../scripts/local/controlplane/apiserver.ts';
import { FaultProxy } from './faultproxy/faultproxy.ts';
import { kubeconfigThrough } from './faultproxy/kubeconfig.ts';

/**
 * A fault proxy in front of a hub, which it enters as an administrator, and a kubeconfig that leads through
 * it. With `tls` clients verify the proxy as they would the hub; else they speak plain HTTP to it. Stop the
 * proxy in afterAll.
 */
export async function proxiedHub(
  hub: ApiAccess,
  { tls = false } = {},
): Promise<{ proxy: FaultProxy; kubeconfig: string }> {
  const identity = await hub.ca.client('admin', ['system:masters']);
  const proxy = await FaultProxy.start({
    target: hub.url,
    ca: hub.ca.pair.certificate,
    identity,
    ...(tls ? { serve: await hub.ca.server() } : {}),
  });
  const kubeconfig = await kubeconfigThrough(proxy.url, hub.adminKubeconfig, join(hub.folder, 'proxied'));
  return { proxy, kubeconfig };
}
