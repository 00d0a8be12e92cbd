import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CustomResourceDefinitionResource } from '../../../src/api/core.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { EventRecorder } from '../../../src/kube/recorder.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { realClock } from '../../../src/runtime/realclock.ts';
import { type KubeFixture, NS, startKubeFixture, WidgetResource, widget } from '../../support/kubefixture.ts';
import { testLogger } from '../../support/testlogger.ts';

let kube: KubeFixture;
let client: KubeClient;

beforeAll(async () => {
  kube = await startKubeFixture();
  client = kube.client;
});

afterAll(() => kube?.stop());

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

function describeWidget(name: string): string {
  return kubectl('describe', 'widgets.kube.test', name, '-n', NS);
}

function kubectl(...args: string[]): string {
  return execFileSync(kube.kubectl, ['--kubeconfig', kube.kubeconfig, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });
}
