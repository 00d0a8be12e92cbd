import { expect, test } from 'vitest';
import type { CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConditionStatus } from '../../api/conditions.ts';
import { isProgress } from './progress.ts';

function saying(...conditions: [type: string, status: ConditionStatus, reason: string][]): CodecoAppStatus {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return {
    conditions: conditions.map(([type, status, reason]) => ({
      type,
      status,
      reason,
      message: '',
      observedGeneration: 1,
      lastTransitionTime,
    })),
  };
}
const VALID = ['ModelValid', 'True', 'Valid'] as const;
const onItsWay = (reason: string) => saying([...VALID], ['Ready', 'False', reason]);
const ready = saying([...VALID], ['Available', 'True', 'EveryServiceRuns'], ['Ready', 'True', 'AllReady']);

test.each(['Waiting', 'NoDecision', 'WaitingForNamespace', 'Distributing', 'ReplicasMissing'])(
  'that an app is on its way (%s) may wait a moment',
  (reason) => {
    expect(isProgress(undefined, onItsWay(reason))).toBe(true);
    expect(isProgress(onItsWay('Waiting'), onItsWay(reason))).toBe(true);
  },
);

test('that an app is ready is told at once', () => {
  expect(isProgress(onItsWay('ReplicasMissing'), ready)).toBe(false);
});

test('that an app is no longer ready, or no longer answers, is told at once', () => {
  expect(isProgress(ready, onItsWay('ReplicasMissing'))).toBe(false);
  const available = saying([...VALID], ['Available', 'True', ''], ['Ready', 'False', 'ReplicasMissing']);
  expect(isProgress(available, onItsWay('ReplicasMissing'))).toBe(false);
});

test.each(['Infeasible', 'Deferred', 'FieldConflict', 'WorkAgentSilent', 'NotRendered', 'EdgeViolated'])(
  'what stands in the way (%s) is told at once',
  (reason) => {
    expect(isProgress(undefined, onItsWay(reason))).toBe(false);
  },
);

test('a model that is refused or not judged, and a rule that is broken, are told at once', () => {
  for (const status of ['False', 'Unknown'] as const) {
    const next = saying(['ModelValid', status, 'InvalidModel'], ['Ready', 'False', 'Waiting']);
    expect(isProgress(undefined, next)).toBe(false);
  }
  const degraded = saying([...VALID], ['Ready', 'False', 'Waiting'], ['Degraded', 'True', 'PolicyViolated']);
  expect(isProgress(undefined, degraded)).toBe(false);
});
