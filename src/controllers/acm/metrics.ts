import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type PodCheckResult = 'passed' | 'refused' | 'unavailable';
export type WorkWrite = 'create' | 'apply' | 'delete';

/** ACM's own figures. */
export interface AcmMetrics {
  podCheck(result: PodCheckResult): void;
  work(operation: WorkWrite): void;
  /** A revision of the app with this uid was accepted now. */
  accepted(uid: string, revision: string): void;
  /** Every work of that revision is applied; counts once for each that was accepted by this process. */
  applied(uid: string, revision: string): void;
  /** The app is gone. */
  forget(uid: string): void;
}

export interface AcmMetricsDeps {
  registry: Registry;
  /** ms, monotonic. */
  now: () => number;
  /** Ready condition of every app in the cache, as `status` and `reason`. */
  ready: () => Iterable<{ status: string; reason: string }>;
}

/** Declares ACM's own series once per process. */
export function acmMetrics({ registry, now, ready }: AcmMetricsDeps): AcmMetrics {
  const registers = [registry];
  new Gauge({
    name: 'codeco_acm_apps',
    help: 'Applications by their Ready condition.',
    labelNames: ['ready', 'reason'] as const,
    registers,
    // Counted when it is asked for: no bookkeeping that could drift from the cache.
    collect() {
      this.reset();
      for (const { status, reason } of ready()) this.inc({ ready: status, reason });
    },
  });
  const podChecks = new Counter({
    name: 'codeco_acm_pod_checks_total',
    help: 'Models whose Pods the API server was asked about, by result.',
    labelNames: ['result'] as const,
    registers,
  });
  for (const result of ['passed', 'refused', 'unavailable'] as const) podChecks.inc({ result }, 0);
  const works = new Counter({
    name: 'codeco_acm_work_writes_total',
    help: 'Writes of ManifestWorks, by operation.',
    labelNames: ['operation'] as const,
    registers,
  });
  for (const operation of ['create', 'apply', 'delete'] as const) works.inc({ operation }, 0);
  const seconds = new Histogram({
    name: 'codeco_acm_accepted_to_applied_seconds',
    help: 'Time from the acceptance of a model until every work of it is applied on its cluster.',
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    registers,
  });
  const waiting = new Map<string, { revision: string; since: number }>();
  return {
    podCheck: (result) => podChecks.inc({ result }),
    work: (operation) => works.inc({ operation }),
    accepted: (uid, revision) => waiting.set(uid, { revision, since: now() }),
    applied(uid, revision) {
      const found = waiting.get(uid);
      if (found?.revision !== revision) return;
      waiting.delete(uid);
      seconds.observe((now() - found.since) / 1000);
    },
    forget: (uid) => waiting.delete(uid),
  };
}
