import type { ConditionDraft } from '../../../api/conditions.ts';
import type { ReportInput } from './reportinput.ts';

/** DataSatisfied: a decision exists only where required data sets are within reach of its clusters. */
export function dataCondition({ decidedSpec, app, plan }: ReportInput): ConditionDraft {
  const needs = (decidedSpec ?? app.spec)['codecoapp-msspec'].flatMap(({ data }) => data ?? []);
  const type = 'DataSatisfied';
  if (needs.length === 0)
    return { type, status: 'True', reason: 'NoDataNeeded', message: 'no service needs a data set' };
  if (!plan?.spec.decision)
    return { type, status: 'Unknown', reason: 'NoDecision', message: 'nothing is decided yet' };
  return {
    type,
    status: 'True',
    reason: 'DataWithinReach',
    message: 'required data sets are within reach, by their declared replicas',
  };
}

/** ClassesVerified: False where a class is asked for and no cluster at all was given one. */
export function classesCondition({ app, classified, violations }: ReportInput): ConditionDraft {
  const type = 'ClassesVerified';
  const { securityClass, complianceClass } = app.spec;
  const unchecked = [
    ...(securityClass !== undefined && !classified.security ? ['securityClass'] : []),
    ...(complianceClass !== undefined && !classified.compliance ? ['complianceClass'] : []),
  ];
  if (unchecked.length > 0) {
    return {
      type,
      status: 'False',
      reason: 'NoClusterClassified',
      message: `${unchecked.join(' and ')} cannot be checked: no ClusterCapability gives a cluster such a class. Next: kubectl get clustercapabilities`,
    };
  }
  const lacking = violations.filter(({ rule }) => rule === 'SecurityClass' || rule === 'ComplianceClass');
  if (lacking.length > 0) {
    const clusters = [...new Set(lacking.map(({ cluster }) => cluster))];
    return {
      type,
      status: 'False',
      reason: 'ClassLost',
      message: `${clusters.join(', ')} no longer ${clusters.length > 1 ? 'hold' : 'holds'} the class that is asked for. Next: kubectl get clustercapabilities`,
    };
  }
  return {
    type,
    status: 'True',
    reason: 'ClassesHeld',
    message: 'every class that is asked for is held by the clusters chosen',
  };
}
