import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { load as parseYaml } from 'js-yaml';
import type { Clock } from '../runtime/clock.ts';
import { realClock } from '../runtime/realclock.ts';
import type { Credentials, Endpoint, TlsMaterial } from './endpoint.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How long a change on disk may stay unseen. Kubelet and OCM rotate minutes before expiry. */
const REREAD_AFTER_MS = 10_000;

/** A server that refuses us for good must not make every request run an exec plugin. */
const REFRESH_SPACING_MS = 1_000;

const READ_TIMEOUT_MS = 20_000;

/** The kubeconfig cannot be used. The message says which file and which entry. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

export interface EndpointOptions {
  /** Path of a kubeconfig. Left out: KUBECONFIG, then ~/.kube/config, then the Pod's ServiceAccount. */
  kubeconfig?: string;
  /** Left out: the file's current-context. */
  context?: string;
  clock?: Clock;
}

interface Loaded {
  config: KubeConfig;
  /** Files the configuration was read from, with their modification times. */
  stamps: ReadonlyMap<string, number>;
}

/**
 * Finds out which API server to talk to, and as whom. The kubeconfig, in-cluster and exec conventions are
 * those of @kubernetes/client-node, which is loaded here and nowhere else; requests never pass through it.
 *
 * @throws KubeconfigError when there is no configuration, or it names things that do not exist
 */
export function loadEndpoint(options: EndpointOptions = {}): Endpoint {
  const clock = options.clock ?? realClock;
  let loaded = loadConfig(options);
  let current: { credentials: Credentials; readAt: number } | undefined;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<Credentials> | undefined;

  const cluster = loaded.config.getCurrentCluster();
  const server = new URL(`${cluster?.server ?? ''}/`);
  const namespace = loaded.config.getContextObject(loaded.config.getCurrentContext())?.namespace;

  async function read(): Promise<Credentials> {
    try {
      const fresh = await withinTime(clock, credentialsOf(loaded.config));
      current = { credentials: fresh, readAt: clock.monotonic() };
      return fresh;
    } catch (error) {
      // A certificate and its key are replaced one after the other: until both are there the old pair serves.
      if (current) return current.credentials;
      throw new KubeconfigError(`cannot read the credentials for ${server.origin}: ${textOf(error)}`, {
        cause: error,
      });
    }
  }

  return {
    server,
    ...(namespace ? { namespace: namespace.trim() } : {}),
    credentials(rejected) {
      if (reading) return reading;
      const now = clock.monotonic();
      const refused = rejected !== undefined && rejected === current?.credentials;
      if (current && !refused && now - current.readAt < REREAD_AFTER_MS) {
        return Promise.resolve(current.credentials);
      }
      const refresh = refused && now - refreshedAt >= REFRESH_SPACING_MS;
      if (refresh || filesChanged(loaded.stamps)) {
        refreshedAt = now;
        loaded = reloaded(options, loaded);
      }
      reading = read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
  };
}

/** An exec plugin that hangs (a login it waits for) must not hang every request with it. */
async function withinTime<T>(clock: Clock, reading: Promise<T>): Promise<T> {
  const done = new AbortController();
  const timeout = clock.sleep(READ_TIMEOUT_MS, done.signal).then(() => {
    throw new KubeconfigError(
      `no credentials within ${READ_TIMEOUT_MS / 1000} s; is an exec plugin waiting for input?`,
    );
  });
  timeout.catch(() => undefined);
  return Promise.race([reading, timeout]).finally(() => done.abort());
}

function loadConfig(options: EndpointOptions): Loaded {
  const files = kubeconfigFiles(options);
  const config = new KubeConfig();
  try {
    if (files.length === 0) {
      config.loadFromDefault();
    } else {
      for (const file of files) {
        const next = new KubeConfig();
        next.loadFromFile(file);
        // As kubectl: the first file that has a current-context wins.
        config.mergeConfig(next, config.getCurrentContext() !== undefined);
      }
    }
  } catch (error) {
    const from = files.length === 0 ? 'the Pod' : files.join(', ');
    throw new KubeconfigError(`cannot load the configuration of ${from}: ${textOf(error)}`, { cause: error });
  }
  if (options.context !== undefined) config.setCurrentContext(options.context);
  checkContext(config, files);
  adoptTokenFile(config, files);
  offerExecInfo(config);
  return { config, stamps: new Map(files.map((file) => [file, modifiedAt(file)])) };
}

/** What has been seen to work stays in force while the file is half written. */
function reloaded(options: EndpointOptions, previous: Loaded): Loaded {
  try {
    return loadConfig(options);
  } catch {
    return previous;
  }
}

function kubeconfigFiles(options: EndpointOptions): string[] {
  if (options.kubeconfig !== undefined) return [options.kubeconfig];
  const listed = (process.env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  if (listed.length > 0) return listed;
  const home = path.join(homedir(), '.kube', 'config');
  if (exists(home)) return [home];
  if (exists(path.join(SERVICE_ACCOUNT, 'token'))) return [];
  throw new KubeconfigError(
    `no kubeconfig: KUBECONFIG is not set, ${home} does not exist, and this is not a Pod with a ServiceAccount`,
  );
}

function checkContext(config: KubeConfig, files: readonly string[]): void {
  const where = files.length === 0 ? 'the Pod' : files.join(', ');
  const name = config.getCurrentContext();
  const known = config.getContexts().map((context) => context.name);
  if (!name)
    throw new KubeconfigError(`${where} has no current-context; it knows ${known.join(', ') || 'none'}`);
  if (!config.getContextObject(name)) {
    throw new KubeconfigError(`${where} has no context ${name}; it knows ${known.join(', ') || 'none'}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new KubeconfigError(`${where}: context ${name} names a cluster that is not there`);
  if (!config.getCurrentUser())
    throw new KubeconfigError(`${where}: context ${name} names a user that is not there`);
  if (cluster.proxyUrl) {
    throw new KubeconfigError(`${where}: cluster ${cluster.name} has a proxy-url, which is not supported`);
  }
  const url = URL.parse(cluster.server);
  if (!url || !['https:', 'http:'].includes(url.protocol)) {
    throw new KubeconfigError(
      `${where}: cluster ${cluster.name} has server ${cluster.server}; write https://HOST:PORT`,
    );
  }
  if (url.protocol === 'http:') {
    if (!isLoopback(url.hostname)) {
      throw new KubeconfigError(
        `${where}: cluster ${cluster.name} has server ${cluster.server}; plain http is for loopback only, write https://`,
      );
    }
    // The library refuses plain http unless verification is off; there is nothing to verify here.
    config.clusters = config.clusters.map((each) =>
      each.name === cluster.name ? { ...each, skipTLSVerify: true } : each,
    );
  }
}

/**
 * `tokenFile` of a kubeconfig user: the library knows only the misspelt `token-file`, and reads it once.
 * Handed to its in-cluster authenticator, which reads the file again every minute.
 */
function adoptTokenFile(config: KubeConfig, files: readonly string[]): void {
  const user = config.getCurrentUser();
  if (!user || user.token) return;
  for (const file of files) {
    const raw = parseYaml(readFileSync(file, 'utf8')) as RawKubeconfig | undefined;
    const tokenFile = raw?.users?.find((each) => each.name === user.name)?.user?.tokenFile;
    if (!tokenFile) continue;
    const authProvider = {
      name: 'tokenFile',
      config: { tokenFile: path.resolve(path.dirname(file), tokenFile) },
    };
    config.users = config.users.map((each) => (each.name === user.name ? { ...each, authProvider } : each));
    return;
  }
}

interface RawKubeconfig {
  users?: { name?: string; user?: { tokenFile?: string } }[];
}

/** Exec plugins of client.authentication.k8s.io/v1 ask for KUBERNETES_EXEC_INFO, which the library leaves out. */
function offerExecInfo(config: KubeConfig): void {
  const exec = config.getCurrentUser()?.exec as ExecConfig | null | undefined;
  if (!exec?.apiVersion) return;
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
}

interface ExecConfig {
  apiVersion?: string;
  env?: { name: string; value: string }[];
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries((options.headers ?? {}) as Record<string, unknown>)) {
    // Token files end in a line break, which no header may hold.
    if (typeof value === 'string') headers[name] = value.trim();
  }
  if (options.auth) headers['Authorization'] ??= `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const tls: TlsMaterial = {};
  if (options.ca) tls.ca = options.ca as Buffer;
  if (options.cert) tls.cert = options.cert as Buffer;
  if (options.key) tls.key = options.key as Buffer;
  if (options.servername) tls.servername = options.servername;
  if (options.rejectUnauthorized === false) tls.rejectUnauthorized = false;
  if (tls.cert && tls.key && !new X509Certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key))) {
    throw new KubeconfigError('the client certificate and the client key do not belong together');
  }
  return { headers, tls, tlsIdentity: identityOf(tls) };
}

function identityOf(tls: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key]) hash.update(part ?? '').update('\0');
  return hash.digest('hex');
}

function filesChanged(stamps: ReadonlyMap<string, number>): boolean {
  return [...stamps].some(([file, stamp]) => modifiedAt(file) !== stamp);
}

function modifiedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
