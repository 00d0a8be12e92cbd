import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { acmMetrics } from './metrics.ts';

function started(apps: { status: string; reason: string }[] = []) {
  const registry = new Registry();
  const clock = { now: 0 };
  const metrics = acmMetrics({ registry, now: () => clock.now, ready: () => apps });
  return { registry, clock, metrics, text: () => registry.metrics() };
}

test('apps are counted by Ready reason when somebody asks, and those that went are not', async () => {
  const apps = [
    { status: 'True', reason: 'AllReady' },
    { status: 'True', reason: 'AllReady' },
    { status: 'False', reason: 'Infeasible' },
  ];
  const { text } = started(apps);
  expect(await text()).toContain('codeco_acm_apps{ready="True",reason="AllReady"} 2');
  apps.pop();
  expect(await text()).not.toContain('Infeasible');
});

test('the time from acceptance to Applied counts once for each revision accepted here', async () => {
  const { metrics, clock, text } = started();
  metrics.accepted('uid', 'web-1');
  clock.now = 400;
  metrics.applied('uid', 'web-0');
  metrics.applied('uid', 'web-1');
  metrics.applied('uid', 'web-1');
  const lines = await text();
  expect(lines).toContain('codeco_acm_accepted_to_applied_seconds_count 1');
  expect(lines).toContain('codeco_acm_accepted_to_applied_seconds_sum 0.4');
});
