import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { FakeClock, settle } from '../../test/support/fakeclock.ts';
import { testLogger } from '../../test/support/testlogger.ts';
import type { ObjectKey } from '../api/meta.ts';
import { ApiError, TransportError } from './apierror.ts';
import { Controller } from './controller.ts';
import { controllerMetrics } from './controllermetrics.ts';
import { DONE, type ReconcileContext, type Result, TerminalError } from './reconcile.ts';

const KEY = { namespace: 'shop', name: 'web' };

function setUp(
  reconcile: (key: ObjectKey, context: ReconcileContext) => Promise<Result>,
  options: { workers?: number } = {},
) {
  const clock = new FakeClock();
  const log = testLogger();
  const registry = new Registry();
  const controller = new Controller({
    name: 'test',
    reconciler: { reconcile },
    workers: options.workers ?? 1,
    clock,
    log,
    metrics: controllerMetrics(registry)('test'),
  });
  const stop = new AbortController();
  const running = controller.run(stop.signal);
  const value = async (name: string, labels: Record<string, string> = {}) => {
    const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
    return values.find((each) =>
      Object.entries(labels).every(
        ([label, text]) => (each.labels as Record<string, unknown>)[label] === text,
      ),
    )?.value;
  };
  return { controller, clock, log, registry, value, stop, running };
}

describe('a controller', () => {
  test('shows every series at zero before anything happens, under the usual names', async () => {
    const { registry, value } = setUp(async () => DONE);
    for (const result of ['success', 'error', 'requeue_after', 'terminal']) {
      expect(await value('controller_runtime_reconcile_total', { controller: 'test', result })).toBe(0);
    }
    const text = await registry.metrics();
    for (const series of [
      'controller_runtime_reconcile_errors_total{controller="test"} 0',
      'controller_runtime_terminal_reconcile_errors_total{controller="test"} 0',
      'controller_runtime_reconcile_time_seconds_count{controller="test"} 0',
      'controller_runtime_active_workers{controller="test"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="test"} 1',
      'workqueue_depth{name="test"} 0',
      'workqueue_adds_total{name="test"} 0',
      'workqueue_retries_total{name="test"} 0',
      'workqueue_queue_duration_seconds_count{name="test"} 0',
      'workqueue_work_duration_seconds_count{name="test"} 0',
      'workqueue_unfinished_work_seconds{name="test"} 0',
      'workqueue_longest_running_processor_seconds{name="test"} 0',
    ]) {
      expect(text).toContain(series);
    }
  });

  test('tries a failure again after a growing wait until it works, then forgets it', async () => {
    const times: number[] = [];
    const { controller, clock, value, log } = setUp(async () => {
      times.push(clock.monotonic());
      if (![4, 6].includes(times.length)) throw new Error('not yet');
      return DONE;
    });
    controller.enqueue(KEY);
    await clock.advance(60_000);
    expect(times).toEqual([0, 5, 15, 35]);
    expect(log.lines.filter(({ level }) => level === 'error').length).toBe(3);
    expect(await value('controller_runtime_reconcile_total', { result: 'error' })).toBe(3);
    expect(await value('controller_runtime_reconcile_errors_total')).toBe(3);
    expect(await value('workqueue_retries_total')).toBe(3);
    controller.enqueue(KEY);
    await clock.advance(60_000);
    expect(times.slice(4)).toEqual([60_000, 60_005]);
    expect(await value('controller_runtime_reconcile_total', { result: 'success' })).toBe(2);
  });

  test('comes back after the time that the reconciler asks for', async () => {
    const times: number[] = [];
    const { controller, clock, value } = setUp(async () => {
      times.push(clock.monotonic());
      return times.length === 1 ? { requeueAfterMs: 30_000 } : DONE;
    });
    controller.enqueue(KEY);
    await clock.advance(120_000);
    expect(times).toEqual([0, 30_000]);
    expect(await value('controller_runtime_reconcile_total', { result: 'requeue_after' })).toBe(1);
  });

  test('does not try a terminal error again', async () => {
    let calls = 0;
    const { controller, clock, value } = setUp(async () => {
      calls += 1;
      throw new TerminalError('cannot be cured');
    });
    controller.enqueue(KEY);
    await clock.advance(3_600_000);
    expect(calls).toBe(1);
    expect(await value('controller_runtime_terminal_reconcile_errors_total')).toBe(1);
    expect(await value('controller_runtime_reconcile_errors_total')).toBe(1);
  });

  test('does not try again what is too large for the server', async () => {
    let calls = 0;
    const { controller, clock } = setUp(async () => {
      calls += 1;
      throw new ApiError('TooLarge', 'etcdserver: request is too large', { httpStatus: 500 });
    });
    controller.enqueue(KEY);
    await clock.advance(3_600_000);
    expect(calls).toBe(1);
  });

  test('tries a conflict again without noise', async () => {
    let calls = 0;
    const { controller, clock, log } = setUp(async () => {
      calls += 1;
      if (calls === 1) throw new ApiError('Conflict', 'changed', { httpStatus: 409 });
      return DONE;
    });
    controller.enqueue(KEY);
    await clock.advance(1_000);
    expect(calls).toBe(2);
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  test('gives a fenced write up quietly: no error is counted, and the key is not lost', async () => {
    let calls = 0;
    const { controller, clock, log, value } = setUp(async () => {
      calls += 1;
      if (calls === 1) throw new TransportError('Fenced', 'not sent');
      return DONE;
    });
    controller.enqueue(KEY);
    await clock.advance(1_000);
    expect(calls).toBe(2);
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
    expect(await value('controller_runtime_reconcile_errors_total')).toBe(0);
    expect(await value('controller_runtime_reconcile_total', { result: 'success' })).toBe(1);
  });

  test('outlives a reconciler that throws before it returns a promise, or throws no error at all', async () => {
    let calls = 0;
    const { controller, clock } = setUp(() => {
      calls += 1;
      if (calls === 1) throw new TypeError('at once');
      // A library may reject with anything.
      if (calls === 2) return Promise.reject(undefined);
      return Promise.resolve(DONE);
    });
    controller.enqueue(KEY);
    await clock.advance(1_000);
    expect(calls).toBe(3);
  });

  test('stops when told to: work in progress ends, what waits is left, nothing rejects', async () => {
    const finish: (() => void)[] = [];
    const { controller, stop, running } = setUp(
      (_, { signal }) =>
        new Promise((resolve) => {
          finish.push(() => {
            expect(signal.aborted).toBe(true);
            resolve(DONE);
          });
        }),
      { workers: 2 },
    );
    for (const name of ['a', 'b', 'c']) controller.enqueue({ namespace: 'shop', name });
    await settle();
    stop.abort(new Error('the end'));
    let ended = false;
    const end = running.then(() => {
      ended = true;
    });
    await settle();
    expect(ended).toBe(false);
    expect(finish.length).toBe(2);
    for (const done of finish) done();
    await end;
  });
});
