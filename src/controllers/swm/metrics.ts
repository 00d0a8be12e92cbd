import { Counter, Histogram, type Registry } from 'prom-client';
import type { Attempt } from '../../api/codeco/v1alpha1/assignmentplan.ts';

const VERDICTS: readonly Attempt['verdict'][] = ['Placed', 'Infeasible', 'NoneFound', 'Deferred'];

export interface SwmMetrics {
  round(seconds: number, apps: number): void;
  attempt(verdict: Attempt['verdict']): void;
}

/** Declares SWM's own series once per process. */
export function swmMetrics(registry: Registry): SwmMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'codeco_swm_round_seconds',
    help: 'Duration of a round: snapshot, solve, referee, writes.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const apps = new Histogram({
    name: 'codeco_swm_round_apps',
    help: 'Apps that one round decides on.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const attempts = new Counter({
    name: 'codeco_swm_attempts_total',
    help: 'Attempts to place an app, by verdict.',
    labelNames: ['verdict'] as const,
    registers,
  });
  for (const verdict of VERDICTS) attempts.inc({ verdict }, 0);
  return {
    round(duration, count) {
      seconds.observe(duration);
      apps.observe(count);
    },
    attempt: (verdict) => attempts.inc({ verdict }),
  };
}
