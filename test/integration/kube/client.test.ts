import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ConfigMapResource,
  DeploymentResource,
  ServiceAccountResource,
  SubjectAccessReviewResource,
} from '../../../src/api/core.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { defineResource } from '../../../src/api/resource.ts';
import { createClient, type KubeClient } from '../../../src/kube/client.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { Transport } from '../../../src/kube/transport.ts';
import {
  configMap,
  type KubeFixture,
  key,
  NS,
  startKubeFixture,
  WidgetResource,
  widget,
} from '../../support/kubefixture.ts';

let kube: KubeFixture;
let client: KubeClient;

beforeAll(async () => {
  kube = await startKubeFixture();
  client = kube.client;
});

afterAll(() => kube?.stop());

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
    kube.samples.length = 0;
    const list = await client.list(ConfigMapResource, { namespace: NS, labelSelector: 'page=yes' });
    expect(list.map((each) => each.metadata.name)).toEqual(names);
    expect(list[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(kube.samples.map(({ verb, code }) => `${verb} ${code}`)).toEqual([
      'list 200',
      'list 200',
      'list 200',
    ]);
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
    const fenced = createClient(kube.transport, { fence: () => 'the lease is too old' });
    const existing = await client.apply(ConfigMapResource, configMap('fenced'), { fieldManager: 'test' });
    kube.samples.length = 0;
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
    expect(new Set(kube.samples.map((sample) => sample.code))).toEqual(new Set(['Fenced']));
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
    const hasty = createClient(
      new Transport({ endpoint: loadEndpoint({ kubeconfig: kube.kubeconfig }), deadlineMs: 1 }),
    );
    await expect(hasty.raw('/openapi/v2')).rejects.toMatchObject({ code: 'Deadline' });
  });

  test('an API server that is not there is Unreachable', async () => {
    const endpoint = loadEndpoint({ kubeconfig: kube.kubeconfig });
    const nowhere = { ...endpoint, server: new URL('https://127.0.0.1:1/') };
    await expect(createClient(new Transport({ endpoint: nowhere })).raw('/')).rejects.toMatchObject({
      code: 'Unreachable',
    });
  });

  test('the server certificate is verified', async () => {
    const endpoint = loadEndpoint({ kubeconfig: kube.kubeconfig });
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

  test('a write that names no version of what it was decided on is the caller’s mistake, and shows as one', async () => {
    await expect(
      client.update(DeploymentResource, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'x' },
      }),
    ).rejects.toThrow('Deployment x without a namespace');
  });
});
