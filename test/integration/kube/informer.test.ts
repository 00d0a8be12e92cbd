import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type ConfigMap,
  ConfigMapResource,
  CustomResourceDefinitionResource,
} from '../../../src/api/core.ts';
import { defineResource } from '../../../src/api/resource.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createInformerFactory } from '../../../src/kube/informer.ts';
import type { CacheEvent } from '../../../src/runtime/informer.ts';
import { configMap, crd, type KubeFixture, key, NS, startKubeFixture } from '../../support/kubefixture.ts';
import { testLogger } from '../../support/testlogger.ts';

let kube: KubeFixture;
let client: KubeClient;

beforeAll(async () => {
  kube = await startKubeFixture();
  client = kube.client;
});

afterAll(() => kube?.stop());

test('follows the server: adds, updates, deletes, without managedFields and each change once', async () => {
  const log = testLogger();
  const factory = createInformerFactory({ transport: kube.transport, log });
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
  const factory = createInformerFactory({ transport: kube.transport, log: testLogger(), random: () => 0 });
  const stop = new AbortController();
  const informer = factory.informer({
    resource: defineResource('kube.test', 'v1', 'Gadget', 'gadgets', 'Namespaced'),
  });
  const running = factory.start(stop.signal);
  await client.apply(CustomResourceDefinitionResource, crd('Gadget', 'gadgets'), {
    fieldManager: 'test',
  });
  await vi.waitFor(() => expect(informer.hasSynced()).toBe(true), { timeout: 20_000 });
  await client.delete(CustomResourceDefinitionResource, { namespace: '', name: 'gadgets.kube.test' });
  stop.abort();
  await running;
});

test('bookmarks move the watch on while nothing that it selects happens', async () => {
  const created = await client.create(ConfigMapResource, configMap('unselected'));
  const lines = await kube.transport.lines({
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
