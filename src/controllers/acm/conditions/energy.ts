import type { ConditionDraft } from '../../../api/conditions.ts';
import { readEnergyLimit } from '../../../snapshot/energy.ts';
import type { ReportInput } from './reportinput.ts';

/** EnergyLimitExceeded: the plan's estimate of power against appEnergyLimit. There while a limit is set. */
export function energyCondition({ plan, decidedSpec }: ReportInput): ConditionDraft | undefined {
  const share = readEnergyLimit(decidedSpec?.appEnergyLimit);
  if (share === undefined || !plan?.spec.decision) return undefined;
  const limit = `${Math.round(share * 100)} %`;
  const type = 'EnergyLimitExceeded';
  const energy = plan.spec.decision.evidence.energy;
  if (!energy)
    return {
      type,
      status: 'Unknown',
      reason: 'PowerUnknown',
      message: `appEnergyLimit ${limit} cannot be checked: no ClusterCapability gives the power of a cluster. Next: kubectl get clustercapabilities`,
    };
  const { estimatedWatts, limitWatts, worstWatts } = energy;
  const figures = `${watts(estimatedWatts)} estimated, limit ${watts(limitWatts)} (${limit} of ${watts(worstWatts)} on the least efficient clusters it may use)`;
  return estimatedWatts > limitWatts
    ? { type, status: 'True', reason: 'LimitExceeded', message: figures }
    : { type, status: 'False', reason: 'WithinLimit', message: figures };
}

function watts(value: number): string {
  return `${Number(value.toPrecision(3))} W`;
}
