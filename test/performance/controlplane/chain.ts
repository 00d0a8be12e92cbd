import type { Federation } from '../../../scripts/local/federation.ts';
import { type ConfigMap, ConfigMapResource } from '../../../src/api/core.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { createInformerFactory } from '../../../src/kube/informer.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { testLogger } from '../../support/testlogger.ts';

/** Not that of the applications: ACM looks at every one of them when a ConfigMap beside them changes. */
const NAMESPACE = 'default';
const LINKS = 4;
const LIMIT_MS = 10_000;

/**
 * What the hub itself takes for the shortest chain that ends in a work: a write, its watch event, the next
 * write, four times. Through the suite it is app, revision, plan, work. Ms for each of `times` chains.
 */
export async function chains({ hub }: Federation, times: number): Promise<number[]> {
  const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig: hub.adminKubeconfig }) });
  const informers = createInformerFactory({ transport, log: testLogger() });
  const stop = new AbortController();
  const waiting = new Map<string, () => void>();
  informers
    .informer<ConfigMap>({ resource: ConfigMapResource, namespace: NAMESPACE })
    .onEvent(({ key, new: now }) => {
      if (now) waiting.get(key.name)?.();
    });
  void informers.start(stop.signal);
  await informers.waitForSync();
  const results: number[] = [];
  for (let chain = 0; chain < times; chain += 1) {
    const start = performance.now();
    for (let link = 0; link < LINKS; link += 1) {
      const name = `chain-${chain}-${link}`;
      const seen = new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no watch event of ${name}`)), LIMIT_MS);
        waiting.set(name, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      await hub.admin.create(ConfigMapResource, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: NAMESPACE },
        data: { text: 'x'.repeat(1000) },
      });
      await seen;
    }
    results.push(performance.now() - start);
    for (let link = 0; link < LINKS; link += 1) {
      await hub.admin.delete(ConfigMapResource, { namespace: NAMESPACE, name: `chain-${chain}-${link}` });
    }
  }
  stop.abort(new Error('the measurement is over'));
  transport.close();
  return results;
}
