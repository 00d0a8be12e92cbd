import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { ensureNamespace } from '../../scripts/local/identities.ts';
import { type ConfigMap, ConfigMapResource } from '../../src/api/core.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { createInformerFactory } from '../../src/kube/informer.ts';
import { Transport } from '../../src/kube/transport.ts';
import type { Informer } from '../../src/runtime/informer.ts';
import { startTestFederation } from './controlplane.ts';
import type { FaultProxy } from './faultproxy/faultproxy.ts';
import { proxiedHub } from './proxiedhub.ts';
import { QuickClock } from './quickclock.ts';
import { testLogger } from './testlogger.ts';

export const NS = 'faults-test';
/** Waits of the reflector pass this many times as fast: its 75 s of silence are 3.75 s. */
export const FACTOR = 20;

/** Requests of one verb. */
export const reads = (verb: 'list' | 'watch') => (head: { verb: string }) => head.verb === verb;

/**
 * A hub behind a fault proxy for the tests of one file, with three ConfigMaps before each of them. What the
 * test opened ends after it, the proxy is healed, and no rejection may have gone unhandled.
 */
export class HostileHub {
  federation!: Federation;
  proxy!: FaultProxy;
  kubeconfig!: string;
  readonly ends: (() => Promise<void>)[] = [];

  /** Registers the hooks of the file. */
  static forThisFile(): HostileHub {
    const hub = new HostileHub();
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => unhandled.push(error);
    beforeAll(async () => {
      process.on('unhandledRejection', onUnhandled);
      hub.federation = await startTestFederation();
      ({ proxy: hub.proxy, kubeconfig: hub.kubeconfig } = await proxiedHub(hub.federation.hub));
      await ensureNamespace(hub.federation.hub, NS);
    });
    beforeEach(async () => {
      for (const object of await hub.onServer()) await hub.remove(object.metadata.name);
      for (const name of ['o1', 'o2', 'o3']) await hub.put(name, 'first');
    });
    afterEach(async () => {
      hub.proxy.heal();
      await hub.proxy.accept();
      await hub.end();
      expect(unhandled).toEqual([]);
    });
    afterAll(async () => {
      await hub.proxy?.stop();
      await hub.federation?.stop();
      process.off('unhandledRejection', onUnhandled);
    });
    return hub;
  }

  /** Ends what the test opened. */
  async end(): Promise<void> {
    for (const end of this.ends.splice(0)) await end();
  }

  /** Writes go to the API server directly: the faults are the reader's. */
  async put(name: string, value: string): Promise<void> {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: NS, name },
      data: { value },
    };
    await this.federation.hub.admin.apply(ConfigMapResource, object, { fieldManager: 'test', force: true });
  }

  async remove(name: string): Promise<void> {
    await this.federation.hub.admin.delete(ConfigMapResource, { namespace: NS, name });
  }

  async onServer(): Promise<ConfigMap[]> {
    const objects = await this.federation.hub.admin.list(ConfigMapResource, { namespace: NS });
    return objects
      .map((object) => {
        const { managedFields: _, ...metadata } = object.metadata;
        return { ...object, metadata };
      })
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** A cache of the file's objects, kept through `through`. */
  follow(through = this.kubeconfig, factor = FACTOR) {
    const clock = new QuickClock(factor);
    const log = testLogger();
    const endpoint = loadEndpoint({ kubeconfig: through, clock });
    const transport = new Transport({ endpoint, clock, deadlineMs: 3_000, userAgent: 'follower' });
    const caches = createInformerFactory({ transport, log, clock });
    const informer = caches.informer({ resource: ConfigMapResource, namespace: NS });
    const stop = new AbortController();
    const run = () => {
      const running = caches.start(stop.signal);
      this.ends.push(async () => {
        stop.abort(new Error('the test ends'));
        await running;
        transport.close();
      });
    };
    return { clock, log, transport, caches, informer, run };
  }

  async equals(informer: Informer<ConfigMap>, timeoutMs = 30_000): Promise<void> {
    await vi.waitFor(async () => expect(informer.lister.list()).toEqual(await this.onServer()), {
      timeout: timeoutMs,
      interval: 100,
    });
  }
}
