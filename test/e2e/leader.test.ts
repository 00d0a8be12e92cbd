import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { ensureNamespace } from '../../scripts/local/identities.ts';
import type { GroupProcess } from '../../scripts/local/processgroup.ts';
import { type ConfigMap, ConfigMapResource, LeaseResource } from '../../src/api/core.ts';
import { startTestFederation } from '../support/controlplane.ts';
import { ECHO_LABEL } from '../support/echo/reconciler.ts';
import type { FaultProxy } from '../support/faultproxy/faultproxy.ts';
import { proxiedHub } from '../support/proxiedhub.ts';

const MAIN = new URL('../support/echo/main.ts', import.meta.url).pathname;
const NS = 'leader-test';
const NAMES = ['o0', 'o1', 'o2', 'o3', 'o4'];

let federation: Federation;
let proxy: FaultProxy;
let kubeconfig: string;
const started: GroupProcess[] = [];

beforeAll(async () => {
  federation = await startTestFederation();
  ({ proxy, kubeconfig } = await proxiedHub(federation.hub));
  await ensureNamespace(federation.hub, NS);
  for (const name of NAMES) {
    await federation.hub.admin.create(ConfigMapResource, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: NS, name, labels: { [ECHO_LABEL]: 'yes' } },
      data: { want: '0' },
    });
  }
});

/** Each test begins without candidates and without a lease. */
afterEach(async () => {
  proxy.heal();
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    await child.exited;
  }
  await federation.hub.admin.delete(LeaseResource, { namespace: NS, name: 'echo' });
});

afterAll(async () => {
  await proxy?.stop();
  await federation?.stop();
});

async function start(identity: string): Promise<GroupProcess> {
  const child = await federation.group.start({
    name: identity,
    command: process.execPath,
    log: join(federation.folder, `${identity}.log`),
    args: [
      MAIN,
      `--kubeconfig=${kubeconfig}`,
      `--identity=${identity}`,
      `--leader-election-namespace=${NS}`,
      '--bind-address=127.0.0.1:0',
      '--log-level=debug',
      // One worker: a write that is held up keeps the other objects in the queue.
      '--workers=1',
    ],
  });
  started.push(child);
  return child;
}

async function holder(): Promise<string> {
  const lease = await federation.hub.admin
    .get(LeaseResource, { namespace: NS, name: 'echo' })
    .catch(() => undefined);
  return lease?.spec?.holderIdentity ?? '';
}

async function leads(identity: string, timeoutMs: number): Promise<void> {
  await vi.waitFor(async () => expect(await holder()).toBe(identity), {
    timeout: timeoutMs,
    interval: 100,
  });
}

/** Until the process says so itself. */
async function logs(child: GroupProcess, text: string): Promise<void> {
  await vi.waitFor(async () => expect(await readFile(child.log, 'utf8')).toContain(text), {
    timeout: 20_000,
    interval: 100,
  });
}

async function startLeader(identity: string): Promise<GroupProcess> {
  const child = await start(identity);
  await leads(identity, 20_000);
  return child;
}

async function startStandby(identity: string): Promise<GroupProcess> {
  const child = await start(identity);
  await logs(child, 'standing by');
  return child;
}

async function ask(want: string): Promise<void> {
  for (const name of NAMES) {
    await federation.hub.admin.mergePatch(ConfigMapResource, { namespace: NS, name }, { data: { want } });
  }
}

async function all(): Promise<ConfigMap[]> {
  return federation.hub.admin.list(ConfigMapResource, { namespace: NS, labelSelector: ECHO_LABEL });
}

async function answered(got: string, by: string, timeoutMs = 25_000): Promise<void> {
  const wanted = NAMES.map(() => ({ got, by }));
  await vi.waitFor(
    async () =>
      expect((await all()).map(({ data }) => ({ got: data?.['got'], by: data?.['by'] }))).toEqual(wanted),
    { timeout: timeoutMs, interval: 200 },
  );
}

async function exit(child: GroupProcess, withinMs: number): Promise<string> {
  return Promise.race([child.exited, delay(withinMs, `still there after ${withinMs} ms`, { ref: false })]);
}

describe('leader election between processes', () => {
  test('a leader stopped for 30 s undoes nothing that the standby did meanwhile, and exits', async () => {
    const a = await startLeader('echo-a');
    await ask('0');
    await answered('0', 'echo-a');
    await startStandby('echo-b');

    // One write of the leader is on its way when it is stopped, and reaches the server after the standby's.
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = () => proxy.records.find((record) => record.fault === 'Hold');
    proxy.inject(
      { kind: 'Hold', until },
      { match: (head) => head.userAgent === 'echo-a' && head.name === 'o0' },
    );
    await ask('1');
    await vi.waitFor(() => expect(held()).toBeDefined());
    a.kill('SIGSTOP');
    const stoppedAt = Date.now();
    await ask('2');
    await answered('2', 'echo-b');
    expect(Date.now() - stoppedAt).toBeLessThan(20_000);
    const versions = (await all()).map(({ metadata }) => metadata.resourceVersion);
    await delay(30_000 - (Date.now() - stoppedAt));

    release();
    await vi.waitFor(() => expect(held()?.status).toBe(409), { timeout: 5_000 });
    a.kill('SIGCONT');
    expect(await exit(a, 10_000)).toBe('exit code 1');

    const late = proxy.writes().filter((record) => record.userAgent === 'echo-a' && record.at >= stoppedAt);
    expect(late.filter((record) => record.status !== 409)).toEqual([]);
    expect((await all()).map(({ metadata }) => metadata.resourceVersion)).toEqual(versions);
    expect(await holder()).toBe('echo-b');
    expect(await readFile(a.log, 'utf8')).not.toContain('Unhandled');
  });

  test('SIGTERM gives the lease back and ends within 5 s with 0; the next leads at once', async () => {
    const a = await startLeader('echo-c');
    await startStandby('echo-d');
    a.kill('SIGTERM');
    expect(await exit(a, 5_000)).toBe('exit code 0');
    await leads('echo-d', 4_000);
    await ask('3');
    await answered('3', 'echo-d');
  });

  test('SIGTERM lets the events of the last moments be written while this process still leads', async () => {
    const leader = await startLeader('echo-j');
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    const isEvent = (record: { userAgent: string; resource: string }) =>
      record.userAgent === 'echo-j' && record.resource === 'events';
    proxy.inject({ kind: 'Hold', until }, { match: isEvent });
    await ask('7');
    await answered('7', 'echo-j');
    expect(proxy.records.filter(isEvent).length).toBe(1);
    leader.kill('SIGTERM');
    await logs(leader, 'Stopping');
    release();
    expect(await exit(leader, 5_000)).toBe('exit code 0');
    const written = proxy.writes().filter(isEvent);
    expect(written.map(({ status }) => status)).toEqual(NAMES.map(() => 201));
    expect(await holder()).toBe('');
  });

  test('SIGTERM ends a standby within 5 s, which has touched nothing', async () => {
    await startLeader('echo-e');
    const standby = await startStandby('echo-f');
    standby.kill('SIGTERM');
    expect(await exit(standby, 5_000)).toBe('exit code 0');
    expect(proxy.writes().filter((record) => record.userAgent === 'echo-f')).toEqual([]);
    expect(await holder()).toBe('echo-e');
  });

  test('SIGTERM ends a leader within 5 s even when the API server no longer answers', async () => {
    const leader = await startLeader('echo-g');
    await ask('4');
    await answered('4', 'echo-g');
    // It still hears what is asked for, and then hangs in the write.
    const match = (head: { userAgent: string }) => head.userAgent === 'echo-g';
    proxy.inject({ kind: 'HalfOpen' }, { match, times: Number.POSITIVE_INFINITY });
    await ask('5');
    await vi.waitFor(
      () =>
        expect(
          proxy.writes({ renewals: false }).some((record) => match(record) && record.fault === 'HalfOpen'),
        ).toBe(true),
      { timeout: 5_000 },
    );
    leader.kill('SIGTERM');
    expect(await exit(leader, 5_000)).toBe('exit code 0');
  });

  test('a leader cut off from the API server exits, and the standby acts within 20 s', async () => {
    const cut = await startLeader('echo-h');
    await startStandby('echo-i');
    proxy.blackhole((head) => head.userAgent === 'echo-h');
    const cutAt = Date.now();
    await ask('6');
    expect(await exit(cut, 16_000)).toBe('exit code 1');
    await answered('6', 'echo-i');
    expect(Date.now() - cutAt).toBeLessThan(20_000);
  });
});
