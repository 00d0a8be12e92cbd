import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureNamespace } from '../../scripts/local/identities.ts';
import { ConfigMapResource } from '../../src/api/core.ts';
import { createClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { createInformerFactory } from '../../src/kube/informer.ts';
import { Transport } from '../../src/kube/transport.ts';
import { Controller } from '../../src/runtime/controller.ts';
import { controllerMetrics } from '../../src/runtime/controllermetrics.ts';
import { Manager } from '../../src/runtime/manager.ts';
import { realClock } from '../../src/runtime/realclock.ts';
import { itself, watch } from '../../src/runtime/watches.ts';
import { ECHO_INFORMER, ECHO_LABEL, EchoReconciler } from '../support/echo/reconciler.ts';
import type { FaultProxy } from '../support/faultproxy/faultproxy.ts';
import { proxiedHub } from '../support/proxiedhub.ts';
import { type SharedHub, sharedHub } from '../support/sharedhub.ts';
import { testLogger } from '../support/testlogger.ts';

const NS = 'runtime-test';
const COUNT = 50;

let hub: SharedHub;
let proxy: FaultProxy;
let kubeconfig: string;

beforeAll(async () => {
  hub = await sharedHub();
  ({ proxy, kubeconfig } = await proxiedHub(hub, { tls: true }));
  await ensureNamespace(hub, NS);
  await Promise.all(Array.from({ length: COUNT }, (_, index) => ask(`o${index}`, '1')));
});

afterAll(async () => {
  await proxy?.stop();
  hub?.close();
});

async function ask(name: string, want: string): Promise<void> {
  const metadata = { namespace: NS, name, labels: { [ECHO_LABEL]: 'yes' } };
  await hub.admin.apply(
    ConfigMapResource,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { want } },
    { fieldManager: 'test', force: true },
  );
}

function startEcho() {
  const log = testLogger();
  const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }), userAgent: 'echo' });
  const client = createClient(transport);
  const caches = createInformerFactory({ transport, log });
  const objects = caches.informer(ECHO_INFORMER);
  const registry = new Registry();
  const controller = new Controller({
    name: 'echo',
    reconciler: new EchoReconciler({ client, lister: objects.lister, identity: 'echo' }),
    workers: 10,
    clock: realClock,
    log,
    metrics: controllerMetrics(registry)('echo'),
  });
  watch(objects, controller, itself);
  const bindAddress = { host: '127.0.0.1', port: 0 };
  const manager = new Manager({ caches, bindAddress, registry, clock: realClock, log });
  manager.addWork(controller);
  const stop = new AbortController();
  const running = manager.run(stop.signal);
  return {
    log,
    async metric(line: string): Promise<number> {
      const text = await (await fetch(`http://127.0.0.1:${manager.port}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((each) => each.startsWith(`${line} `))
          ?.split(' ')[1],
      );
    },
    async stop() {
      stop.abort(new Error('the test ends'));
      const ending = await running;
      transport.close();
      return ending;
    },
  };
}

async function answered(): Promise<void> {
  await vi.waitFor(
    async () => {
      const objects = await hub.admin.list(ConfigMapResource, {
        namespace: NS,
        labelSelector: ECHO_LABEL,
      });
      expect(objects.filter(({ data }) => data?.['got'] !== data?.['want'])).toEqual([]);
      expect(objects.length).toBe(COUNT);
    },
    { timeout: 20_000, interval: 100 },
  );
}

describe('a controller process against a real API server', () => {
  test('writes each object once, and after a restart over an unchanged world writes nothing', async () => {
    const first = startEcho();
    await answered();
    const writes = proxy.writes();
    expect(writes.map(({ name, verb, status }) => `${verb} ${name} ${status}`).sort()).toEqual(
      Array.from({ length: COUNT }, (_, index) => `update o${index} 200`).sort(),
    );
    expect(await first.stop()).toBe('Stopped');

    const before = proxy.writes().length;
    const second = startEcho();
    const total = 'controller_runtime_reconcile_total{controller="echo",result="success"}';
    await vi.waitFor(async () => expect(await second.metric(total)).toBeGreaterThanOrEqual(COUNT), {
      timeout: 10_000,
      interval: 50,
    });
    expect(await second.metric('workqueue_depth{name="echo"}')).toBe(0);
    expect(proxy.writes().length).toBe(before);
    expect(await second.stop()).toBe('Stopped');
  });

  test('answers every change though writes meet resets, 429, 500 and conflicts', async () => {
    const echo = startEcho();
    await answered();
    const match = (head: { verb: string }) => head.verb === 'update';
    proxy.inject({ kind: 'Reset', when: 'BeforeServer' }, { match, times: 5 });
    proxy.inject({ kind: 'Reset', when: 'BeforeAnswer' }, { match, times: 5 });
    proxy.inject({ kind: 'Status', status: 500 }, { match, times: 5 });
    proxy.inject({ kind: 'Status', status: 429, retryAfterSeconds: 1 }, { match, times: 5 });
    proxy.inject({ kind: 'Status', status: 409, reason: 'Conflict' }, { match, times: 5 });
    await Promise.all(Array.from({ length: COUNT }, (_, index) => ask(`o${index}`, '2')));
    await answered();
    expect(await echo.metric('controller_runtime_reconcile_errors_total{controller="echo"}')).toBeGreaterThan(
      9,
    );
    expect(await echo.stop()).toBe('Stopped');
  });
});
