import path from 'node:path';
import { reservePort } from '../../../scripts/local/ports.ts';
import type { GroupProcess } from '../../../scripts/local/processgroup.ts';
import { CLUSTER, type ControlPlanes } from './controlplanes.ts';
import { LOCAL_PERIODS, OCM_PERIODS, type Periods } from './periods.ts';

export const AGENT_ID = 'contract-agent';

/** The work agent under test, as a process that can be stopped and started. */
export interface AgentProcess {
  readonly periods: Periods;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it for good. */
  end(): Promise<void>;
}

const MAIN = new URL('../../../scripts/local/workagent/main.ts', import.meta.url).pathname;

/** Whose agent is under test: the local one, or OCM's by the path of its binary (`work`). */
export type Subject = { name: 'local' } | { name: 'OCM'; binary: string };

/** The local agent always; OCM's own as well when `OCM_WORK_AGENT` names its binary. */
export function subjects(): Subject[] {
  const binary = process.env['OCM_WORK_AGENT'];
  return [{ name: 'local' }, ...(binary ? [{ name: 'OCM' as const, binary }] : [])];
}

export async function agentProcess(planes: ControlPlanes, subject: Subject): Promise<AgentProcess> {
  const periods = subject.name === 'OCM' ? OCM_PERIODS : LOCAL_PERIODS;
  const { port, release } = await reservePort();
  const flags = [
    `--kubeconfig=${planes.agentSpokeKubeconfig}`,
    '--workload-source-driver=kube',
    `--workload-source-config=${planes.agentHubKubeconfig}`,
    `--spoke-cluster-name=${CLUSTER}`,
    `--agent-id=${AGENT_ID}`,
    '--namespace=open-cluster-management-agent',
    `--listen=127.0.0.1:${port}`,
    '--disable-leader-election',
    `--status-sync-interval=${periods.statusSync}ms`,
    `--appliedmanifestwork-eviction-grace-period=${periods.evictionGrace}ms`,
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
  const own = [
    `--reapply-interval=${periods.reapply}ms`,
    `--executor-retry-interval=${periods.executorRetry}ms`,
    '--hub-kube-api-qps=500',
    '--hub-kube-api-burst=1000',
  ];
  const [command, args] =
    subject.name === 'OCM'
      ? [subject.binary, ['agent', ...flags]]
      : [process.execPath, [MAIN, ...flags, ...own]];
  let running: GroupProcess | undefined;
  const stop = async () => {
    running?.kill('SIGTERM');
    await running?.exited;
    running = undefined;
  };
  return {
    periods,
    stop,
    async end() {
      await stop();
      release();
    },
    async start() {
      const log = path.join(planes.folder, 'work-agent.log');
      running = await planes.group.start({ name: 'work-agent', command, args, log });
    },
  };
}
