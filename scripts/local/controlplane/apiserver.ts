import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type KubeClient } from '../../../src/kube/client.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { reservePort } from '../ports.ts';
import type { GroupProcess, ProcessGroup } from '../processgroup.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { CertificateAuthority, serviceAccountKeys } from './pki.ts';
import { untilReady } from './ready.ts';

/** What it takes to talk to an API server as anybody. */
export interface ApiAccess {
  readonly name: string;
  /** Where credentials are written. */
  readonly folder: string;
  readonly url: string;
  readonly ca: CertificateAuthority;
  /** Kubeconfig of a member of system:masters: for the person at the machine and for tests, never for controllers. */
  readonly adminKubeconfig: string;
  readonly admin: KubeClient;
  /** Writes a kubeconfig for a certificate user. */
  userKubeconfig(user: string, groups: readonly string[], lifetimeMs?: number): Promise<string>;
  /** Closes the administrator's connections. */
  close(): void;
}

/** One Kubernetes API server with an authority of its own. */
export interface ApiServer extends ApiAccess {
  readonly process: GroupProcess;
  /**
   * Every write request of the suite's controllers, an audit event of Kubernetes on each line, refused ones
   * included; undefined where it was not asked for.
   */
  readonly auditLog: string | undefined;
  /** Ends the process in the given way, starts it again on the same port and data, and waits until it is ready. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  releasePorts(): void;
}

export interface ApiServerOptions {
  name: string;
  folder: string;
  etcdUrl: string;
  binary: string;
  audit?: boolean;
}

const WRITES_OF_THE_SUITE = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Metadata',
      userGroups: ['system:serviceaccounts:codeco-system'],
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
    },
    { level: 'None' },
  ],
};

export async function startApiServer(group: ProcessGroup, options: ApiServerOptions): Promise<ApiServer> {
  const { name, folder } = options;
  await mkdir(folder, { recursive: true });
  const ca = await CertificateAuthority.create(`${name}-ca`);
  const { port, release } = await reservePort();
  const url = `https://127.0.0.1:${port}`;
  const auditLog = options.audit ? join(folder, 'audit.log') : undefined;
  const adminPair = await ca.client('admin', ['system:masters']);
  const adminKubeconfig = join(folder, 'kubeconfig');
  await writeKubeconfig(adminKubeconfig, {
    name,
    server: url,
    ca: ca.pair.certificate,
    user: 'admin',
    login: { certificate: adminPair.certificate, key: adminPair.key },
  });
  const access = accessTo({ name, folder, url, ca, adminKubeconfig });
  const process = await group.start({
    name: `${name}/kube-apiserver`,
    command: options.binary,
    args: [...(await serverArgs(options, ca, port)), ...(await auditArgs(folder, auditLog))],
    log: join(folder, 'kube-apiserver.log'),
  });
  const ready = () => untilReady(process, 120_000, async () => (await access.admin.raw('/readyz')) === 'ok');
  await ready();
  return {
    ...access,
    process,
    auditLog,
    async restart(signal = 'SIGKILL') {
      await process.restart(signal);
      await ready();
    },
    releasePorts() {
      access.close();
      release();
    },
  };
}

/** Access to an API server that runs already, here or in another process. */
export function accessTo(
  server: Pick<ApiAccess, 'name' | 'folder' | 'url' | 'ca' | 'adminKubeconfig'>,
): ApiAccess {
  const { name, folder, url, ca, adminKubeconfig } = server;
  const transport = new Transport({
    endpoint: loadEndpoint({ kubeconfig: adminKubeconfig }),
    qps: 5000,
    burst: 10_000,
    userAgent: 'codeco-local',
  });
  return {
    ...server,
    admin: createClient(transport),
    close: () => transport.close(),
    async userKubeconfig(user, groups, lifetimeMs) {
      const pair = await ca.client(user, groups, lifetimeMs);
      const file = join(folder, `${user.replaceAll(/[^a-z0-9-]+/gi, '-')}.kubeconfig`);
      await writeKubeconfig(file, { name, server: url, ca: ca.pair.certificate, user, login: pair });
      return file;
    },
  };
}

async function serverArgs(
  options: ApiServerOptions,
  ca: CertificateAuthority,
  port: number,
): Promise<string[]> {
  const { name, folder, etcdUrl } = options;
  const [server, accounts] = [await ca.server(), await serviceAccountKeys()];
  const file = async (base: string, text: string) => {
    const path = join(folder, base);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  return [
    `--etcd-servers=${etcdUrl}`,
    `--etcd-prefix=/${name}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${await file('server.crt', server.certificate)}`,
    `--tls-private-key-file=${await file('server.key', server.key)}`,
    `--client-ca-file=${await file('ca.crt', ca.pair.certificate)}`,
    `--service-account-key-file=${await file('sa.pub', accounts.publicKey)}`,
    `--service-account-signing-key-file=${await file('sa.key', accounts.privateKey)}`,
    `--service-account-issuer=https://${name}.codeco.local`,
    '--service-cluster-ip-range=10.0.0.0/16',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
    // Fake Pods run without tokens, and no token controller has to keep up with them.
    '--disable-admission-plugins=ServiceAccount',
    '--max-requests-inflight=1000',
    '--max-mutating-requests-inflight=500',
  ];
}

async function auditArgs(folder: string, log: string | undefined): Promise<string[]> {
  if (log === undefined) return [];
  const policy = join(folder, 'audit-policy.json');
  await writeFile(policy, JSON.stringify(WRITES_OF_THE_SUITE));
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`];
}
