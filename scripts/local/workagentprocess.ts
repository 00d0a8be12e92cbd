import { connect } from 'node:net';
import { join } from 'node:path';
import type { ApiServer } from './controlplane/apiserver.ts';
import { untilReady } from './controlplane/ready.ts';
import { serviceAccountKubeconfig, workAgentHubKubeconfig } from './identities.ts';
import type { GroupProcess, ProcessGroup } from './processgroup.ts';

const LOCAL_AGENT = new URL('./workagent/main.ts', import.meta.url).pathname;
const READY_MS = 60_000;

export interface WorkAgentOptions {
  statusSyncInterval: string;
  /** Requests per second, to the hub and to the managed cluster each. */
  qps: number;
  burst: number;
  /** Further flags of the local agent; OCM's own does not get them. */
  extra?: readonly string[];
}

/** What OCM's agent does when it is told nothing. */
export const OCM_WORK_AGENT_DEFAULTS: WorkAgentOptions = { statusSyncInterval: '10s', qps: 50, burst: 100 };

/**
 * Starts OCM's own agent when `OCM_WORK_AGENT` names its binary, else the local one, with the identities that
 * OCM would give it; resolves when it works.
 */
export async function startWorkAgent(
  group: ProcessGroup,
  hub: ApiServer,
  cluster: { name: string; api: ApiServer },
  port: number,
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
    `--listen=127.0.0.1:${port}`,
  ];
  const ocm = process.env['OCM_WORK_AGENT'];
  const own = [LOCAL_AGENT, ...flags, ...(options.extra ?? [])];
  const agent = await group.start({
    name: `${name}/work-agent`,
    log: join(api.folder, 'work-agent.log'),
    command: ocm ?? process.execPath,
    args: ocm === undefined ? own : ['agent', ...flags, '--disable-leader-election'],
  });
  // OCM's serves HTTPS under a certificate of its own making, the local one HTTP: both listen once they work.
  await untilReady(agent, READY_MS, () => listens(port));
  return agent;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
