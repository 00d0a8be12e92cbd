import type { ConditionDraft } from '../../../api/conditions.ts';
import { readTolerance } from '../../../snapshot/tolerance.ts';
import { firstOf, type ReportInput } from './reportinput.ts';

/**
 * SurvivesClusterLoss: what the plan found the loss of each cluster to do. There while the decided model asks
 * for any tolerance.
 */
export function survivalCondition({ plan, decidedSpec }: ReportInput): ConditionDraft | undefined {
  if (readTolerance(decidedSpec?.appFailureTolerance).kind === 'None') return undefined;
  const type = 'SurvivesClusterLoss';
  const survival = plan?.spec.decision?.evidence.survival;
  if (!survival)
    return {
      type,
      status: 'Unknown',
      reason: 'NotEstimated',
      message: 'the plan says nothing about the loss of a cluster',
    };
  const { tolerance, losses } = survival;
  const down = losses.filter(({ outcome }) => outcome === 'Down');
  if (down.length > 0) {
    const words = down.map(
      ({ cluster, lostShare, message }) =>
        `without ${cluster} ${message ?? `${Math.round(lostShare * 100)} % of the replicas of a service are gone`}`,
    );
    return {
      type,
      status: 'False',
      reason: 'GoesDown',
      message: `appFailureTolerance ${tolerance}: ${firstOf(words)}`,
    };
  }
  const fallbacks = losses.filter(({ outcome }) => outcome === 'Fallback').map(({ cluster }) => cluster);
  if (fallbacks.length > 0)
    return {
      type,
      status: 'True',
      reason: 'FallbackWaits',
      message: `a verified plan waits for the loss of ${fallbacks.slice(0, 10).join(', ')}`,
    };
  return {
    type,
    status: 'True',
    reason: 'StaysUp',
    message: `stays up when any one of the ${losses.length} clusters it uses is lost`,
  };
}
