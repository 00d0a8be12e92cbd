import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import { rotateToken, serviceAccountKubeconfig } from '../../../scripts/local/identities.ts';
import {
  ConfigMapResource,
  RoleBindingResource,
  RoleResource,
  ServiceAccountResource,
} from '../../../src/api/core.ts';
import { createClient } from '../../../src/kube/client.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { Manager } from '../../../src/runtime/manager.ts';
import type { Fault } from '../../support/faultproxy/fault.ts';
import { FaultProxy } from '../../support/faultproxy/faultproxy.ts';
import { kubeconfigThrough } from '../../support/faultproxy/kubeconfig.ts';
import { HostileHub, NS } from '../../support/hostilehub.ts';

const hub = HostileHub.forThisFile();

describe('a cache whose credentials change', () => {
  test('goes on when its token was refused and another one lies on disk', async () => {
    const { hub: server } = hub.federation;
    const account = { namespace: NS, name: 'robot' };
    const createAccount = () =>
      server.admin.create(ServiceAccountResource, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: account,
      });
    await server.admin.create(RoleResource, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: account,
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    });
    await server.admin.create(RoleBindingResource, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: account,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'robot' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    });
    await createAccount();
    const bearer = await FaultProxy.start({ target: server.url, ca: server.ca.pair.certificate });
    try {
      const own = await serviceAccountKubeconfig(server, account);
      const { informer, run } = hub.follow(
        await kubeconfigThrough(bearer.url, own, join(server.folder, 'robot.proxied')),
      );
      run();
      await hub.equals(informer);
      // Tokens are bound to the account that is there: with it, they go.
      await server.admin.delete(ServiceAccountResource, account);
      await createAccount();
      await vi.waitFor(() => expect(bearer.records.some((record) => record.status === 401)).toBe(true), {
        timeout: 40_000,
        interval: 100,
      });
      await hub.put('o1', 'unseen');
      await rotateToken(server, account, join(server.folder, 'robot.token'));
      await hub.equals(informer);
      await hub.put('o2', 'seen');
      await hub.equals(informer);
    } finally {
      await hub.end();
      await bearer.stop();
    }
  });

  test('goes on when its client certificate expired and another one lies on disk', async () => {
    const { hub: server } = hub.federation;
    const own = await server.userKubeconfig('expiring', ['system:masters'], 6_000);
    const { informer, run, log } = hub.follow(own);
    run();
    await hub.equals(informer);
    await vi.waitFor(
      () =>
        expect(
          log.lines.some(
            ({ fields }) => (fields as { err?: { code?: string } }).err?.code === 'Unauthorized',
          ),
        ).toBe(true),
      { timeout: 30_000, interval: 100 },
    );
    await hub.put('o1', 'unseen');
    await server.userKubeconfig('expiring', ['system:masters']);
    await hub.equals(informer);
  });
});

describe('a write behind a hostile network', () => {
  const object = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: NS, name },
  });
  const own = () => {
    const transport = new Transport({
      endpoint: loadEndpoint({ kubeconfig: hub.kubeconfig }),
      userAgent: 'writer',
    });
    hub.ends.push(async () => transport.close());
    return createClient(transport);
  };
  const isCreate = (head: { verb: string; userAgent: string }) =>
    head.verb === 'create' && head.userAgent === 'writer';

  test('is sent again after 429, not before Retry-After has passed', async () => {
    const before = hub.proxy.records.length;
    hub.proxy.inject({ kind: 'Status', status: 429, retryAfterSeconds: 1 }, { match: isCreate, times: 2 });
    await own().create(ConfigMapResource, object('throttled'));
    const sent = hub.proxy.records.slice(before).filter(isCreate);
    expect(sent.map(({ status }) => status)).toEqual([429, 429, 201]);
    expect(sent[1]!.at - sent[0]!.at).toBeGreaterThanOrEqual(990);
    expect(sent[2]!.at - sent[1]!.at).toBeGreaterThanOrEqual(990);
  });

  test.each<[string, Fault]>([
    ['the answer was lost', { kind: 'Reset', when: 'BeforeAnswer' }],
    ['the connection broke', { kind: 'Reset', when: 'BeforeServer' }],
    ['the server failed', { kind: 'Status', status: 500 }],
  ])('is not sent twice on its own account when %s', async (_, fault) => {
    const before = hub.proxy.records.length;
    hub.proxy.inject(fault, { match: isCreate });
    await expect(own().create(ConfigMapResource, object('once'))).rejects.toThrow();
    expect(hub.proxy.records.slice(before).filter(isCreate).length).toBe(1);
  });
});

describe('readiness', () => {
  test('tells the truth: not before the first list, not after 120 s of silence, and again afterwards', async () => {
    const { caches, clock, log } = hub.follow();
    const manager = new Manager({
      caches,
      bindAddress: { host: '127.0.0.1', port: 0 },
      registry: new Registry(),
      clock,
      log,
    });
    const stop = new AbortController();
    hub.proxy.refuse();
    const running = manager.run(stop.signal);
    const ready = async () => {
      const answer = await fetch(`http://127.0.0.1:${manager.port}/readyz`);
      return `${answer.status} ${await answer.text()}`;
    };
    const becomes = (text: string) =>
      vi.waitFor(async () => expect(await ready()).toContain(text), { timeout: 30_000, interval: 50 });
    await becomes('503 [-] caches failed: first list not there yet for ConfigMap.v1');
    await hub.proxy.accept();
    await becomes('200 [+] caches ok');
    const heal = hub.proxy.blackhole();
    await becomes('503 [-] caches failed: nothing heard of ConfigMap.v1');
    heal();
    await becomes('200 [+] caches ok');
    stop.abort(new Error('the test ends'));
    expect(await running).toBe('Stopped');
  });
});
