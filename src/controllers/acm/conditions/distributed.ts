import type { ConditionDraft } from '../../../api/conditions.ts';
import { nextStepOf } from '../../../work/feedback.ts';
import { firstOf, NAMED, type ReportInput } from './reportinput.ts';

/** Distributed: every work of the decision lies on its cluster, or what keeps one from it, with the next step. */
export function distributedCondition(input: ReportInput): ConditionDraft {
  const type = 'Distributed';
  const { plan, decidedSpec } = input;
  if (!plan?.spec.decision)
    return { type, status: 'False', reason: 'NoDecision', message: 'nothing is decided yet' };
  if (!decidedSpec)
    return {
      type,
      status: 'False',
      reason: 'RevisionMissing',
      message: `ControllerRevision ${plan.spec.decision.revision}, of which decision ${plan.spec.decision.id} was made, does not exist; works stay as they are until the next decision`,
    };
  const obstacle = obstacleOf(input);
  if (obstacle) return { type, status: 'False', ...obstacle };
  return {
    type,
    status: 'True',
    reason: 'WorksWritten',
    message: `decision ${plan.spec.decision.id} lies on every cluster it names`,
  };
}

/** What stands in the way, the most serious first. */
function obstacleOf(input: ReportInput): Pick<ConditionDraft, 'reason' | 'message'> | undefined {
  const { silent, troubles, problems, dropped, waitingForBase, distributed } = input;
  const [trouble] = troubles;
  if (trouble) {
    const more = troubles.length > 1 ? `; and ${troubles.length - 1} more` : '';
    return {
      reason: trouble.kind,
      message: `${trouble.object} on ${trouble.cluster}: ${trouble.detail}${more}. Next: ${nextStepOf(trouble)}`,
    };
  }
  const [mute] = silent;
  if (mute) {
    const names = silent.map(({ cluster }) => cluster).slice(0, NAMED);
    return {
      reason: 'WorkAgentSilent',
      message: `the work agent of ${names.join(', ')} has not looked at a change for more than 60 s; what runs there keeps running. Next: kubectl get managedclusters ${mute.cluster}`,
    };
  }
  if (dropped.length > 0)
    return {
      reason: 'FieldDropped',
      message: `the hub does not keep what is written: ${firstOf(dropped)}. Next: kubectl get crd manifestworks.work.open-cluster-management.io -o yaml (is it older than the work agent?)`,
    };
  if (problems.length > 0) return { reason: 'NotRendered', message: firstOf(problems) };
  if (waitingForBase.length > 0)
    return {
      reason: 'WaitingForNamespace',
      message: `namespace and executor are being set up on ${waitingForBase.join(', ')}`,
    };
  return distributed ? undefined : { reason: 'Distributing', message: 'works are being written' };
}
