import type { Condition, ConditionDraft } from '../../../../src/api/conditions.ts';
import type { ConditionRule } from '../../../../src/api/ocm/manifestwork.ts';
import type { Manifest, Target } from '../manifest.ts';
import { celValue, ExpressionError, evaluateMessage, evaluateOn } from './cel.ts';

/** By this OCM tells the conditions that rules have made from all others. */
const RULE_MADE = 'ConditionRule';
const AGGREGATED = 'ConditionRulesAggregated';

/** A manifest that has come to its end is not applied any more. */
export const COMPLETE = 'Complete';

type Expressions = Pick<ConditionRule, 'celExpressions' | 'message' | 'messageExpression'>;

/** What OCM knows of a kind by itself: when a Job or a Pod has come to its end. */
const WELL_KNOWN: Record<string, Expressions> = {
  [`batch/v1/Job/${COMPLETE}`]: {
    celExpressions: [
      `hasConditions(object.status) && object.status.conditions.exists(c, c.type in ['Complete', 'Failed'] && c.status == 'True')`,
    ],
    messageExpression: `result ? 'Job is finished' : 'Job is not finished'`,
  },
  [`/v1/Pod/${COMPLETE}`]: {
    celExpressions: [`object.status.phase in ['Succeeded', 'Failed']`],
    messageExpression: `'Pod is in phase ' + object.status.phase`,
  },
};

/**
 * The conditions that the rules of a work make out of a live object. An expression that fails (it cannot be
 * read, a key is missing, it gives no bool) makes its condition False with reason ConditionRuleExpressionError:
 * OCM takes the error for a no, so the reason must be read beside the status. A well-known rule for a kind or
 * a condition that OCM does not know makes nothing.
 */
export function conditionsOf(
  rules: readonly ConditionRule[],
  target: Target,
  live: Manifest,
): ConditionDraft[] {
  if (rules.length === 0) return [];
  const object = celValue(live);
  return rules.flatMap((rule) => {
    const expressions = rule.type === 'CEL' ? rule : wellKnown(rule, target);
    return expressions ? [conditionOf(rule.condition, expressions, object)] : [];
  });
}

/** The conditions of a work that its manifests' rules make: one for each type, by name. */
export function aggregatedConditions(manifests: readonly (readonly ConditionDraft[])[]): ConditionDraft[] {
  const byType = Map.groupBy(manifests.flat(), ({ type }) => type);
  return [...byType.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, drafts]) => {
      const [only] = drafts;
      const message =
        drafts.length === 1 && only?.message
          ? only.message
          : `Aggregated from ${drafts.length} manifest conditions`;
      return { type, status: aggregatedStatus(type, drafts), reason: AGGREGATED, message };
    });
}

/** Whether rules made a condition, of a manifest or of a work. */
export function isRuleMade({ reason }: Pick<Condition, 'reason'>): boolean {
  return reason.startsWith(RULE_MADE);
}

/** Progressing is True if anything progresses; all others, Degraded too, are False if anything is False. */
function aggregatedStatus(type: string, drafts: readonly ConditionDraft[]): ConditionDraft['status'] {
  const order = type === 'Progressing' ? (['True', 'Unknown'] as const) : (['False', 'Unknown'] as const);
  const first = order.find((status) => drafts.some((draft) => draft.status === status));
  return first ?? (type === 'Progressing' ? 'False' : 'True');
}

function wellKnown(rule: ConditionRule, { resource }: Target): Expressions | undefined {
  const known = WELL_KNOWN[`${resource.group}/${resource.version}/${resource.kind}/${rule.condition}`];
  return known && { ...known, ...given('message', rule), ...given('messageExpression', rule) };
}

function given(field: 'message' | 'messageExpression', rule: ConditionRule): Expressions {
  return rule[field] ? { [field]: rule[field] } : {};
}

function conditionOf(type: string, expressions: Expressions, object: unknown): ConditionDraft {
  try {
    const result = (expressions.celExpressions ?? []).every((expression) => {
      const value = evaluateOn(expression, object);
      if (typeof value !== 'boolean') throw new ExpressionError(`expected bool result, got ${typeof value}`);
      return value;
    });
    return {
      type,
      status: result ? 'True' : 'False',
      reason: 'ConditionRuleEvaluated',
      message: messageOf(type, expressions, object, result),
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { type, status: 'False', reason: 'ConditionRuleExpressionError', message: error.message };
  }
}

/** A message that fails does not change what the rule came to. */
function messageOf(type: string, rule: Expressions, object: unknown, result: boolean): string {
  if (rule.messageExpression) {
    try {
      const text = evaluateMessage(rule.messageExpression, object, result);
      if (typeof text !== 'string')
        return `expected message expression to have a string result, got ${typeof text}`;
      if (text !== '') return text;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return error.message;
    }
  }
  return rule.message || `Manifest is ${result ? '' : 'not '}${type}`;
}
