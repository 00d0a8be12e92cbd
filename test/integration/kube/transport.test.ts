import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureNamespace } from '../../../scripts/local/identities.ts';
import {
  type ConfigMap,
  ConfigMapResource,
  NamespaceResource,
  ServiceAccountResource,
} from '../../../src/api/core.ts';
import { createClient } from '../../../src/kube/client.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { Transport, type TransportOptions } from '../../../src/kube/transport.ts';
import type { FaultProxy } from '../../support/faultproxy/faultproxy.ts';
import { proxiedHub } from '../../support/proxiedhub.ts';
import { QuickClock } from '../../support/quickclock.ts';
import { type SharedHub, sharedHub } from '../../support/sharedhub.ts';

const NS = 'transport-test';

let hub: SharedHub;
let proxy: FaultProxy;
let kubeconfig: string;
const opened: Transport[] = [];

beforeAll(async () => {
  hub = await sharedHub();
  ({ proxy, kubeconfig } = await proxiedHub(hub));
  await ensureNamespace(hub, NS);
});

afterEach(() => {
  proxy.heal();
  proxy.records.length = 0;
  for (const transport of opened.splice(0)) transport.close();
});

afterAll(async () => {
  await proxy?.stop();
  hub?.close();
});

function open(options: Partial<TransportOptions> = {}): Transport {
  const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }), ...options });
  opened.push(transport);
  return transport;
}

function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NS, name }, data };
}

/** What the server, or the proxy in its place, was asked and what it answered. */
function exchanges(): string[] {
  return proxy.records.map(({ verb, status }) => `${verb} ${status}`);
}

describe('a server that puts requests off', () => {
  test('a write that met 429 is sent again after the wait that was asked for', async () => {
    proxy.inject({ kind: 'Status', status: 429, retryAfterSeconds: 1 });
    const begun = performance.now();
    await createClient(open()).create(ConfigMapResource, configMap('put-off'));
    expect(performance.now() - begun).toBeGreaterThan(990);
    expect(exchanges()).toEqual(['create 429', 'create 201']);
  });

  test('is asked five times, and then the caller is told', async () => {
    proxy.inject({ kind: 'Status', status: 429, retryAfterSeconds: 10 }, { times: 9 });
    const client = createClient(open({ clock: new QuickClock(100) }));
    await expect(client.create(ConfigMapResource, configMap('never'))).rejects.toMatchObject({
      code: 'Throttled',
      details: { retryAfterSeconds: 10 },
    });
    expect(exchanges()).toEqual(Array(5).fill('create 429'));
  });

  test('a read is repeated on 503 with Retry-After; a write is not, it might have been done', async () => {
    const fault = { kind: 'Status', status: 503, retryAfterSeconds: 1 } as const;
    const client = createClient(open({ clock: new QuickClock(100) }));
    proxy.inject(fault);
    await client.list(ConfigMapResource, { namespace: NS });
    proxy.inject(fault);
    await expect(client.create(ConfigMapResource, configMap('perhaps'))).rejects.toMatchObject({
      code: 'Throttled',
    });
    expect(exchanges()).toEqual(['list 503', 'list 200', 'create 503']);
  });

  test('a server that fails is not asked again', async () => {
    proxy.inject({ kind: 'Status', status: 500 });
    await expect(createClient(open()).list(ConfigMapResource)).rejects.toMatchObject({ code: 'ServerError' });
    expect(exchanges()).toEqual(['list 500']);
  });

  test('a caller that stops while it waits is let go at once', async () => {
    proxy.inject({ kind: 'Status', status: 429, retryAfterSeconds: 30 });
    const stop = new AbortController();
    const pending = createClient(open()).raw('/version', { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(pending).rejects.toMatchObject({ code: 'Aborted' });
  });
});

describe('a connection that breaks', () => {
  test('a read over a kept connection that was closed meanwhile is sent over a new one', async () => {
    const client = createClient(open());
    await client.raw('/version');
    proxy.inject({ kind: 'Reset', when: 'BeforeServer' });
    expect(await client.raw('/readyz')).toBe('ok');
    expect(proxy.records).toHaveLength(3);
  });

  test('a write is not repeated, for the server may have done it', async () => {
    const client = createClient(open());
    await client.raw('/version');
    proxy.inject({ kind: 'Reset', when: 'BeforeAnswer' });
    await expect(client.create(ConfigMapResource, configMap('done'))).rejects.toMatchObject({
      code: 'Reset',
    });
    expect(proxy.writes()).toHaveLength(1);
    await expect(client.create(ConfigMapResource, configMap('done'))).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
  });

  test('half an answer is no answer', async () => {
    proxy.inject({ kind: 'Reset', when: 'InBody' });
    await expect(createClient(open()).list(ConfigMapResource)).rejects.toMatchObject({ code: 'Reset' });
  });

  test('half an event is no event', async () => {
    const lines = await open().lines({ verb: 'watch', path: `/api/v1/namespaces/${NS}/configmaps?watch=1` });
    proxy.strike('Reset');
    const events: string[] = [];
    await expect(
      (async () => {
        for await (const line of lines) events.push(line);
      })(),
    ).rejects.toMatchObject({ code: 'Reset' });
    expect(events.map((line) => JSON.parse(line).type)).not.toContain('MODIFIED');
  });

  test('a connection on which nothing comes back ends at the deadline', async () => {
    proxy.inject({ kind: 'HalfOpen' });
    await expect(createClient(open({ deadlineMs: 200 })).raw('/version')).rejects.toMatchObject({
      code: 'Deadline',
    });
  });

  test('an answer that trickles in ends at the deadline too', async () => {
    proxy.inject({ kind: 'Slow', bytes: 1, delayMs: 50 });
    await expect(createClient(open({ deadlineMs: 200 })).raw('/version')).rejects.toMatchObject({
      code: 'Deadline',
    });
  });

  test('a server that is away is Unreachable, and is found again when it is back', async () => {
    const client = createClient(open());
    await client.raw('/version');
    proxy.refuse();
    await expect(client.raw('/version')).rejects.toMatchObject({ code: 'Unreachable' });
    await proxy.accept();
    expect(await client.raw('/readyz')).toBe('ok');
  });
});

test('a list whose pages are too big is read in smaller ones, each object once', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `big-${String(i).padStart(2, '0')}`);
  const data = { filler: 'x'.repeat(50_000) };
  await Promise.all(names.map((name) => hub.admin.create(ConfigMapResource, configMap(name, data))));
  const client = createClient(open({ maxAnswerBytes: 200_000 }));
  const list = await client.list(ConfigMapResource, { namespace: NS });
  expect(list.map((each) => each.metadata.name).filter((name) => name.startsWith('big-'))).toEqual(names);
  const one = createClient(open({ maxAnswerBytes: 20_000 }));
  await expect(one.list(ConfigMapResource, { namespace: NS })).rejects.toMatchObject({ code: 'Oversized' });
});

/** A kubeconfig beside the hub's files, with the given user and these files. */
async function login(name: string, user: object, files: Record<string, string>) {
  const folder = join(hub.folder, name);
  await mkdir(folder, { recursive: true });
  const write = async (next: Record<string, string>) => {
    for (const [file, text] of Object.entries(next)) await writeFile(join(folder, file), text);
  };
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: hub.url, 'certificate-authority': 'ca.crt' } }],
    users: [{ name: 'u', user }],
  };
  await write({ 'ca.crt': hub.ca.pair.certificate, config: JSON.stringify(config), ...files });
  return { config: join(folder, 'config'), write };
}

const CERTIFICATE = { 'client-certificate': 'tls.crt', 'client-key': 'tls.key' };

async function certificate(user: string, lifetimeMs?: number) {
  const pair = await hub.ca.client(user, ['system:masters'], lifetimeMs);
  return { 'tls.crt': pair.certificate, 'tls.key': pair.key };
}

describe('credentials that are rotated on disk', () => {
  // A second passes between two refreshes: a server that refuses for good must not make exec plugins run wild.
  const soon = { timeout: 5_000, interval: 100 };

  test('an expired certificate is replaced by the request that it failed', async () => {
    const { config, write } = await login('expired', CERTIFICATE, await certificate('robot', 1));
    const codes: string[] = [];
    const client = createClient(
      open({ endpoint: loadEndpoint({ kubeconfig: config }), observe: ({ code }) => codes.push(code) }),
    );
    await expect(client.list(NamespaceResource)).rejects.toMatchObject({ code: 'Unauthorized' });
    await write(await certificate('robot'));
    await vi.waitFor(() => client.list(NamespaceResource), soon);
    expect(codes.slice(-2)).toEqual(['401', '200']);
  });

  test('an expired token is replaced by the request that it failed', async () => {
    const { admin } = hub;
    const robot = { namespace: NS, name: 'robot' };
    await admin.create(ServiceAccountResource, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: robot });
    const answer = (await admin.createSubresource(ServiceAccountResource, robot, 'token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600 },
    })) as { status: { token: string } };
    const { config, write } = await login('token', { tokenFile: 'token' }, { token: 'expired\n' });
    const codes: string[] = [];
    const client = createClient(
      open({ endpoint: loadEndpoint({ kubeconfig: config }), observe: ({ code }) => codes.push(code) }),
    );
    await expect(client.raw('/version')).rejects.toMatchObject({ code: 'Unauthorized' });
    await write({ token: `${answer.status.token}\n` });
    await vi.waitFor(() => client.raw('/version'), soon);
    expect(codes.slice(-2)).toEqual(['401', '200']);
  });

  test('while only one of certificate and key is new, the old pair serves', async () => {
    const clock = new QuickClock(1);
    const { config, write } = await login('torn', CERTIFICATE, await certificate('one'));
    const endpoint = loadEndpoint({ kubeconfig: config, clock });
    const client = createClient(open({ endpoint, clock }));
    await client.list(NamespaceResource);
    const before = await endpoint.credentials();
    const next = await certificate('two');
    await write({ 'tls.crt': next['tls.crt'] });
    clock.skip(11_000);
    await client.list(NamespaceResource);
    expect((await endpoint.credentials()).tlsIdentity).toBe(before.tlsIdentity);
    await write(next);
    clock.skip(11_000);
    await client.list(NamespaceResource);
    expect((await endpoint.credentials()).tlsIdentity).not.toBe(before.tlsIdentity);
  });

  test('a stream does not outlive the certificate that it was opened with', async () => {
    const clock = new QuickClock(1);
    const { config, write } = await login('stream', CERTIFICATE, await certificate('one'));
    const transport = open({ endpoint: loadEndpoint({ kubeconfig: config, clock }), clock });
    const stream = await transport.lines({ verb: 'watch', path: '/api/v1/configmaps?watch=true' });
    const ended = drained(stream).catch((error: unknown) => error);
    await write(await certificate('two'));
    clock.skip(11_000);
    await createClient(transport).raw('/readyz');
    expect(await ended).toMatchObject({ code: 'Reset', message: expect.stringContaining('replaced') });
  });
});

async function drained(stream: AsyncIterable<string>): Promise<void> {
  for await (const _ of stream);
}
