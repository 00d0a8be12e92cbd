import { describe, expect, it } from 'vitest';
import { aDecision, anAttempt } from '../../../test/support/appstate.ts';
import { aCluster, aPlan } from '../../../test/support/federation.ts';
import { planChanged } from './plan.ts';
import { clusterCore, planCore } from './projections.ts';

describe('what SWM keeps of a plan', () => {
  const fallbacks = [{ lostCluster: 'a', assignments: [{ service: 'front', cluster: 'b', replicas: 1 }] }];
  const decision = aDecision({
    fallbacks,
    evidence: { ...aDecision().evidence, reasons: [{ service: 'front', ruledOut: [] }] },
  });
  const attempt = anAttempt({
    verdict: 'Infeasible',
    reason: 'far too long',
    conflict: [{ rule: 'Capacity', service: 'front', message: 'needs 5 cpu' }],
  });
  const plan = aPlan('web', { decision, attempt });

  it('is enough for the next decision: places, fallbacks, metadata to write at', () => {
    const core = planCore(plan);
    expect(core.metadata).toEqual(plan.metadata);
    expect(core.spec.decision).toMatchObject({ id: 'd1', assignments: decision.assignments, fallbacks });
    expect(core.spec.decision?.evidence.reasons).toEqual([]);
  });

  it('tells whether a new answer is worth a write as the whole plan would', () => {
    expect(planChanged(planCore(plan).spec, plan.spec)).toBe(false);
    const other = { ...attempt, conflict: [{ rule: 'Delay', message: 'too far' }] };
    expect(planChanged(planCore(plan).spec, { ...plan.spec, attempt: other })).toBe(true);
  });
});

it('what SWM keeps of a cluster does not change with its heartbeat', () => {
  const cluster = aCluster('a');
  const later = {
    ...cluster,
    metadata: { ...cluster.metadata, resourceVersion: '9', annotations: { seen: 'now' } },
    status: { ...cluster.status, version: { kubernetes: 'v1.36.0' } },
  };
  expect(clusterCore(later)).toEqual(clusterCore(cluster));
});
