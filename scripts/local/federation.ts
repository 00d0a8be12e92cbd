import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
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
import { untilReady } from './controlplane/ready.ts';
import { serviceAccountKubeconfig, workAgentHubKubeconfig } from './identities.ts';
import { applyCrds, applyManifests, readManifests } from './manifests.ts';
import { releaseAbandonedPorts, reservePort } from './ports.ts';
import { type GroupProcess, ProcessGroup } from './processgroup.ts';
import type { Progress } from './progress.ts';
import { bindSet, createSets } from './registration/clustersets.ts';
import { Registration } from './registration/registration.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
/** The set that all clusters are in. */
const CLUSTER_SET = 'local';
const LEASE_SECONDS = 60;
const READY_MS = 60_000;

export interface ClusterSpec {
  name: string;
  nodes: readonly FakeNode[];
  labels?: Record<string, string>;
  /** Plays the suite's agent: writes ClusterTelemetry. */
  telemetry?: boolean;
  /** Silence of five times this value makes the cluster Available=Unknown. Default 60, as OCM's. */
  leaseDurationSeconds?: number;
}

export interface FederationOptions {
  clusters: readonly ClusterSpec[];
  /** Everything of the federation is kept here and removed by `stop`, or when this process is killed. */
  folder: string;
  progress: Progress;
  /** Called with the process group before the first process starts. */
  onGroup?: (group: ProcessGroup) => void;
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
  /** Requests per second, to the hub and to the managed cluster each. */
  qps: number;
  burst: number;
  /** Further flags of the local agent; OCM's own does not get them. */
  extra?: readonly string[];
}

const OCM_WORK_AGENT_DEFAULTS: WorkAgentOptions = { statusSyncInterval: '10s', qps: 50, burst: 100 };

export interface ManagedClusterHandle {
  readonly name: string;
  readonly api: ApiServer;
  readonly registration: Registration;
  readonly controllerManager: GroupProcess;
  readonly scheduler: GroupProcess;
  readonly kwok: GroupProcess;
  workAgent: GroupProcess | undefined;
}

/** A controller of the suite. */
export interface ControllerProcess extends GroupProcess {
  /** Serves /healthz, /readyz and /metrics. */
  readonly url: string;
}

/** A running federation. */
export interface Federation {
  readonly folder: string;
  readonly binaries: Binaries;
  readonly hub: ApiServer;
  readonly clusters: readonly ManagedClusterHandle[];
  readonly etcd: Etcd;
  readonly group: ProcessGroup;
  /**
   * Starts a controller of the suite under its own ServiceAccount and resolves when it is ready. A second one
   * of the same name is a standby.
   */
  startController(name: string, args?: readonly string[]): Promise<ControllerProcess>;
  startWorkAgent(cluster: string): Promise<GroupProcess>;
  /** Makes the clusters usable from a namespace of the hub, which is created where it is missing. */
  bind(namespace: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts hub and managed clusters, joins them, and resolves when the first application may be applied. */
export async function startFederation(options: FederationOptions): Promise<Federation> {
  const { folder, progress } = options;
  const rates = options.rates ?? { qps: 500, burst: 1000 };
  const binaries = await resolveBinaries(progress);
  await mkdir(folder, { recursive: true });
  releaseAbandonedPorts();
  const group = new ProcessGroup();
  group.removeAtDeath(folder);
  options.onGroup?.(group);
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
      const { process, release } = await started;
      releases.push(release);
      return process;
    };
    const startHub = async () => {
      const hub = await server('hub');
      await component(startControllerManager(group, hub, binaries, 'hub', rates));
      await installHub(hub, options.ocmCrds);
      await createSets(hub, CLUSTER_SET);
      return hub;
    };
    const startManaged = async (spec: ClusterSpec) => {
      const api = await server(spec.name);
      const controllerManager = await component(
        startControllerManager(group, api, binaries, 'managed', rates),
      );
      const scheduler = await component(startScheduler(group, api, binaries, rates));
      await installManaged(api, options.ocmCrds);
      const kwok = await startKwok(group, api, binaries);
      await createNodes(api, kwok, spec.nodes);
      return { spec, api, controllerManager, scheduler, kwok };
    };
    const [hub, ...managed] = await Promise.all([startHub(), ...options.clusters.map(startManaged)]);
    const clusters: ManagedClusterHandle[] = managed.map(({ spec, ...parts }) => ({
      ...parts,
      name: spec.name,
      workAgent: undefined,
      registration: new Registration(hub, parts.api, {
        name: spec.name,
        set: CLUSTER_SET,
        labels: spec.labels ?? {},
        leaseDurationSeconds: spec.leaseDurationSeconds ?? LEASE_SECONDS,
        telemetry: spec.telemetry ?? false,
      }),
    }));
    await Promise.all(clusters.map(({ registration }) => registration.join()));
    task.done('ready');

    const instances = new Map<string, number>();
    const federation: Federation = {
      folder,
      binaries,
      hub,
      clusters,
      etcd,
      group,
      async startController(name, args = []) {
        const { port, release } = await reservePort();
        releases.push(release);
        const instance = (instances.get(name) ?? 0) + 1;
        instances.set(name, instance);
        return startController(group, hub, { name, instance, port, args });
      },
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
    for (const { registration } of clusters) void registration.run(stopping.signal, progress.say);
    return federation;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Kinds, roles and accounts that an installation puts on the hub. */
async function installHub(hub: ApiServer, ocmCrds: string | undefined): Promise<void> {
  const own = await readManifests(join(ROOT, 'crds'));
  await applyCrds(hub.admin, [...own, ...(await ocmCrdsOf('hub', ocmCrds))]);
  await applyManifests(hub.admin, await readManifests(join(ROOT, 'scripts/local/rbac/hub')));
  await applyManifests(hub.admin, await readManifests(join(ROOT, 'config/rbac/hub')));
}

async function installManaged(api: ApiServer, ocmCrds: string | undefined): Promise<void> {
  await applyCrds(api.admin, await ocmCrdsOf('managed', ocmCrds));
  await applyManifests(api.admin, await readManifests(join(ROOT, 'scripts/local/rbac/managed')));
  await applyManifests(api.admin, await readManifests(join(ROOT, 'config/rbac/managed')));
}

/** Of upstream's files only those that this side needs: the folder holds the kinds of both. */
async function ocmCrdsOf(side: 'hub' | 'managed', upstream: string | undefined): Promise<KubeObject[]> {
  const ours = await readManifests(join(ROOT, 'crds/ocm', side));
  if (upstream === undefined) return ours;
  const names = new Set(ours.map(({ metadata }) => metadata.name));
  const theirs = (await readManifests(upstream)).filter(({ metadata }) => names.has(metadata.name));
  const found = new Set(theirs.map(({ metadata }) => metadata.name));
  const missing = [...names].filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new Error(`${upstream} has no CustomResourceDefinition ${missing.join(', ')}`);
  return theirs;
}

async function startController(
  group: ProcessGroup,
  hub: ApiServer,
  controller: { name: string; instance: number; port: number; args: readonly string[] },
): Promise<ControllerProcess> {
  const { name, instance, port, args } = controller;
  const kubeconfig = await serviceAccountKubeconfig(hub, {
    namespace: 'codeco-system',
    name: `codeco-${name}`,
  });
  const label = instance === 1 ? `codeco-${name}` : `codeco-${name}-${instance}`;
  const process = await group.start({
    name: `hub/${label}`,
    command: globalThis.process.execPath,
    log: join(hub.folder, `${label}.log`),
    args: [
      '--max-semi-space-size=1',
      join(ROOT, 'src/cmd/main.ts'),
      name,
      `--kubeconfig=${kubeconfig}`,
      `--bind-address=127.0.0.1:${port}`,
      ...args,
    ],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(process, READY_MS, async () => (await fetch(`${url}/readyz`)).ok);
  return Object.assign(process, { url });
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
    `--hub-kube-api-qps=${options.qps}`,
    `--hub-kube-api-burst=${options.burst}`,
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
