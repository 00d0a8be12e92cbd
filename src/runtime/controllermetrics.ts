import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { QueueObserver, WorkQueue } from './workqueue.ts';

export type ReconcileOutcome = 'success' | 'error' | 'requeue_after' | 'terminal';
const OUTCOMES: readonly ReconcileOutcome[] = ['success', 'error', 'requeue_after', 'terminal'];
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The series of one controller under the names that controller-runtime and client-go use. */
export interface ControllerMetrics extends QueueObserver {
  started(workers: number, queue: WorkQueue): void;
  active(change: 1 | -1): void;
  reconciled(outcome: ReconcileOutcome, seconds: number): void;
}

/**
 * Declares the series once per process. Every label combination starts at zero, so that a dashboard has
 * no holes before the first error.
 */
export function controllerMetrics(registry: Registry): (controller: string) => ControllerMetrics {
  const registers = [registry];
  const byController = { registers, labelNames: ['controller'] as const };
  const byName = { registers, labelNames: ['name'] as const };
  const queues = new Map<string, WorkQueue>();

  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciliations by controller and result.',
    registers,
    labelNames: ['controller', 'result'] as const,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Reconciliations that ended in an error.',
    ...byController,
  });
  const terminal = new Counter({
    name: 'controller_runtime_terminal_reconcile_errors_total',
    help: 'Errors that are not tried again.',
    ...byController,
  });
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Duration of a reconciliation.',
    buckets: SECONDS,
    ...byController,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Workers at work now.',
    ...byController,
  });
  const most = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Workers of the controller.',
    ...byController,
  });
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added.', ...byName });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys added again after a failure.',
    ...byName,
  });
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'Time that a key waits.',
    buckets: SECONDS,
    ...byName,
  });
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'Time that a key is worked on.',
    buckets: SECONDS,
    ...byName,
  });
  const fromQueues = (name: string, help: string, read: (queue: WorkQueue) => number) =>
    new Gauge({
      name,
      help,
      ...byName,
      collect() {
        for (const [queueName, queue] of queues) this.set({ name: queueName }, read(queue));
      },
    });
  fromQueues('workqueue_depth', 'Keys that wait now.', (queue) => queue.length);
  fromQueues(
    'workqueue_unfinished_work_seconds',
    'Seconds of work in progress, in sum.',
    (queue) => queue.unfinishedSeconds().sum,
  );
  fromQueues(
    'workqueue_longest_running_processor_seconds',
    'Seconds that the longest work in progress lasts.',
    (queue) => queue.unfinishedSeconds().longest,
  );

  return (controller) => {
    const label = { controller };
    const name = { name: controller };
    for (const result of OUTCOMES) total.inc({ controller, result }, 0);
    for (const series of [errors, terminal]) series.inc(label, 0);
    for (const series of [adds, retries]) series.inc(name, 0);
    time.zero(label);
    waited.zero(name);
    worked.zero(name);
    active.set(label, 0);
    return {
      started(workers, queue) {
        most.set(label, workers);
        queues.set(controller, queue);
      },
      active: (change) => active.inc(label, change),
      reconciled(result, seconds) {
        total.inc({ controller, result });
        time.observe(label, seconds);
        if (result === 'error' || result === 'terminal') errors.inc(label);
        if (result === 'terminal') terminal.inc(label);
      },
      added: () => adds.inc(name),
      retried: () => retries.inc(name),
      taken: (seconds) => waited.observe(name, seconds),
      finished: (seconds) => worked.observe(name, seconds),
    };
  };
}
