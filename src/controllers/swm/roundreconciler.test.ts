import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { aDecision, aModel, anAttempt } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot } from '../../../test/support/federation.ts';
import { testLogger } from '../../../test/support/testlogger.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import type { Client } from '../../runtime/client.ts';
import { realClock } from '../../runtime/realclock.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import { AssumedPlans } from './assumedplans.ts';
import { swmMetrics } from './metrics.ts';
import { ROUND_KEY, RoundReconciler } from './roundreconciler.ts';
import type { Solver } from './solver.ts';

/** App `shop/web` runs as decided, and a policy lets it be moved where it is better. */
function movableApp() {
  const decision = aDecision({
    revision: 'web-r1',
    assignments: [{ service: 'front', cluster: 'a', replicas: 1 }],
  });
  const plan = aPlan('web', { decision, attempt: anAttempt({ generation: 1, revision: 'web-r1' }) });
  const running = [{ service: 'front', cluster: 'a', replicas: 1, ready: 1, decision: 'd1' }];
  return aSnapshot({
    clusters: [aCluster('a'), aCluster('b')],
    apps: [anApp('web', aModel())],
    plans: [{ ...plan, status: { running } }],
    policies: [
      {
        apiVersion: API_VERSION,
        kind: 'FederationPolicy',
        metadata: { name: 'moves' },
        spec: { moves: {} },
      },
    ],
  });
}

/** A reconciler over a solver that answers nothing until it is told to stop. */
function waitingReconciler() {
  const solve = vi.fn<Solver['solve']>(
    (_problem, _budget, signal) =>
      new Promise((_, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  );
  const snapshot = movableApp();
  const gather = vi.fn(() => snapshot);
  const reconciler = new RoundReconciler({
    // Nothing is written: any call would throw.
    client: {} as Client,
    recorder: {} as Recorder,
    clock: realClock,
    metrics: swmMetrics(new Registry()),
    solver: { solve, close: async () => undefined },
    referee: () => [],
    budget: { work: 1000, deadlineMs: 1000, seed: 1 },
    assumed: new AssumedPlans(),
    improveEveryMs: 60_000,
    quietForMs: () => 0,
    gather,
  });
  return { reconciler, solve, gather };
}

const log = testLogger();

it('gives up a look for better places as soon as an app may wait, and comes again at once', async () => {
  const { reconciler, solve } = waitingReconciler();
  const looking = reconciler.reconcile(ROUND_KEY, { log, signal: new AbortController().signal });
  await vi.waitFor(() => expect(solve).toHaveBeenCalledTimes(1));
  reconciler.giveWay();
  expect(await looking).toEqual({ requeueAfterMs: 0 });
  expect(solve).toHaveBeenCalledTimes(1);
});

it('begins no look when an app came while the picture was made', async () => {
  const { reconciler, solve, gather } = waitingReconciler();
  const snapshot = gather();
  gather.mockImplementation(() => {
    reconciler.giveWay();
    return snapshot;
  });
  const looked = await reconciler.reconcile(ROUND_KEY, { log, signal: new AbortController().signal });
  expect(looked).toEqual({ requeueAfterMs: 0 });
  expect(solve.mock.calls.every(([, , signal]) => signal?.aborted)).toBe(true);
});

it('fails when the process is told to end', async () => {
  const { reconciler, solve } = waitingReconciler();
  const stop = new AbortController();
  const looking = reconciler.reconcile(ROUND_KEY, { log, signal: stop.signal });
  await vi.waitFor(() => expect(solve).toHaveBeenCalledTimes(1));
  stop.abort(new Error('the lease is lost'));
  await expect(looking).rejects.toThrow('the lease is lost');
});
