import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolveBinaries } from '../../../scripts/local/binaries/resolve.ts';
import { type ApiServer, startApiServer } from '../../../scripts/local/controlplane/apiserver.ts';
import { startEtcd } from '../../../scripts/local/controlplane/etcd.ts';
import { startControllerManager } from '../../../scripts/local/controlplane/managed.ts';
import {
  ensureNamespace,
  serviceAccountKubeconfig,
  workAgentHubKubeconfig,
} from '../../../scripts/local/identities.ts';
import { applyCrds, applyManifests, readManifests } from '../../../scripts/local/manifests.ts';
import { ProcessGroup } from '../../../scripts/local/processgroup.ts';
import { silentProgress } from '../../../scripts/local/progress.ts';
import { ourOcmCrds, readCrds } from '../../../scripts/ocmcrds.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { WORK_GROUP } from '../../../src/api/ocm/manifestwork.ts';

export const CLUSTER = 'c1';

/** A hub and one managed cluster, and what a work agent needs to be let in: OCM's limited identities. */
export interface ControlPlanes {
  hub: ApiServer;
  spoke: ApiServer;
  group: ProcessGroup;
  folder: string;
  agentHubKubeconfig: string;
  agentSpokeKubeconfig: string;
  stop(): Promise<void>;
}

const RATES = { qps: 500, burst: 1000 };
const LOCAL = new URL('../../../scripts/local/', import.meta.url).pathname;

/**
 * Starts them as plain processes. The CRDs are the generated ones, or those of the folder that `OCM_CRDS`
 * names: OCM's own agent should be judged with its own.
 */
export async function startControlPlanes(): Promise<ControlPlanes> {
  const folder = await mkdtemp(path.join(tmpdir(), 'codeco-contract-'));
  const group = new ProcessGroup();
  const releases: (() => void)[] = [];
  const stop = async () => {
    await group.end();
    for (const release of releases) release();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const binaries = await resolveBinaries(silentProgress);
    const etcd = await startEtcd(group, binaries.etcd, folder);
    releases.push(() => etcd.releasePorts());
    const [hub, spoke] = await Promise.all(
      (['hub', CLUSTER] as const).map((name) =>
        startApiServer(group, {
          name,
          folder: path.join(folder, name),
          etcdUrl: etcd.url,
          binary: binaries['kube-apiserver'],
        }),
      ),
    );
    if (!hub || !spoke) throw new Error('two API servers were started');
    releases.push(
      () => hub.releasePorts(),
      () => spoke.releasePorts(),
    );
    await applyCrds(hub.admin, await crdsOf('hub', 'manifestworks'));
    await applyCrds(spoke.admin, await crdsOf('managed', 'appliedmanifestworks'));
    // The controller manager gathers aggregated roles, empties namespaces and collects garbage.
    releases.push((await startControllerManager(group, spoke, binaries, 'managed', RATES)).release);
    await ensureNamespace(hub, CLUSTER);
    await applyManifests(hub.admin, await readManifests(path.join(LOCAL, 'rbac/hub')));
    await applyManifests(spoke.admin, await readManifests(path.join(LOCAL, 'rbac/managed')));
    const account = { namespace: 'open-cluster-management-agent', name: 'klusterlet-work-sa' };
    return {
      hub,
      spoke,
      group,
      folder,
      agentHubKubeconfig: await workAgentHubKubeconfig(hub, CLUSTER),
      agentSpokeKubeconfig: await serviceAccountKubeconfig(spoke, account),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function crdsOf(side: 'hub' | 'managed', plural: string): Promise<KubeObject[]> {
  const upstream = process.env['OCM_CRDS'];
  const crds = upstream === undefined ? await ourOcmCrds(side) : await readCrds(upstream, () => undefined);
  return [...crds.values()].filter(({ metadata }) => metadata.name === `${plural}.${WORK_GROUP}`);
}
