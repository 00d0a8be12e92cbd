import type { ConditionDraft } from '../../../api/conditions.ts';
import { firstOf, type ReportInput } from './reportinput.ts';

/**
 * Degraded: what runs would not be placed there today. A change of policy, class or label never moves it; the
 * condition is there as long as that is so.
 */
export function degradedCondition({ violations }: ReportInput): ConditionDraft | undefined {
  if (violations.length === 0) return undefined;
  const words = violations.map(({ service, cluster, rule, message }) =>
    cluster === '' ? message : `${service} on ${cluster}: ${message} (${rule})`,
  );
  return {
    type: 'Degraded',
    status: 'True',
    reason: 'PolicyViolated',
    message: `${firstOf(words)}. It keeps running: nothing moves unless a FederationPolicy says onViolation Move`,
  };
}
