import type { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { planName } from '../../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { EventResource } from '../../../src/api/core.ts';
import { hashText } from '../../../src/api/hash.ts';
import { SwmHub } from '../../support/swmhub.ts';

/** What SWM decides for apps that wait, on a real hub. */

const hub = SwmHub.forFile();

test('an accepted revision gets a plan that its app owns', async () => {
  await hub.startSwm();
  await hub.acceptedApp('web');
  await hub.untilPlan('web', ({ spec, metadata }) => {
    expect(spec.decision?.assignments).toEqual([{ service: 'front', cluster: 'cloud', replicas: 1 }]);
    expect(spec.attempt).toMatchObject({ verdict: 'Placed', revision: spec.decision?.revision });
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'CodecoApp', name: 'web', controller: true }]);
  });
  await vi.waitFor(async () => {
    const events = await hub.admin.list(EventResource, { namespace: hub.namespace });
    expect(events).toMatchObject([
      {
        reason: 'Placed',
        regarding: { kind: 'CodecoApp', name: 'web' },
        note: expect.stringContaining('cloud'),
      },
    ]);
  });
});

test('an edit keeps the place where the app runs, and one that cannot be placed leaves the decision', async () => {
  await hub.startSwm();
  await hub.acceptedApp('web');
  await hub.untilPlan('web', ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  await hub.acceptedApp('web', '200m');
  await hub.untilPlan('web', ({ spec }) =>
    expect(spec.decision?.revision).toBe(`web-${hashText('200m', 8)}`),
  );
  const { decision } = (await hub.plan('web')).spec;
  await hub.acceptedApp('web', '5k');
  await hub.untilPlan('web', ({ spec }) => expect(spec.attempt?.verdict).toBe('Infeasible'));
  expect((await hub.plan('web')).spec.decision).toEqual(decision);
});

test('an app that comes alone has its plan a moment after its revision', async () => {
  const { written } = await hub.startSwm();
  const times: number[] = [];
  for (let index = 0; index < 7; index += 1) {
    written.length = 0;
    await hub.acceptedApp(`alone-${index}`);
    const accepted = performance.now();
    // The plan, then the event about it.
    await vi.waitFor(() => expect(written).toHaveLength(2), { timeout: 20_000, interval: 5 });
    times.push(Math.round(written[0]! - accepted));
  }
  console.log(`from the accepted revision to the plan, ms: ${times.join(', ')}`);
  expect(times.toSorted((a, b) => a - b)[3]).toBeLessThan(300);
});

test('an app that waits for capacity is placed when capacity frees', async () => {
  await hub.startSwm();
  await hub.acceptedApp('big', '700');
  await hub.acceptedApp('huge', '700');
  for (const name of ['big', 'huge']) {
    await hub.untilPlan(name, ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  }
  await hub.acceptedApp('waits', '700');
  await hub.untilPlan('waits', ({ spec }) => {
    expect(spec.attempt?.verdict).toBe('Deferred');
    expect(spec.attempt?.reason).toMatch(
      /Held by shop-\d+\/big \(700 cpu on (cloud|edge)\), shop-\d+\/huge \(700 cpu/,
    );
  });
  const waiting = await hub.plan('waits');
  onTestFinished(async () => {
    for (const name of ['huge', 'waits'])
      await hub.admin.delete(CodecoAppResource, { namespace: hub.namespace, name });
  });
  await hub.admin.delete(CodecoAppResource, { namespace: hub.namespace, name: 'big' });
  await hub.untilPlan('waits', ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  expect(waiting.spec.decision).toBeUndefined();
});

async function rounds(registry: Registry): Promise<number> {
  const metric = await registry.getSingleMetric('codeco_swm_round_seconds')?.get();
  const sum = metric?.values.find(
    (value) => 'metricName' in value && String(value.metricName).endsWith('_count'),
  );
  return sum?.value ?? 0;
}

describe('200 apps at once, one of them impossible', () => {
  test('make a handful of rounds, and the impossible one changes nothing for the others', async () => {
    const { registry } = await hub.startSwm();
    const names = Array.from({ length: 199 }, (_, index) => `app-${index}`);
    const all = ['impossible', ...names];
    const queue = [...all];
    const lane = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        await hub.acceptedApp(name, name === 'impossible' ? '5k' : '100m');
      }
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    await vi.waitFor(async () => expect(await hub.plans()).toHaveLength(200), {
      timeout: 30_000,
      interval: 200,
    });
    for (const { metadata, spec } of await hub.plans()) {
      const impossible = metadata.name === planName('impossible');
      expect(spec.attempt?.verdict).toBe(impossible ? 'Infeasible' : 'Placed');
    }
    const count = await rounds(registry);
    console.log(`200 apps: ${count} rounds`);
    expect(count).toBeLessThanOrEqual(12);
  });

  test('and SWM started again over them writes nothing', async () => {
    hub.namespace = `shop-${hub.count - 1}`;
    const before = (await hub.plans()).map(({ metadata }) => metadata.resourceVersion);
    const { registry, writes } = await hub.startSwm();
    // The impossible app is solved once more after a start, so one round has certainly ended then.
    await vi.waitFor(async () => expect(await rounds(registry)).toBeGreaterThan(0), { timeout: 20_000 });
    expect(writes).toEqual([]);
    expect((await hub.plans()).map(({ metadata }) => metadata.resourceVersion)).toEqual(before);
  });
});
