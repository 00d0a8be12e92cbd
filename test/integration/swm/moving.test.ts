import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { AssignmentPlan } from '../../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { EventResource } from '../../../src/api/core.ts';
import { ManagedClusterResource } from '../../../src/api/ocm/managedcluster.ts';
import { aCluster } from '../../support/federation.ts';
import { SwmHub } from '../../support/swmhub.ts';

/** What moves apps that run: a lost cluster, a policy, an app of a higher class. */

const hub = SwmHub.forFile();

test('an app whose cluster ends is placed elsewhere', async () => {
  await hub.createCluster('a-short-lived');
  await hub.startSwm();
  await hub.acceptedApp('web');
  await hub.untilPlan('web', ({ spec }) =>
    expect(spec.decision?.assignments[0]?.cluster).toBe('a-short-lived'),
  );
  await hub.admin.delete(ManagedClusterResource, { namespace: '', name: 'a-short-lived' });
  await hub.untilPlan('web', ({ spec }) => {
    expect(spec.decision?.assignments[0]?.cluster).toBe('cloud');
    expect(spec.decision?.cause).toBe('cluster a-short-lived is gone');
  });
});

const clusterOf = ({ spec }: AssignmentPlan) => spec.decision?.assignments[0]?.cluster;

describe('an app of medium tolerance whose cluster is lost', () => {
  /** A cluster that `web` prefers. SWM is started afterwards: it must know the cluster before the app comes. */
  async function createPreferred(): Promise<string> {
    const name = `a-lost-${hub.count}`;
    await hub.createCluster(name);
    return name;
  }

  /** Places `web` there; resolves when its fallback plan is stored. */
  async function placedWithFallback(lost: string): Promise<void> {
    await hub.acceptedApp('web', '100m', { appFailureTolerance: 'Medium' });
    await hub.untilPlan('web', ({ spec }) => {
      expect(spec.decision?.fallbacks).toMatchObject([{ lostCluster: lost }]);
      expect(spec.decision?.evidence.survival).toMatchObject({
        tolerance: 'Medium',
        losses: [{ cluster: lost, outcome: 'Fallback' }],
      });
    });
  }

  test('goes where its stored fallback plan says, with no solve in between', async () => {
    const lost = await createPreferred();
    const { steps } = await hub.startSwm();
    await placedWithFallback(lost);
    const { decision } = (await hub.plan('web')).spec;
    steps.length = 0;
    const began = performance.now();
    await hub.admin.delete(ManagedClusterResource, { namespace: '', name: lost });
    await vi.waitFor(() => expect(steps).toContain('write'), { timeout: 20_000, interval: 1 });
    const ms = Math.round(performance.now() - began);
    console.log(`from the request to delete the ManagedCluster to the plan written: ${ms} ms`);
    expect(steps[0]).toBe('write');
    expect(ms).toBeLessThan(2_000);
    await hub.untilPlan('web', ({ spec }) => {
      expect(spec.decision).toMatchObject({
        cause: `cluster ${lost} is gone: its fallback plan`,
        assignments: decision?.fallbacks?.[0]?.assignments,
        evidence: { engine: 'given/1', work: 0 },
        movedAt: expect.any(String),
      });
      // Solved afterwards: the plan for the next loss.
      expect(spec.decision?.fallbacks).toMatchObject([
        { lostCluster: clusterOf({ spec } as AssignmentPlan) },
      ]);
    });
    expect(steps.indexOf('write')).toBeLessThan(steps.indexOf('solve'));
  });

  test('is left alone while the cluster is merely silent, and moved when the grace is over', async () => {
    const lost = await createPreferred();
    onTestFinished(async () => {
      await hub.admin.delete(ManagedClusterResource, { namespace: '', name: lost });
    });
    await hub.startSwm();
    await placedWithFallback(lost);
    const cluster = aCluster(lost, { available: false });
    const silence = (lastTransitionTime: string) => {
      for (const condition of cluster.status?.conditions ?? [])
        condition.lastTransitionTime = lastTransitionTime;
      const { allocatable: _, ...status } = cluster.status ?? {};
      return hub.admin.applyStatus(
        ManagedClusterResource,
        { ...cluster, status },
        { fieldManager: 'registration', force: true },
      );
    };
    await silence(new Date(Date.now() + 600_000).toISOString().replace(/\.\d+/, ''));
    await hub.acceptedApp('later');
    await hub.untilPlan('later', (plan) => expect(clusterOf(plan)).not.toBe(lost));
    expect(clusterOf(await hub.plan('web'))).toBe(lost);
    await silence(new Date(Date.now() - 1_000).toISOString().replace(/\.\d+/, ''));
    await hub.untilPlan('web', (plan) => {
      expect(clusterOf(plan)).not.toBe(lost);
      expect(plan.spec.decision?.cause).toMatch(/has not been available for \d+ s: its fallback plan$/);
    });
  });
});

describe('a policy that denies the cluster where an app runs', () => {
  test('moves it only with onViolation Move', async () => {
    const { steps } = await hub.startSwm();
    await hub.acceptedApp('web');
    await hub.untilPlan('web', ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
    await hub.runsAsDecided('web');
    const from = clusterOf(await hub.plan('web'));
    const deny = { clusters: [from ?? ''] };
    steps.length = 0;
    await hub.createPolicy({ deny });
    // Another app is decided by the new policy, so SWM has certainly seen it.
    await hub.acceptedApp('later');
    await hub.untilPlan('later', (plan) => expect(clusterOf(plan)).not.toBe(from));
    expect(clusterOf(await hub.plan('web'))).toBe(from);
    await hub.createPolicy({ deny, onViolation: 'Move' });
    await hub.untilPlan('web', (plan) => {
      expect(clusterOf(plan)).not.toBe(from);
      expect(plan.spec.decision?.cause).toBe(
        `onViolation Move: front on ${from} (Candidate): denied by FederationPolicy policy-${hub.namespace}`,
      );
    });
  });
});

test('a Gold app without room displaces one of a lower class where policy says so, and both are told', async () => {
  await hub.startSwm();
  await hub.createPolicy({ preemption: 'LowerClass' });
  for (const name of ['low', 'peer']) {
    await hub.acceptedApp(name, '700', { qosClass: name === 'low' ? 'BestEffort' : 'Gold' });
    await hub.untilPlan(name, ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  }
  onTestFinished(async () => {
    for (const name of ['low', 'peer', 'gold'])
      await hub.admin.delete(CodecoAppResource, { namespace: hub.namespace, name });
  });
  await hub.acceptedApp('gold', '700', { qosClass: 'Gold' });
  await hub.untilPlan('gold', ({ spec }) => {
    expect(spec.attempt?.verdict).toBe('Placed');
    expect(spec.attempt?.reason).toContain(`displaces ${hub.namespace}/low (BestEffort)`);
  });
  await hub.untilPlan('low', ({ spec }) => {
    expect(spec.decision?.assignments).toEqual([]);
    expect(spec.attempt?.verdict).toBe('Deferred');
  });
  await vi.waitFor(async () => {
    const events = await hub.admin.list(EventResource, { namespace: hub.namespace });
    expect(events).toContainEqual(
      expect.objectContaining({
        reason: 'Displaced',
        note: expect.stringContaining(`displaced by ${hub.namespace}/gold (Gold)`),
      }),
    );
  });
});
