import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Binaries, resolveBinaries } from './binaries/resolve.ts';
import { type ApiServer, startApiServer } from './controlplane/apiserver.ts';
import { type Etcd, startEtcd } from './controlplane/etcd.ts';
import {
  createNodes,
  type FakeNode,
  type Rates,
  startControllerManager,
  startKwok,
  startScheduler,
} from './controlplane/managed.ts';
import { serviceAccountKubeconfig, workAgentHubKubeconfig } from './identities.ts';
import { applyCrds, applyManifests, readManifests } from './manifests.ts';
import { type GroupProcess, ProcessGroup } from './processgroup.ts';
import type { Progress } from './progress.ts';
import { bindSet, createSet } from './registration/clustersets.ts';
import { register, renewLease, reportCluster } from './registration/registration.ts';
import { reportTelemetry } from './registration/telemetry.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLUSTER_SET = 'local';
const HEARTBEAT_MS = 30_000;

export interface ClusterSpec {
  name: string;
  nodes: readonly FakeNode[];
  labels?: Record<string, string>;
  /** Plays the suite's agent: writes ClusterTelemetry. */
  telemetry?: boolean;
}

export interface FederationOptions {
  clusters: readonly ClusterSpec[];
  /** Everything of the federation is kept here and removed by `stop`. */
  folder: string;
  progress: Progress;
  /** Rates of controller-managers and schedulers on managed clusters. */
  rates?: Rates;
  workAgent?: WorkAgentOptions | 'none';
  controllers?: readonly string[];
  /** Flags for controllers, by name. */
  controllerArgs?: Record<string, readonly string[]>;
  /** Folder with OCM's own CRD files, used in place of the ones made from our schemas. */
  ocmCrds?: string;
}

export interface WorkAgentOptions {
  statusSyncInterval: string;
  qps: number;
  burst: number;
  /** Further flags of the local agent; OCM's own does not get them. */
  extra?: readonly string[];
}

const OCM_WORK_AGENT_DEFAULTS: WorkAgentOptions = { statusSyncInterval: '10s', qps: 50, burst: 100 };

export interface ManagedClusterHandle {
  readonly name: string;
  readonly api: ApiServer;
  workAgent: GroupProcess | undefined;
}

/** A running federation. */
export interface Federation {
  readonly folder: string;
  readonly binaries: Binaries;
  readonly hub: ApiServer;
  readonly clusters: readonly ManagedClusterHandle[];
  readonly etcd: Etcd;
  readonly group: ProcessGroup;
  /** Starts a controller of the suite under its own ServiceAccount. */
  startController(name: string, args?: readonly string[]): Promise<GroupProcess>;
  startWorkAgent(cluster: string): Promise<GroupProcess>;
  /** Makes the clusters usable from a namespace of the hub. */
  bind(namespace: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts hub and managed clusters, joins them, and resolves when the first application may be applied. */
export async function startFederation(options: FederationOptions): Promise<Federation> {
  const { folder, progress } = options;
  const rates = options.rates ?? { qps: 500, burst: 1000 };
  const binaries = await resolveBinaries(progress);
  await mkdir(folder, { recursive: true });
  const group = new ProcessGroup();
  const stopping = new AbortController();
  const releases: (() => void)[] = [];
  const stop = async () => {
    stopping.abort();
    await group.end();
    for (const release of releases) release();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };

  try {
    const task = progress.start(
      `control planes: hub and ${options.clusters.map(({ name }) => name).join(', ') || 'no cluster'}`,
    );
    const etcd = await startEtcd(group, binaries.etcd, folder);
    releases.push(etcd.releasePorts);
    const server = async (name: string) => {
      const api = await startApiServer(group, {
        name,
        folder: join(folder, name),
        etcdUrl: etcd.url,
        binary: binaries['kube-apiserver'],
      });
      releases.push(api.releasePorts);
      return api;
    };
    const component = async (started: Promise<{ process: GroupProcess; release: () => void }>) => {
      releases.push((await started).release);
    };
    const startHub = async () => {
      const hub = await server('hub');
      await component(startControllerManager(group, hub, binaries, 'hub', rates));
      await installHub(hub, options.ocmCrds);
      await createSet(hub, CLUSTER_SET);
      return hub;
    };
    const startManaged = async (spec: ClusterSpec): Promise<ManagedClusterHandle> => {
      const api = await server(spec.name);
      await component(startControllerManager(group, api, binaries, 'managed', rates));
      await component(startScheduler(group, api, binaries, rates));
      await installManaged(api);
      await createNodes(api, await startKwok(group, api, binaries), spec.nodes);
      return { name: spec.name, api, workAgent: undefined };
    };
    const [hub, ...clusters] = (await Promise.all([startHub(), ...options.clusters.map(startManaged)])) as [
      ApiServer,
      ...ManagedClusterHandle[],
    ];
    for (const [index, { name, api }] of clusters.entries()) {
      const labels = options.clusters[index]?.labels;
      await register(hub, api, { name, set: CLUSTER_SET, ...(labels ? { labels } : {}) });
    }
    task.done('ready');

    const federation: Federation = {
      folder,
      binaries,
      hub,
      clusters,
      etcd,
      group,
      startController: (name, args = []) => startController(group, hub, name, args),
      async startWorkAgent(name) {
        const cluster = clusters.find((candidate) => candidate.name === name);
        if (!cluster) throw new Error(`no cluster ${name}`);
        const agent = options.workAgent === 'none' ? undefined : options.workAgent;
        cluster.workAgent = await startWorkAgent(group, hub, cluster, agent ?? OCM_WORK_AGENT_DEFAULTS);
        return cluster.workAgent;
      },
      bind: (namespace) => bindSet(hub, CLUSTER_SET, namespace),
      stop,
    };
    if (options.workAgent !== 'none') {
      await Promise.all(clusters.map(({ name }) => federation.startWorkAgent(name)));
    }
    for (const name of options.controllers ?? []) {
      await federation.startController(name, options.controllerArgs?.[name]);
    }
    void heartbeats(hub, clusters, options.clusters, stopping.signal, progress);
    return federation;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Kinds, roles and accounts that an installation puts on the hub. */
async function installHub(hub: ApiServer, ocmCrds: string | undefined): Promise<void> {
  const own = await readManifests(join(ROOT, 'crds'));
  const ocm = await readManifests(ocmCrds ?? join(ROOT, 'crds/ocm/hub'));
  await applyCrds(hub.admin, [...own, ...ocm.filter(({ kind }) => kind === 'CustomResourceDefinition')]);
  await applyManifests(hub.admin, await readManifests(join(ROOT, 'scripts/local/rbac/hub')));
  await applyManifests(hub.admin, await readManifests(join(ROOT, 'config/rbac/hub')));
}

async function installManaged(api: ApiServer): Promise<void> {
  await applyCrds(api.admin, await readManifests(join(ROOT, 'crds/ocm/managed')));
  await applyManifests(api.admin, await readManifests(join(ROOT, 'scripts/local/rbac/managed')));
  await applyManifests(api.admin, await readManifests(join(ROOT, 'config/rbac/managed')));
}

async function startController(
  group: ProcessGroup,
  hub: ApiServer,
  name: string,
  args: readonly string[],
): Promise<GroupProcess> {
  const kubeconfig = await serviceAccountKubeconfig(hub, {
    namespace: 'codeco-system',
    name: `codeco-${name}`,
  });
  return group.start({
    name: `hub/codeco-${name}`,
    command: process.execPath,
    log: join(hub.folder, `codeco-${name}.log`),
    args: [
      '--max-semi-space-size=1',
      join(ROOT, 'src/cmd/main.ts'),
      name,
      `--kubeconfig=${kubeconfig}`,
      '--bind-address=127.0.0.1:0',
      ...args,
    ],
  });
}

async function startWorkAgent(
  group: ProcessGroup,
  hub: ApiServer,
  cluster: ManagedClusterHandle,
  options: WorkAgentOptions,
): Promise<GroupProcess> {
  const { name, api } = cluster;
  const account = { namespace: 'open-cluster-management-agent', name: 'klusterlet-work-sa' };
  const flags = [
    `--kubeconfig=${await serviceAccountKubeconfig(api, account)}`,
    `--spoke-cluster-name=${name}`,
    '--workload-source-driver=kube',
    `--workload-source-config=${await workAgentHubKubeconfig(hub, name)}`,
    '--namespace=open-cluster-management-agent',
    `--agent-id=${name}-agent`,
    `--status-sync-interval=${options.statusSyncInterval}`,
    `--kube-api-qps=${options.qps}`,
    `--kube-api-burst=${options.burst}`,
    '--listen=127.0.0.1:0',
  ];
  const ocm = process.env['OCM_WORK_AGENT'];
  const own = [join(ROOT, 'scripts/local/workagent/main.ts'), ...flags, ...(options.extra ?? [])];
  return group.start({
    name: `${name}/work-agent`,
    log: join(api.folder, 'work-agent.log'),
    command: ocm ?? process.execPath,
    args: ocm === undefined ? own : ['agent', ...flags, '--disable-leader-election'],
  });
}

/** Leases, cluster facts and telemetry go on for as long as the federation lives. */
async function heartbeats(
  hub: ApiServer,
  clusters: readonly ManagedClusterHandle[],
  specs: readonly ClusterSpec[],
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  while (!signal.aborted) {
    for (const [index, { name, api }] of clusters.entries()) {
      try {
        await renewLease(hub, name);
        await reportCluster(hub, api, name);
        if (specs[index]?.telemetry) await reportTelemetry(hub, api, name);
      } catch (error) {
        // Tests stop API servers on purpose; the next round tries again.
        if (!signal.aborted) progress.say(`heartbeat of ${name} failed: ${String(error)}`);
      }
    }
    await delay(HEARTBEAT_MS, undefined, { signal }).catch(() => {});
  }
}
