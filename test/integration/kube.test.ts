import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import {
  type ConfigMap,
  ConfigMapResource,
  CustomResourceDefinitionResource,
  DeploymentResource,
  LeaseResource,
  NamespaceResource,
  ServiceAccountResource,
  SubjectAccessReviewResource,
} from '../../src/api/core.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { defineResource } from '../../src/api/resource.ts';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { createInformerFactory } from '../../src/kube/informer.ts';
import { LeaseElection } from '../../src/kube/lease.ts';
import { EventRecorder } from '../../src/kube/recorder.ts';
import { type RequestSample, Transport } from '../../src/kube/transport.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { CacheEvent } from '../../src/runtime/informer.ts';
import { realClock } from '../../src/runtime/realclock.ts';
import { startTestFederation } from '../support/controlplane.ts';
import { testLogger } from '../support/testlogger.ts';

interface Widget extends KubeObject {
  spec?: { size?: number };
  status?: { phase?: string };
}

const WidgetResource = defineResource<Widget>('kube.test', 'v1', 'Widget', 'widgets', 'Namespaced');
/** A new one per run: the API server may have seen this file before. */
const NS = `kube-test-${Date.now().toString(36)}`;

let federation: Federation;
let kubeconfig: string;
let transport: Transport;
let client: KubeClient;
const samples: RequestSample[] = [];

beforeAll(async () => {
  federation = await startTestFederation();
  kubeconfig = federation.hub.adminKubeconfig;
  transport = new Transport({
    endpoint: loadEndpoint({ kubeconfig }),
    observe: (sample) => samples.push(sample),
  });
  client = createClient(transport);
  await client.apply(NamespaceResource, namespace(NS), { fieldManager: 'test' });
  await client.apply(CustomResourceDefinitionResource, widgetDefinition(), { fieldManager: 'test' });
  await vi.waitFor(() => client.list(WidgetResource), { timeout: 20_000, interval: 200 });
});

afterAll(async () => {
  await client.delete(NamespaceResource, { namespace: '', name: NS });
  await client.delete(CustomResourceDefinitionResource, { namespace: '', name: 'widgets.kube.test' });
  transport.close();
  await federation.stop();
});

function namespace(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function configMap(
  name: string,
  data: Record<string, string> = { a: '1' },
  metadata: object = {},
): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NS, name, ...metadata }, data };
}

function widget(name: string, fields: object = {}, metadata: object = {}): Widget {
  return {
    apiVersion: 'kube.test/v1',
    kind: 'Widget',
    metadata: { namespace: NS, name, ...metadata },
    ...fields,
  };
}

function key(name: string) {
  return { namespace: NS, name };
}

function widgetDefinition() {
  const object = (properties: object) => ({ type: 'object', properties });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.kube.test' },
    spec: {
      group: 'kube.test',
      scope: 'Namespaced' as const,
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: object({
              spec: object({ size: { type: 'integer', minimum: 1 } }),
              status: object({ phase: { type: 'string' } }),
            }),
          },
        },
      ],
    },
  };
}

describe('client', () => {
  test('creates, gets, updates and deletes', async () => {
    const created = await client.create(ConfigMapResource, configMap('life', { text: 'grüße, 世界' }));
    expect(created.metadata.uid).toBeTruthy();
    expect((await client.get(ConfigMapResource, key('life'))).data).toEqual({ text: 'grüße, 世界' });
    const updated = await client.update(ConfigMapResource, { ...created, data: { b: '2' } });
    expect(updated.data).toEqual({ b: '2' });
    await client.delete(ConfigMapResource, key('life'));
    await expect(client.get(ConfigMapResource, key('life'))).rejects.toMatchObject({ code: 'NotFound' });
    await client.delete(ConfigMapResource, key('life'));
  });

  test('an update decided on an old version is a Conflict', async () => {
    const first = await client.create(ConfigMapResource, configMap('stale'));
    await client.update(ConfigMapResource, { ...first, data: { a: '2' } });
    await expect(client.update(ConfigMapResource, { ...first, data: { a: '3' } })).rejects.toMatchObject({
      code: 'Conflict',
    });
  });

  test('creating what exists is AlreadyExists, and not taken for a Conflict', async () => {
    await client.apply(ConfigMapResource, configMap('twice'), { fieldManager: 'test' });
    await expect(client.create(ConfigMapResource, configMap('twice'))).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
  });

  test('lists more than a page, each object once and with its kind', async () => {
    const names = Array.from({ length: 1_203 }, (_, i) => `page-${String(i).padStart(4, '0')}`);
    await Promise.all(
      names.map((name) =>
        client.apply(ConfigMapResource, configMap(name, {}, { labels: { page: 'yes' } }), {
          fieldManager: 'test',
        }),
      ),
    );
    samples.length = 0;
    const list = await client.list(ConfigMapResource, { namespace: NS, labelSelector: 'page=yes' });
    expect(list.map((each) => each.metadata.name)).toEqual(names);
    expect(list[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(samples.map(({ verb, code }) => `${verb} ${code}`)).toEqual(['list 200', 'list 200', 'list 200']);
    expect(await client.list(ConfigMapResource, { labelSelector: 'page=no' })).toEqual([]);
  });

  test('apply names field and manager of a conflict, and takes over only when forced', async () => {
    await client.apply(ConfigMapResource, configMap('owned', { a: '1' }), { fieldManager: 'one' });
    const other = configMap('owned', { a: '2' });
    await expect(client.apply(ConfigMapResource, other, { fieldManager: 'two' })).rejects.toMatchObject({
      code: 'Conflict',
      details: {
        causes: [
          { field: '.data.a', reason: 'FieldManagerConflict', message: expect.stringContaining('"one"') },
        ],
      },
    });
    const forced = await client.apply(ConfigMapResource, other, { fieldManager: 'two', force: true });
    expect(forced.data).toEqual({ a: '2' });
  });

  test('apply decided on an old version is a Conflict, even when forced', async () => {
    const first = await client.apply(ConfigMapResource, configMap('late'), { fieldManager: 'one' });
    await client.update(ConfigMapResource, { ...first, data: { a: '2' } });
    const late = configMap('late', { a: '3' }, { resourceVersion: first.metadata.resourceVersion });
    await expect(
      client.apply(ConfigMapResource, late, { fieldManager: 'one', force: true }),
    ).rejects.toMatchObject({ code: 'Conflict', details: { reason: 'Conflict' } });
    expect((await client.get(ConfigMapResource, key('late'))).data).toEqual({ a: '2' });
  });

  test('status is written through its subresource only', async () => {
    const created = await client.create(
      WidgetResource,
      widget('w', { spec: { size: 1 }, status: { phase: 'No' } }),
    );
    expect(created.status).toBeUndefined();
    const ready = await client.updateStatus(WidgetResource, {
      ...created,
      spec: { size: 9 },
      status: { phase: 'Ready' },
    });
    expect(ready).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' } });
    expect(ready.metadata.generation).toBe(1);
    const applied = await client.applyStatus(WidgetResource, widget('w', { status: { phase: 'Done' } }), {
      fieldManager: 'acm',
      force: true,
    });
    expect(applied.status).toEqual({ phase: 'Done' });
    const late = widget(
      'w',
      { status: { phase: 'Late' } },
      { resourceVersion: ready.metadata.resourceVersion },
    );
    await expect(
      client.applyStatus(WidgetResource, late, { fieldManager: 'acm', force: true }),
    ).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('what a schema refuses is Invalid, with the field', async () => {
    await expect(client.create(WidgetResource, widget('small', { spec: { size: 0 } }))).rejects.toMatchObject(
      {
        code: 'Invalid',
        details: {
          causes: [{ field: 'spec.size', message: expect.stringContaining('greater than or equal to 1') }],
        },
      },
    );
  });

  test('strict validation refuses an unknown field with its path; without it the field is dropped', async () => {
    const misspelt = widget('misspelt', { spec: { sise: 1 } });
    await expect(
      client.create(WidgetResource, misspelt, { fieldValidation: 'Strict' }),
    ).rejects.toMatchObject({
      code: 'BadRequest',
      message: expect.stringContaining('unknown field "spec.sise"'),
    });
    expect((await client.create(WidgetResource, misspelt)).spec).toEqual({});
  });

  test('a dry run is judged and not stored', async () => {
    const object = widget('dry', { spec: { size: 1 } });
    expect((await client.create(WidgetResource, object, { dryRun: true })).metadata.uid).toBeTruthy();
    await client.apply(WidgetResource, object, { dryRun: true, fieldManager: 'test' });
    await expect(client.get(WidgetResource, key('dry'))).rejects.toMatchObject({ code: 'NotFound' });
    await expect(
      client.create(WidgetResource, widget('dry', { spec: { size: 0 } }), { dryRun: true }),
    ).rejects.toMatchObject({ code: 'Invalid' });
  });

  test('a delete meant for another object of that name is a Conflict', async () => {
    const created = await client.create(ConfigMapResource, configMap('precious'));
    await expect(
      client.delete(ConfigMapResource, key('precious'), { uid: '00000000-0000-0000-0000-000000000000' }),
    ).rejects.toMatchObject({ code: 'Conflict' });
    await expect(
      client.delete(ConfigMapResource, key('precious'), { resourceVersion: '1' }),
    ).rejects.toMatchObject({
      code: 'Conflict',
    });
    await client.delete(ConfigMapResource, key('precious'), {
      uid: created.metadata.uid ?? '',
      propagationPolicy: 'Foreground',
    });
  });

  test('a merge patch changes finalizers, and a finalizer holds a deleted object', async () => {
    await client.create(ConfigMapResource, configMap('held', {}, { finalizers: ['kube.test/hold'] }));
    await client.delete(ConfigMapResource, key('held'));
    expect((await client.get(ConfigMapResource, key('held'))).metadata.deletionTimestamp).toBeTruthy();
    await client.mergePatch(ConfigMapResource, key('held'), { metadata: { finalizers: null } });
    await expect(client.get(ConfigMapResource, key('held'))).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('a closed fence keeps every kind of write from being sent', async () => {
    const fenced = createClient(transport, { fence: () => 'the lease is too old' });
    const existing = await client.apply(ConfigMapResource, configMap('fenced'), { fieldManager: 'test' });
    samples.length = 0;
    const options = { fieldManager: 'test' };
    const writes = [
      fenced.create(ConfigMapResource, configMap('fenced-new')),
      fenced.update(ConfigMapResource, existing),
      fenced.apply(ConfigMapResource, configMap('fenced'), options),
      fenced.applyStatus(WidgetResource, widget('w'), options),
      fenced.mergePatch(ConfigMapResource, key('fenced'), {}),
      fenced.delete(ConfigMapResource, key('fenced')),
      fenced.createSubresource(ServiceAccountResource, key('sa'), 'token', {}),
    ];
    for (const write of writes) {
      await expect(write).rejects.toMatchObject({
        code: 'Fenced',
        message: expect.stringContaining('too old'),
      });
    }
    expect(new Set(samples.map((sample) => sample.code))).toEqual(new Set(['Fenced']));
    expect((await fenced.get(ConfigMapResource, key('fenced'))).data).toEqual({ a: '1' });
  });

  test('acts as somebody else, with each group apart', async () => {
    const bob = client.as({ user: 'bob', groups: ['team-a', 'team-b'] });
    await expect(bob.list(ConfigMapResource)).rejects.toMatchObject({ code: 'Forbidden' });
    type Review = KubeObject & { status?: { userInfo: object } };
    const review = defineResource<Review>(
      'authentication.k8s.io',
      'v1',
      'SelfSubjectReview',
      'selfsubjectreviews',
      'Cluster',
    );
    const body: Review = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
      metadata: { name: '' },
    };
    expect((await bob.create(review, body)).status?.userInfo).toMatchObject({
      username: 'bob',
      groups: ['team-a', 'team-b', 'system:authenticated'],
    });
  });

  test('asks whether somebody may do something', async () => {
    const review = await client.create(SubjectAccessReviewResource, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: { name: '' },
      spec: { user: 'bob', resourceAttributes: { verb: 'get', resource: 'secrets', namespace: NS } },
    });
    expect(review.status).toMatchObject({ allowed: false });
  });

  test('reads raw paths for discovery', async () => {
    expect(await client.raw('/readyz')).toBe('ok');
    expect(JSON.parse(await client.raw('/openapi/v3'))).toHaveProperty('paths');
  });

  test('a cancelled request rejects at once, and the next one works', async () => {
    const cancel = new AbortController();
    const pending = client.raw('/openapi/v2', { signal: cancel.signal });
    cancel.abort(new Error('stopping'));
    await expect(pending).rejects.toMatchObject({ code: 'Aborted' });
    expect(await client.raw('/readyz')).toBe('ok');
  });

  test('an answer that takes too long is a Deadline', async () => {
    const hasty = createClient(new Transport({ endpoint: loadEndpoint({ kubeconfig }), deadlineMs: 1 }));
    await expect(hasty.raw('/openapi/v2')).rejects.toMatchObject({ code: 'Deadline' });
  });

  test('an API server that is not there is Unreachable', async () => {
    const endpoint = loadEndpoint({ kubeconfig });
    const nowhere = { ...endpoint, server: new URL('https://127.0.0.1:1/') };
    await expect(createClient(new Transport({ endpoint: nowhere })).raw('/')).rejects.toMatchObject({
      code: 'Unreachable',
    });
  });

  test('the server certificate is verified', async () => {
    const endpoint = loadEndpoint({ kubeconfig });
    const trusting = {
      ...endpoint,
      credentials: async () => {
        const credentials = await endpoint.credentials();
        const { ca: _, ...tls } = credentials.tls;
        return { ...credentials, tls };
      },
    };
    await expect(createClient(new Transport({ endpoint: trusting })).raw('/')).rejects.toMatchObject({
      code: 'Unreachable',
      message: expect.stringContaining('certificate'),
    });
  });
});

describe('credentials', () => {
  test('a token rotated on disk is picked up by the request that the old one failed', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'token-'));
    try {
      await client.apply(
        ServiceAccountResource,
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: key('robot') },
        { fieldManager: 'test' },
      );
      const answer = (await client.createSubresource(ServiceAccountResource, key('robot'), 'token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 600 },
      })) as { status: { token: string } };
      const endpoint = loadEndpoint({ kubeconfig });
      const { tls } = await endpoint.credentials();
      writeFileSync(path.join(folder, 'token'), 'expired\n');
      writeFileSync(path.join(folder, 'ca.crt'), tls.ca ?? '');
      const robot = path.join(folder, 'kubeconfig');
      writeFileSync(
        robot,
        JSON.stringify({
          'current-context': 'c',
          contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
          clusters: [
            { name: 'k', cluster: { server: endpoint.server.origin, 'certificate-authority': 'ca.crt' } },
          ],
          users: [{ name: 'u', user: { tokenFile: 'token' } }],
        }),
      );
      const codes: string[] = [];
      const observe = (sample: RequestSample) => codes.push(sample.code);
      const own = createClient(new Transport({ endpoint: loadEndpoint({ kubeconfig: robot }), observe }));
      await expect(own.raw('/version')).rejects.toMatchObject({ code: 'Unauthorized' });
      writeFileSync(path.join(folder, 'token'), `${answer.status.token}\n`);
      // A second must pass between two refreshes.
      await vi.waitFor(() => own.raw('/version'), { timeout: 5_000, interval: 200 });
      expect(codes.slice(-2)).toEqual(['401', '200']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

async function drained(stream: AsyncIterable<string>): Promise<void> {
  for await (const _ of stream);
}

describe('connections', () => {
  test('when a file of the TLS identity is replaced, new connections are made and streams are cut', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
    const clock = new QuickClock(1);
    const loaded = loadEndpoint({ kubeconfig });
    const { tls } = await loaded.credentials();
    const config = path.join(folder, 'kubeconfig');
    for (const [name, text] of Object.entries({
      'ca.crt': tls.ca,
      'tls.crt': tls.cert,
      'tls.key': tls.key,
    })) {
      writeFileSync(path.join(folder, name), text ?? '');
    }
    writeFileSync(
      config,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
        clusters: [
          { name: 'k', cluster: { server: loaded.server.origin, 'certificate-authority': 'ca.crt' } },
        ],
        users: [{ name: 'u', user: { 'client-certificate': 'tls.crt', 'client-key': 'tls.key' } }],
      }),
    );
    const own = new Transport({ endpoint: loadEndpoint({ kubeconfig: config, clock }), clock });
    try {
      const stream = await own.lines({
        verb: 'watch',
        path: '/api/v1/configmaps?watch=true&resourceVersion=0',
      });
      const ended = drained(stream).catch((error: unknown) => error);
      writeFileSync(path.join(folder, 'ca.crt'), `${tls.ca}\n# renewed\n`);
      await createClient(own).raw('/readyz');
      clock.skip(10_000);
      await createClient(own).raw('/readyz');
      expect(await ended).toMatchObject({ code: 'Reset', message: expect.stringContaining('replaced') });
    } finally {
      own.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('informer', () => {
  test('follows the server: adds, updates, deletes, without managedFields and each change once', async () => {
    const log = testLogger();
    const factory = createInformerFactory({ transport, log });
    const stop = new AbortController();
    await client.apply(ConfigMapResource, configMap('seen-0', {}, { labels: { seen: 'yes' } }), {
      fieldManager: 'test',
    });
    const options = {
      resource: ConfigMapResource,
      namespace: NS,
      labelSelector: 'seen=yes',
      indexers: { value: (object: ConfigMap) => Object.values(object.data ?? {}) },
    };
    const informer = factory.informer(options);
    expect(factory.informer(options)).toBe(informer);
    const events: string[] = [];
    informer.onEvent(() => {
      throw new Error('faulty handler');
    });
    informer.onEvent(({ key, old, new: now }) => {
      events.push(`${key.name} ${old?.data?.['v'] ?? '-'} ${now?.data?.['v'] ?? '-'}`);
    });
    expect(informer.hasSynced()).toBe(false);
    const running = factory.start(stop.signal);
    await factory.waitForSync();
    expect(informer.lister.get(key('seen-0'))?.metadata).not.toHaveProperty('managedFields');

    const seen = (v: string) => configMap('seen-1', { v }, { labels: { seen: 'yes' } });
    await client.create(ConfigMapResource, seen('1'));
    await client.update(ConfigMapResource, seen('2'));
    await vi.waitFor(() => expect(informer.lister.byIndex('value', '2')).toHaveLength(1));
    expect(informer.lister.byIndex('value', '1')).toEqual([]);
    // Leaving the selection is a deletion for the cache.
    await client.mergePatch(ConfigMapResource, key('seen-1'), { metadata: { labels: { seen: null } } });
    await vi.waitFor(() =>
      expect(informer.lister.list().map((each) => each.metadata.name)).toEqual(['seen-0']),
    );
    expect(events).toEqual(['seen-0 - -', 'seen-1 - 1', 'seen-1 1 2', 'seen-1 2 -']);
    expect(log.lines.every((line) => line.message === 'handler threw')).toBe(true);

    const late: CacheEvent<ConfigMap>[] = [];
    informer.onEvent((event) => late.push(event));
    expect(late.map((event) => event.key.name)).toEqual(['seen-0']);
    expect(informer.staleMs()).toBeLessThan(60_000);
    stop.abort();
    await running;
  });

  test('a kind that does not exist yet is watched as soon as it does', async () => {
    const factory = createInformerFactory({ transport, log: testLogger(), random: () => 0 });
    const stop = new AbortController();
    const definition = widgetDefinition();
    const names = { kind: 'Gadget', plural: 'gadgets', singular: 'gadget' };
    const later = {
      ...definition,
      metadata: { name: 'gadgets.kube.test' },
      spec: { ...definition.spec, names },
    };
    const informer = factory.informer({
      resource: defineResource('kube.test', 'v1', 'Gadget', 'gadgets', 'Namespaced'),
    });
    const running = factory.start(stop.signal);
    await client.apply(CustomResourceDefinitionResource, later, { fieldManager: 'test' });
    await vi.waitFor(() => expect(informer.hasSynced()).toBe(true), { timeout: 20_000 });
    await client.delete(CustomResourceDefinitionResource, { namespace: '', name: 'gadgets.kube.test' });
    stop.abort();
    await running;
  });

  test('bookmarks move the watch on while nothing that it selects happens', async () => {
    const created = await client.create(ConfigMapResource, configMap('unselected'));
    const lines = await transport.lines({
      verb: 'watch',
      path:
        '/api/v1/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=4&labelSelector=none%3Dnone' +
        `&resourceVersion=${created.metadata.resourceVersion}`,
    });
    const changed = await client.mergePatch(ConfigMapResource, key('unselected'), { data: { b: '2' } });
    const events: { type: string; object: ConfigMap }[] = [];
    for await (const line of lines) events.push(JSON.parse(line));
    expect(new Set(events.map((event) => event.type))).toEqual(new Set(['BOOKMARK']));
    expect(Number(events.at(-1)?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
      Number(changed.metadata.resourceVersion),
    );
  });
});

/** Real time, `factor` times as fast, that can be set ahead: what a process sees that was stopped meanwhile. */
class QuickClock implements Clock {
  readonly #factor: number;
  #ahead = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return realClock.now();
  }

  monotonic(): number {
    return realClock.monotonic() * this.#factor + this.#ahead;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return realClock.sleep(ms / this.#factor, signal);
  }

  skip(ms: number): void {
    this.#ahead += ms;
  }
}

describe('leader election', () => {
  function candidate(lease: string, identity: string, clock: Clock) {
    return new LeaseElection({ client, lease: key(lease), identity, clock, log: testLogger() });
  }

  test('one leads; when it releases, the next follows at once', async () => {
    const clock = new QuickClock(5);
    const one = candidate('handover', 'one', clock);
    const two = candidate('handover', 'two', clock);
    const stopOne = new AbortController();
    const stopTwo = new AbortController();
    expect(one.fence()).toBe('this process does not lead');
    await one.acquire(stopOne.signal);
    expect(one.fence()).toBeUndefined();
    const held = one.hold(stopOne.signal);
    const second = two.acquire(stopTwo.signal);
    const lease = await client.get(LeaseResource, key('handover'));
    expect(lease.spec).toMatchObject({
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      renewTime: expect.stringMatching(/\.\d{6}Z$/),
    });
    await vi.waitFor(
      async () => {
        const renewed = await client.get(LeaseResource, key('handover'));
        expect(renewed.spec?.renewTime).not.toBe(lease.spec?.renewTime);
      },
      { timeout: 5_000, interval: 100 },
    );
    stopOne.abort();
    expect(await held).toBe('Released');
    expect(one.fence()).toBe('this process does not lead');
    const releasedAt = clock.monotonic();
    await second;
    expect(clock.monotonic() - releasedAt).toBeLessThan(5_000);
    expect((await client.get(LeaseResource, key('handover'))).spec).toMatchObject({
      holderIdentity: 'two',
      leaseTransitions: 1,
    });
    stopTwo.abort();
    expect(await two.hold(stopTwo.signal)).toBe('Released');
  });

  test('a leader that is gone is replaced within 20 s', async () => {
    const clock = new QuickClock(5);
    const never = new AbortController();
    await candidate('taken', 'gone', clock).acquire(never.signal);
    const goneAt = clock.monotonic();
    const next = candidate('taken', 'next', clock);
    await next.acquire(never.signal);
    const waited = clock.monotonic() - goneAt;
    expect(waited).toBeGreaterThan(15_000);
    expect(waited).toBeLessThan(20_000);
  });

  test('a leader that was stopped for 30 s writes nothing when it wakes, and gives up though nobody took over', async () => {
    const clock = new QuickClock(5);
    const stop = new AbortController();
    const stopped = candidate('stopped', 'stopped', clock);
    await stopped.acquire(stop.signal);
    const held = stopped.hold(stop.signal);
    const before = await client.get(LeaseResource, key('stopped'));
    clock.skip(30_000);
    expect(stopped.fence()).toMatch(/last renewed 3\d s ago, writing ends after 10 s/);
    expect(await held).toBe('Lost');
    expect(stopped.isLeader()).toBe(false);
    expect((await client.get(LeaseResource, key('stopped'))).metadata.resourceVersion).toBe(
      before.metadata.resourceVersion,
    );
  });

  test('a leader whose lease another took has lost it', async () => {
    const clock = new QuickClock(5);
    const stop = new AbortController();
    const robbed = candidate('robbed', 'robbed', clock);
    await robbed.acquire(stop.signal);
    await client.mergePatch(LeaseResource, key('robbed'), { spec: { holderIdentity: 'thief' } });
    expect(await robbed.hold(stop.signal)).toBe('Lost');
  });
});

describe('event recorder', () => {
  test('kubectl describe shows an event once, with its count after a later repeat', async () => {
    let monotonic = 0;
    const clock: Clock = { ...realClock, monotonic: () => monotonic };
    const recorder = new EventRecorder({ client, log: testLogger(), controller: 'codeco-acm', clock });
    const object = await client.create(WidgetResource, widget('noted', { spec: { size: 1 } }));
    const draft = {
      type: 'Warning',
      reason: 'NotPlaced',
      action: 'Plan',
      message: 'no cluster has a GPU',
    } as const;
    for (let i = 0; i < 10; i += 1) recorder.event(object, draft);
    await recorder.flush();
    expect(describeWidget('noted')).toMatch(/Warning\s+NotPlaced\s+\S+\s+codeco-acm\s+no cluster has a GPU/);
    monotonic = 6 * 60_000;
    recorder.event(object, draft);
    await recorder.flush();
    expect(describeWidget('noted')).toMatch(/\(x11 over/);
  });

  test('an event about a cluster-scoped object shows too, and a long message is cut, not refused', async () => {
    const recorder = new EventRecorder({ client, log: testLogger(), controller: 'codeco-acm' });
    const object = await client.get(CustomResourceDefinitionResource, {
      namespace: '',
      name: 'widgets.kube.test',
    });
    recorder.event(object, { type: 'Normal', reason: 'Long', action: 'Test', message: 'ü'.repeat(2_000) });
    await recorder.flush();
    expect(kubectl('describe', 'crd', 'widgets.kube.test')).toMatch(
      /Normal\s+Long\s+\S+\s+codeco-acm\s+ü{500}/,
    );
  });

  test('an API server that refuses events costs nobody anything', async () => {
    const log = testLogger();
    const recorder = new EventRecorder({
      client: client.as({ user: 'nobody' }),
      log,
      controller: 'codeco-acm',
    });
    recorder.event(widget('noted'), { type: 'Normal', reason: 'R', action: 'A', message: 'm' });
    await recorder.flush();
    expect(log.lines.map((line) => line.message)).toEqual(['event not written']);
  });
});

function describeWidget(name: string): string {
  return kubectl('describe', 'widgets.kube.test', name, '-n', NS);
}

function kubectl(...args: string[]): string {
  const binary = path.join(process.env['KUBEBUILDER_ASSETS'] ?? '', 'kubectl');
  return execFileSync(binary, ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8', timeout: 20_000 });
}

test('a write that names no version of what it was decided on is the caller’s mistake, and shows as one', async () => {
  await expect(
    client.update(DeploymentResource, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } }),
  ).rejects.toThrow('Deployment x without a namespace');
});
