import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LeaseResource } from '../../../src/api/core.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { LeaseElection } from '../../../src/kube/lease.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type KubeFixture, key, startKubeFixture } from '../../support/kubefixture.ts';
import { QuickClock } from '../../support/quickclock.ts';
import { testLogger } from '../../support/testlogger.ts';

let kube: KubeFixture;
let client: KubeClient;

beforeAll(async () => {
  kube = await startKubeFixture();
  client = kube.client;
});

afterAll(() => kube?.stop());

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
