import { join } from 'node:path';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { ensureNamespace, rotateToken, serviceAccountKubeconfig } from '../../scripts/local/identities.ts';
import {
  type ConfigMap,
  ConfigMapResource,
  RoleBindingResource,
  RoleResource,
  ServiceAccountResource,
} from '../../src/api/core.ts';
import { keyString } from '../../src/api/meta.ts';
import { createClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { createInformerFactory } from '../../src/kube/informer.ts';
import { Transport } from '../../src/kube/transport.ts';
import { Controller } from '../../src/runtime/controller.ts';
import type { Informer } from '../../src/runtime/informer.ts';
import { Manager } from '../../src/runtime/manager.ts';
import { DONE } from '../../src/runtime/reconcile.ts';
import { itself, watch } from '../../src/runtime/watches.ts';
import { startTestFederation } from '../support/controlplane.ts';
import type { Fault, Stroke } from '../support/faultproxy/fault.ts';
import { FaultProxy } from '../support/faultproxy/faultproxy.ts';
import { kubeconfigThrough } from '../support/faultproxy/kubeconfig.ts';
import { proxiedHub } from '../support/proxiedhub.ts';
import { QuickClock } from '../support/quickclock.ts';
import { testLogger } from '../support/testlogger.ts';

const NS = 'faults-test';
/** Waits of the reflector pass this many times as fast: its 75 s of silence are 3.75 s. */
const FACTOR = 20;
const SEED = Date.now() % 2 ** 31;

let federation: Federation;
let proxy: FaultProxy;
let kubeconfig: string;
const ends: (() => Promise<void>)[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  federation = await startTestFederation();
  ({ proxy, kubeconfig } = await proxiedHub(federation.hub));
  await ensureNamespace(federation.hub, NS);
});

beforeEach(async () => {
  for (const object of await onServer()) await remove(object.metadata.name);
  for (const name of ['o1', 'o2', 'o3']) await put(name, 'first');
});

afterEach(async () => {
  proxy.heal();
  await proxy.accept();
  for (const end of ends.splice(0)) await end();
  expect(unhandled).toEqual([]);
});

afterAll(async () => {
  await proxy?.stop();
  await federation?.stop();
  process.off('unhandledRejection', onUnhandled);
});

/** Writes go to the API server directly: the faults are the reader's. */
async function put(name: string, value: string): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NS, name }, data: { value } };
  await federation.hub.admin.apply(ConfigMapResource, object, { fieldManager: 'test', force: true });
}

async function remove(name: string): Promise<void> {
  await federation.hub.admin.delete(ConfigMapResource, { namespace: NS, name });
}

async function onServer(): Promise<ConfigMap[]> {
  const objects = await federation.hub.admin.list(ConfigMapResource, { namespace: NS });
  return objects
    .map((object) => {
      const { managedFields: _, ...metadata } = object.metadata;
      return { ...object, metadata };
    })
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** A cache of this test's objects, kept through `through`. */
function follow(through = kubeconfig, factor = FACTOR) {
  const clock = new QuickClock(factor);
  const log = testLogger();
  const endpoint = loadEndpoint({ kubeconfig: through, clock });
  const transport = new Transport({ endpoint, clock, deadlineMs: 3_000, userAgent: 'follower' });
  const caches = createInformerFactory({ transport, log, clock });
  const informer = caches.informer({ resource: ConfigMapResource, namespace: NS });
  const stop = new AbortController();
  const run = () => {
    const running = caches.start(stop.signal);
    ends.push(async () => {
      stop.abort(new Error('the test ends'));
      await running;
      transport.close();
    });
  };
  return { clock, log, transport, caches, informer, run };
}

async function equalsServer(informer: Informer<ConfigMap>, timeoutMs = 30_000): Promise<void> {
  await vi.waitFor(async () => expect(informer.lister.list()).toEqual(await onServer()), {
    timeout: timeoutMs,
    interval: 100,
  });
}

const reads = (verb: 'list' | 'watch') => (head: { verb: string }) => head.verb === verb;

describe('a cache behind a hostile network', () => {
  test.each<[string, 'list' | 'watch', Fault, number]>([
    ['410 at list', 'list', { kind: 'Status', status: 410, reason: 'Expired' }, 2],
    ['410 at watch', 'watch', { kind: 'Status', status: 410, reason: 'Expired' }, 1],
    ['410 in the stream', 'watch', { kind: 'ErrorEvent', code: 410 }, 2],
    ['another error in the stream', 'watch', { kind: 'ErrorEvent', code: 500 }, 2],
    ['429 with Retry-After at list', 'list', { kind: 'Status', status: 429, retryAfterSeconds: 1 }, 7],
    ['429 with Retry-After at watch', 'watch', { kind: 'Status', status: 429, retryAfterSeconds: 1 }, 7],
    ['a burst of 500 at list', 'list', { kind: 'Status', status: 500 }, 5],
    ['a burst of 500 at watch', 'watch', { kind: 'Status', status: 500 }, 5],
    ['503 at list', 'list', { kind: 'Status', status: 503, retryAfterSeconds: 1 }, 3],
    ['a reset before list', 'list', { kind: 'Reset', when: 'BeforeServer' }, 3],
    ['a reset before the answer', 'list', { kind: 'Reset', when: 'BeforeAnswer' }, 3],
    ['a reset in the middle of an object of a list', 'list', { kind: 'Reset', when: 'InBody' }, 2],
    ['a reset in the middle of an event', 'watch', { kind: 'Reset', when: 'InBody' }, 2],
    ['a half-open connection at list', 'list', { kind: 'HalfOpen' }, 1],
    ['a half-open connection at watch', 'watch', { kind: 'HalfOpen' }, 1],
    ['slow bodies', 'list', { kind: 'Slow', bytes: 40, delayMs: 5 }, 1],
    ['slow events', 'watch', { kind: 'Slow', bytes: 7, delayMs: 1 }, 1],
  ])('equals the server after %s', async (_, verb, fault, times) => {
    const before = proxy.records.length;
    proxy.inject(fault, { match: reads(verb), times });
    const { informer, run } = follow();
    run();
    await put('o4', 'before');
    await equalsServer(informer);
    await put('o2', 'after');
    await remove('o3');
    await equalsServer(informer);
    const met = proxy.records.slice(before).filter((record) => record.fault === fault.kind);
    expect(met.length).toBeGreaterThan(0);
  });

  test('goes on from where it was after a reset, without a list', async () => {
    const { informer, run } = follow();
    run();
    await equalsServer(informer);
    const listed = proxy.records.filter(reads('list')).length;
    expect(proxy.strike('Reset')).toBe(1);
    await put('o1', 'after the reset');
    await equalsServer(informer);
    expect(proxy.records.filter(reads('list')).length).toBe(listed);
  });

  test('lists again after 410 in an open stream', async () => {
    const { informer, run } = follow();
    run();
    await equalsServer(informer);
    const listed = proxy.records.filter(reads('list')).length;
    expect(proxy.strike('Gone')).toBe(1);
    await put('o1', 'after 410');
    await equalsServer(informer);
    expect(proxy.records.filter(reads('list')).length).toBe(listed + 1);
  });

  test('forgets nothing when an answer is no list', async () => {
    const { informer, run } = follow();
    const gone: string[] = [];
    informer.onEvent((event) => {
      if (!event.new) gone.push(event.key.name);
    });
    run();
    await equalsServer(informer);
    proxy.inject({ kind: 'ErrorEvent', code: 410 }, { match: reads('list'), times: 2 });
    expect(proxy.strike('Gone')).toBe(1);
    await put('o1', 'after two answers that are no list');
    await equalsServer(informer);
    expect(gone).toEqual([]);
  });

  test('notices a half-open stream within 90 s', async () => {
    // Half as fast as the others: a machine that is busy for a second must not count as 20 s.
    const { informer, run, clock } = follow(kubeconfig, FACTOR / 2);
    run();
    await equalsServer(informer);
    expect(proxy.strike('Freeze')).toBe(1);
    const frozenAt = clock.monotonic();
    await put('o1', 'nobody hears this');
    await vi.waitFor(
      () =>
        expect(informer.lister.get({ namespace: NS, name: 'o1' })?.data).toEqual({
          value: 'nobody hears this',
        }),
      { timeout: 20_000, interval: 20 },
    );
    const noticedAfter = clock.monotonic() - frozenAt;
    expect(noticedAfter).toBeGreaterThan(60_000);
    expect(noticedAfter).toBeLessThan(90_000);
  });

  test('equals the server after a time when nobody listens', async () => {
    proxy.refuse();
    const { informer, run, log } = follow();
    run();
    const failed = (message: string) =>
      vi.waitFor(() => expect(log.lines.map((line) => line.message)).toContain(message));
    await failed('list failed');
    await proxy.accept();
    await equalsServer(informer);
    proxy.refuse();
    await put('o1', 'unseen');
    await remove('o2');
    await failed('watch ended');
    await proxy.accept();
    await equalsServer(informer);
  });

  test('equals the server after the API server was killed and started again', async () => {
    const { informer, run } = follow();
    run();
    await equalsServer(informer);
    await federation.hub.restart('SIGKILL');
    await put('o1', 'after the restart');
    await equalsServer(informer);
  });

  test('lists again when etcd was compacted beyond what it has seen', async () => {
    const { informer, run } = follow();
    run();
    await equalsServer(informer);
    proxy.refuse();
    await put('o1', 'compacted away');
    await put('o1', 'kept');
    await remove('o3');
    await compactEtcd();
    // The API server's own cache could still tell what etcd has forgotten; a new one cannot.
    await federation.hub.restart('SIGKILL');
    await put('o2', 'after the compaction');
    const before = proxy.records.length;
    await proxy.accept();
    await equalsServer(informer);
    const since = proxy.records.slice(before);
    expect(since.filter(reads('list')).length).toBeGreaterThan(0);
    expect(since[0]?.verb).toBe('watch');
  });
});

async function compactEtcd(): Promise<void> {
  const ask = async (path: string, body: object) => {
    const answer = await fetch(`${federation.etcd.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { header: { revision: string } };
  };
  const { header } = await ask('/v3/kv/range', { key: Buffer.from('/').toString('base64') });
  await ask('/v3/kv/compaction', { revision: header.revision, physical: true });
}

describe('a cache whose credentials change', () => {
  test('goes on when its token was refused and another one lies on disk', async () => {
    const { hub } = federation;
    const account = { namespace: NS, name: 'robot' };
    const createAccount = () =>
      hub.admin.create(ServiceAccountResource, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: account,
      });
    await hub.admin.create(RoleResource, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: account,
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    });
    await hub.admin.create(RoleBindingResource, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: account,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'robot' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    });
    await createAccount();
    const bearer = await FaultProxy.start({ target: hub.url, ca: hub.ca.pair.certificate });
    try {
      const own = await serviceAccountKubeconfig(hub, account);
      const { informer, run } = follow(
        await kubeconfigThrough(bearer.url, own, join(hub.folder, 'robot.proxied')),
      );
      run();
      await equalsServer(informer);
      // Tokens are bound to the account that is there: with it, they go.
      await hub.admin.delete(ServiceAccountResource, account);
      await createAccount();
      await vi.waitFor(() => expect(bearer.records.some((record) => record.status === 401)).toBe(true), {
        timeout: 40_000,
        interval: 100,
      });
      await put('o1', 'unseen');
      await rotateToken(hub, account, join(hub.folder, 'robot.token'));
      await equalsServer(informer);
      await put('o2', 'seen');
      await equalsServer(informer);
    } finally {
      for (const end of ends.splice(0)) await end();
      await bearer.stop();
    }
  });

  test('goes on when its client certificate expired and another one lies on disk', async () => {
    const { hub } = federation;
    const own = await hub.userKubeconfig('expiring', ['system:masters'], 6_000);
    const { informer, run, log } = follow(own);
    run();
    await equalsServer(informer);
    await vi.waitFor(
      () =>
        expect(
          log.lines.some(
            ({ fields }) => (fields as { err?: { code?: string } }).err?.code === 'Unauthorized',
          ),
        ).toBe(true),
      { timeout: 30_000, interval: 100 },
    );
    await put('o1', 'unseen');
    await hub.userKubeconfig('expiring', ['system:masters']);
    await equalsServer(informer);
  });
});

describe('a write behind a hostile network', () => {
  const object = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: NS, name },
  });
  const own = () => {
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }), userAgent: 'writer' });
    ends.push(async () => transport.close());
    return createClient(transport);
  };
  const isCreate = (head: { verb: string; userAgent: string }) =>
    head.verb === 'create' && head.userAgent === 'writer';

  test('is sent again after 429, not before Retry-After has passed', async () => {
    const before = proxy.records.length;
    proxy.inject({ kind: 'Status', status: 429, retryAfterSeconds: 1 }, { match: isCreate, times: 2 });
    await own().create(ConfigMapResource, object('throttled'));
    const sent = proxy.records.slice(before).filter(isCreate);
    expect(sent.map(({ status }) => status)).toEqual([429, 429, 201]);
    expect(sent[1]!.at - sent[0]!.at).toBeGreaterThanOrEqual(990);
    expect(sent[2]!.at - sent[1]!.at).toBeGreaterThanOrEqual(990);
  });

  test.each<[string, Fault]>([
    ['the answer was lost', { kind: 'Reset', when: 'BeforeAnswer' }],
    ['the connection broke', { kind: 'Reset', when: 'BeforeServer' }],
    ['the server failed', { kind: 'Status', status: 500 }],
  ])('is not sent twice on its own account when %s', async (_, fault) => {
    const before = proxy.records.length;
    proxy.inject(fault, { match: isCreate });
    await expect(own().create(ConfigMapResource, object('once'))).rejects.toThrow();
    expect(proxy.records.slice(before).filter(isCreate).length).toBe(1);
  });
});

describe('readiness', () => {
  test('tells the truth: not before the first list, not after 120 s of silence, and again afterwards', async () => {
    const { caches, clock, log } = follow();
    const manager = new Manager({
      caches,
      bindAddress: { host: '127.0.0.1', port: 0 },
      registry: new Registry(),
      clock,
      log,
    });
    const stop = new AbortController();
    proxy.refuse();
    const running = manager.run(stop.signal);
    const ready = async () => {
      const answer = await fetch(`http://127.0.0.1:${manager.port}/readyz`);
      return `${answer.status} ${await answer.text()}`;
    };
    const becomes = (text: string) =>
      vi.waitFor(async () => expect(await ready()).toContain(text), { timeout: 30_000, interval: 50 });
    await becomes('503 [-] caches failed: first list not there yet for ConfigMap.v1');
    await proxy.accept();
    await becomes('200 [+] caches ok');
    const heal = proxy.blackhole();
    await becomes('503 [-] caches failed: nothing heard of ConfigMap.v1');
    heal();
    await becomes('200 [+] caches ok');
    stop.abort(new Error('the test ends'));
    expect(await running).toBe('Stopped');
  });
});

type Action =
  | { do: 'put' | 'remove'; name: string }
  | { do: 'strike'; stroke: Stroke }
  | { do: 'inject'; verb: 'list' | 'watch'; fault: Fault; times: number }
  | { do: 'refuse'; ms: number }
  | { do: 'wait'; ms: number };

const NAME = fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5', 'o6');
const FAULT: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>(
    { kind: 'Status', status: 410, reason: 'Expired' },
    { kind: 'Status', status: 429, retryAfterSeconds: 1 },
    { kind: 'Status', status: 500 },
    { kind: 'Status', status: 503 },
    { kind: 'ErrorEvent', code: 410 },
    { kind: 'ErrorEvent', code: 500 },
    { kind: 'Reset', when: 'BeforeServer' },
    { kind: 'Reset', when: 'BeforeAnswer' },
    { kind: 'HalfOpen' },
    { kind: 'Slow', bytes: 11, delayMs: 1 },
  ),
  fc.nat(2_000).map((afterBytes): Fault => ({ kind: 'Reset', when: 'InBody', afterBytes })),
);
const ACTION: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('put' as const, 'remove' as const), name: NAME }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('strike' as const),
      stroke: fc.constantFrom<Stroke>('Reset', 'Gone', 'Freeze'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('inject' as const),
      verb: fc.constantFrom('list' as const, 'watch' as const),
      fault: FAULT,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), ms: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }) },
);

async function perform(action: Action, count: number): Promise<void> {
  switch (action.do) {
    case 'put':
      return put(action.name, `value ${count}`);
    case 'remove':
      return remove(action.name);
    case 'strike':
      proxy.strike(action.stroke);
      return;
    case 'inject':
      proxy.inject(action.fault, { match: reads(action.verb), times: action.times });
      return;
    case 'refuse':
      proxy.refuse();
      await new QuickClock(1).sleep(action.ms);
      return proxy.accept();
    case 'wait':
      return new QuickClock(1).sleep(action.ms);
  }
}

describe(`after any schedule of faults (seed ${SEED})`, () => {
  test('the store equals the server, and every change has been reconciled', {
    timeout: 170_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ACTION, { minLength: 5, maxLength: 25 }), async (actions) => {
        const { informer, run, clock, log } = follow();
        const reconciled = new Map<string, ConfigMap>();
        const atWork = new Set<string>();
        let calls = 0;
        const controller = new Controller({
          name: 'copy',
          workers: 3,
          clock,
          log,
          reconciler: {
            async reconcile(key) {
              const name = keyString(key);
              expect(atWork.has(name)).toBe(false);
              atWork.add(name);
              await clock.sleep(100);
              atWork.delete(name);
              calls += 1;
              if (calls % 3 === 0) throw new Error('fails now and then');
              const object = informer.lister.get(key);
              if (object) reconciled.set(name, object);
              else reconciled.delete(name);
              return DONE;
            },
          },
        });
        watch(informer, controller, itself);
        const stop = new AbortController();
        const working = controller.run(stop.signal);
        run();
        for (const [count, action] of actions.entries()) await perform(action, count);
        proxy.heal();
        await proxy.accept();
        await equalsServer(informer);
        await vi.waitFor(
          async () =>
            expect([...reconciled.entries()].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(
              (await onServer()).map((object) => [`${NS}/${object.metadata.name}`, object]),
            ),
          { timeout: 20_000, interval: 100 },
        );
        expect(
          log.lines.filter(({ level, message }) => level === 'error' && message !== 'Reconcile failed'),
        ).toEqual([]);
        stop.abort(new Error('the run ends'));
        await working;
        for (const end of ends.splice(0)) await end();
      }),
      { numRuns: 15, seed: SEED, endOnFailure: true },
    );
  });
});
