import { join } from 'node:path';
import { type Node, NodeResource } from '../../../src/api/core.ts';
import type { Binaries } from '../binaries/resolve.ts';
import { reservePort } from '../ports.ts';
import type { GroupProcess, ProcessGroup } from '../processgroup.ts';
import type { ApiServer } from './apiserver.ts';
import { untilReady } from './ready.ts';

/** Controllers that make workloads live on a managed cluster, and those that OCM relies on. */
const MANAGED_CONTROLLERS =
  'deployment,replicaset,statefulset,daemonset,job,cronjob,garbagecollector,namespace,endpointslice,serviceaccount,nodelifecycle,clusterrole-aggregation,resourcequota';
/** On the hub nothing runs: owner references, namespaces and accounts only. */
const HUB_CONTROLLERS = 'garbagecollector,namespace,serviceaccount,clusterrole-aggregation';

export interface Rates {
  qps: number;
  burst: number;
}

/** A fake node with real scheduling: allocatable as the scheduler sees it. */
export interface FakeNode {
  name: string;
  allocatable: Record<string, string>;
  labels?: Record<string, string>;
}

export async function startControllerManager(
  group: ProcessGroup,
  api: ApiServer,
  binaries: Binaries,
  role: 'hub' | 'managed',
  rates: Rates,
): Promise<{ process: GroupProcess; release: () => void }> {
  const kubeconfig = await api.userKubeconfig('system:kube-controller-manager', []);
  return startComponent(group, api, 'kube-controller-manager', binaries['kube-controller-manager'], [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    // Each controller acts with the rights of its own bootstrap role, as kubeadm sets it up.
    '--use-service-account-credentials=true',
    `--controllers=${role === 'hub' ? HUB_CONTROLLERS : MANAGED_CONTROLLERS}`,
    `--kube-api-qps=${rates.qps}`,
    `--kube-api-burst=${rates.burst}`,
    '--concurrent-deployment-syncs=20',
    '--concurrent-replicaset-syncs=20',
  ]);
}

export async function startScheduler(
  group: ProcessGroup,
  api: ApiServer,
  binaries: Binaries,
  rates: Rates,
): Promise<{ process: GroupProcess; release: () => void }> {
  const kubeconfig = await api.userKubeconfig('system:kube-scheduler', []);
  return startComponent(group, api, 'kube-scheduler', binaries['kube-scheduler'], [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    `--kube-api-qps=${rates.qps}`,
    `--kube-api-burst=${rates.burst}`,
  ]);
}

async function startComponent(
  group: ProcessGroup,
  api: ApiServer,
  name: string,
  command: string,
  args: string[],
): Promise<{ process: GroupProcess; release: () => void }> {
  const { port, release } = await reservePort();
  const process = await group.start({
    name: `${api.name}/${name}`,
    command,
    log: join(api.folder, `${name}.log`),
    args: [...args, '--bind-address=127.0.0.1', `--secure-port=${port}`],
  });
  return { process, release };
}

/** kwok plays the kubelets: Pods that the real scheduler places on fake nodes run at once. */
export async function startKwok(
  group: ProcessGroup,
  api: ApiServer,
  binaries: Binaries,
): Promise<GroupProcess> {
  const stages = ['node', 'pod'].map((kind) => new URL(`./stages/${kind}.yaml`, import.meta.url).pathname);
  const kubeconfig = await api.userKubeconfig('codeco-local:kwok', []);
  return group.start({
    name: `${api.name}/kwok`,
    command: binaries.kwok,
    log: join(api.folder, 'kwok.log'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
      '--cidr=10.244.0.0/16',
      '--node-ip=127.0.0.1',
      ...stages.map((stage) => `--config=${stage}`),
    ],
  });
}

/** Creates the nodes and resolves when the scheduler may use them. */
export async function createNodes(
  api: ApiServer,
  kwok: GroupProcess,
  nodes: readonly FakeNode[],
): Promise<void> {
  for (const { name, allocatable, labels } of nodes) {
    const amounts = { pods: '1000', ...allocatable };
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/os': 'linux',
          ...labels,
        },
      },
      status: { allocatable: amounts, capacity: amounts },
    };
    await api.admin.create(NodeResource, node);
    await api.admin.applyStatus(
      NodeResource,
      { ...node, metadata: { name } },
      { fieldManager: 'codeco-local', force: true },
    );
  }
  await untilReady(kwok, 90_000, async () => {
    const found = await api.admin.list(NodeResource);
    return found.length === nodes.length && found.every(isSchedulable);
  });
}

function isSchedulable(node: Node): boolean {
  const ready =
    node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return (
    ready &&
    !(node.spec?.taints ?? []).some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
  );
}
