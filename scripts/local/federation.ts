import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { ocmCrds } from '../ocmcrds.ts';
import { type Binaries, resolveBinaries } from './binaries/resolve.ts';
import { type ControllerProcess, startController } from './controllerprocess.ts';
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
import { applyCrds, applyManifests, readManifests } from './manifests.ts';
import { releaseAbandonedPorts, reservePort } from './ports.ts';
import { type GroupProcess, ProcessGroup } from './processgroup.ts';
import type { Progress } from './progress.ts';
import { bindSet, createSets } from './registration/clustersets.ts';
import { Registration } from './registration/registration.ts';
import { OCM_WORK_AGENT_DEFAULTS, startWorkAgent, type WorkAgentOptions } from './workagentprocess.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
/** The set that all clusters are in. */
const CLUSTER_SET = 'local';
const LEASE_SECONDS = 60;

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
  /** What controllers run from, for example the bundle that the image ships. Left out: the sources. */
  controllerEntry?: string;
  /** The hub writes down every write request of the suite's controllers: {@link ApiServer.auditLog}. */
  audit?: boolean;
}

export interface ManagedClusterHandle {
  readonly name: string;
  readonly api: ApiServer;
  readonly registration: Registration;
  readonly controllerManager: GroupProcess;
  readonly scheduler: GroupProcess;
  readonly kwok: GroupProcess;
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
    const ocm = {
      hub: await ocmCrds('hub', options.ocmCrds, progress.say),
      managed: await ocmCrds('managed', options.ocmCrds, progress.say),
    };
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
        ...(name === 'hub' && options.audit ? { audit: true } : {}),
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
      await installHub(hub, ocm.hub);
      // After the kinds: its garbage collector asks for new ones every 30 s only, and what it does not know
      // outlives its owner for so long.
      await component(startControllerManager(group, hub, binaries, 'hub', rates));
      await createSets(hub, CLUSTER_SET);
      return hub;
    };
    const startManaged = async (spec: ClusterSpec) => {
      const api = await server(spec.name);
      await installManaged(api, ocm.managed);
      const controllerManager = await component(
        startControllerManager(group, api, binaries, 'managed', rates),
      );
      const scheduler = await component(startScheduler(group, api, binaries, rates));
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
        const entry = options.controllerEntry ?? join(ROOT, 'src/cmd/main.ts');
        return startController(group, hub, { name, instance, port, args, entry });
      },
      async startWorkAgent(name) {
        const cluster = clusters.find((candidate) => candidate.name === name);
        if (!cluster) throw new Error(`no cluster ${name}`);
        const agent = options.workAgent === 'none' ? undefined : options.workAgent;
        const { port, release } = await reservePort();
        releases.push(release);
        cluster.workAgent = await startWorkAgent(group, hub, cluster, port, agent ?? OCM_WORK_AGENT_DEFAULTS);
        return cluster.workAgent;
      },
      bind: (namespace) => bindSet(hub, CLUSTER_SET, namespace),
      stop,
    };
    const agents = options.workAgent === 'none' ? [] : clusters;
    await Promise.all([
      ...agents.map(({ name }) => federation.startWorkAgent(name)),
      ...(options.controllers ?? []).map((name) =>
        federation.startController(name, options.controllerArgs?.[name]),
      ),
    ]);
    for (const { registration } of clusters) void registration.run(stopping.signal, progress.say);
    return federation;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Kinds, roles and accounts that an installation puts on the hub. */
async function installHub(hub: ApiServer, ocm: readonly KubeObject[]): Promise<void> {
  const own = await readManifests(join(ROOT, 'crds'));
  await applyCrds(hub.admin, [...own, ...ocm]);
  await applyManifests(hub.admin, await readManifests(join(ROOT, 'scripts/local/rbac/hub')));
  await applyManifests(hub.admin, await readManifests(join(ROOT, 'config/rbac/hub')));
}

async function installManaged(api: ApiServer, ocm: readonly KubeObject[]): Promise<void> {
  await applyCrds(api.admin, ocm);
  await applyManifests(api.admin, await readManifests(join(ROOT, 'scripts/local/rbac/managed')));
  await applyManifests(api.admin, await readManifests(join(ROOT, 'config/rbac/managed')));
}
