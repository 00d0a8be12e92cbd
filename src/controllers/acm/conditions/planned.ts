import type { ConditionDraft } from '../../../api/conditions.ts';
import type { ReportInput } from './reportinput.ts';

/** Planned: the last attempt of the scheduler at the accepted model, in its words. */
export function plannedCondition({ app, plan, accepted }: ReportInput): ConditionDraft {
  const type = 'Planned';
  const attempt = plan?.spec.attempt;
  if (!accepted)
    return {
      type,
      status: 'False',
      reason: 'NoValidModel',
      message: 'no generation of the model was accepted yet',
    };
  if (app.spec.suspend)
    return {
      type,
      status: plan?.spec.decision ? 'True' : 'False',
      reason: 'Suspended',
      message: 'spec.suspend is set: nothing is decided anew',
    };
  if (!attempt || attempt.revision !== accepted.revision) {
    return {
      type,
      status: 'Unknown',
      reason: 'Waiting',
      message: `waits for the scheduler to decide on ${accepted.revision}`,
    };
  }
  if (attempt.verdict === 'Placed')
    return { type, status: 'True', reason: 'Placed', message: attempt.reason };
  const kept = plan?.spec.decision ? ' What ran before keeps running.' : '';
  return { type, status: 'False', reason: attempt.verdict, message: `${attempt.reason}.${kept}` };
}
