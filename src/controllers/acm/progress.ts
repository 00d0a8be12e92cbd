import type { CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { findCondition } from '../../api/conditions.ts';

/** Reasons of Ready that say no more than that the next step is on its way. */
const ON_ITS_WAY: readonly string[] = [
  'Waiting',
  'NoDecision',
  'WaitingForNamespace',
  'Distributing',
  'ReplicasMissing',
];

/**
 * Whether a status is news of progress only: the app is on its way, nothing is wrong, and nothing that was
 * said before is taken back. Such news may wait a moment for the next step; everything else is told at once:
 * that an app is ready or no longer ready, was refused, cannot be placed, breaks a rule or meets an obstacle.
 */
export function isProgress(told: CodecoAppStatus | undefined, next: CodecoAppStatus): boolean {
  const of = (status: CodecoAppStatus | undefined, type: string) => findCondition(status?.conditions, type);
  const ready = of(next, 'Ready');
  if (ready === undefined || !ON_ITS_WAY.includes(ready.reason)) return false;
  if (of(told, 'Ready')?.status === 'True' || of(told, 'Available')?.status === 'True') return false;
  return of(next, 'Degraded') === undefined && of(next, 'ModelValid')?.status === 'True';
}
