import { expect, test } from 'vitest';
import type { ConditionDraft } from '../../../../src/api/conditions.ts';
import type { ConditionRule } from '../../../../src/api/ocm/manifestwork.ts';
import { defineResource } from '../../../../src/api/resource.ts';
import type { Manifest } from '../manifest.ts';
import { aggregatedConditions, conditionsOf } from './rules.ts';

const deployment = {
  resource: defineResource<Manifest>('apps', 'v1', 'Deployment', 'deployments', 'Namespaced'),
  key: { namespace: 'n', name: 'd' },
};
const live: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'n', labels: { 'a/b': 'c' } },
  spec: { replicas: 2 },
  status: {
    readyReplicas: 1,
    ratio: 0.5,
    conditions: [{ type: 'Available', status: 'False', reason: 'Missing' }],
  },
};

const cel = (celExpressions: string[], more: Partial<ConditionRule> = {}): ConditionRule => ({
  condition: 'Degraded',
  type: 'CEL',
  celExpressions,
  ...more,
});
const of = (...rules: ConditionRule[]) => conditionsOf(rules, deployment, live);

test.each([
  ['object.status.readyReplicas < object.spec.replicas', 'True'],
  ['object.status.readyReplicas + 1 < object.spec.replicas', 'False'],
  ['object.status.ratio < 0.6', 'True'],
  [`object.status.conditions.exists(c, c.type == 'Available' && c.status == 'False')`, 'True'],
  [`object.metadata.labels['a/b'] == 'c'`, 'True'],
  ['has(object.status.nothing) && object.status.nothing > 1', 'False'],
  ['hasConditions(object.status)', 'True'],
  ['hasConditions(object.spec)', 'False'],
  [`object.kind.startsWith('Dep') && size(object.metadata.name) == 1`, 'True'],
  [`object.metadata.?annotations.?x.orValue('none') == 'none'`, 'True'],
])('%s is %s', (expression, status) => {
  expect(of(cel([expression]))).toMatchObject([{ status, reason: 'ConditionRuleEvaluated' }]);
});

test('all expressions of a rule must hold', () => {
  expect(of(cel(['true', 'false', 'object.nothing']))).toMatchObject([{ status: 'False' }]);
  expect(of(cel(['true', 'true']))).toMatchObject([{ status: 'True' }]);
});

test.each([
  ['what cannot be read', 'object.status.('],
  ['a key that is missing', 'object.status.nothing > 1'],
  ['a result that is no bool', 'object.status.readyReplicas'],
  ['a variable that is not there', 'self.status.readyReplicas > 0'],
])('%s reads as False, with a reason that tells it from a no', (_, expression) => {
  expect(of(cel([expression]))).toEqual([
    {
      type: 'Degraded',
      status: 'False',
      reason: 'ConditionRuleExpressionError',
      message: expect.stringMatching(/./),
    },
  ]);
});

test('the message is the expression, else the text, else what the rule came to', () => {
  const expression = `string(object.status.readyReplicas) + ' of ' + string(object.spec.replicas) + (result ? ' ready' : ' missing')`;
  const messages = of(
    cel(['true'], { messageExpression: expression, message: 'text' }),
    cel(['false'], { messageExpression: `''`, message: 'text' }),
    cel(['true']),
    cel(['false']),
    cel(['true'], { messageExpression: '1', message: 'text' }),
  ).map(({ status, message }) => `${status} ${message}`);
  expect(messages).toEqual([
    'True 1 of 2 ready',
    'False text',
    'True Manifest is Degraded',
    'False Manifest is not Degraded',
    'True expected message expression to have a string result, got bigint',
  ]);
});

test('well-known conditions are the completion of Job and Pod, and nothing else', () => {
  const rule: ConditionRule = { condition: 'Complete', type: 'WellKnownConditions' };
  const job = {
    ...deployment,
    resource: defineResource<Manifest>('batch', 'v1', 'Job', 'jobs', 'Namespaced'),
  };
  const status = { conditions: [{ type: 'Failed', status: 'True' }] };
  expect(conditionsOf([rule], job, { ...live, status })).toMatchObject([
    { type: 'Complete', status: 'True', message: 'Job is finished' },
  ]);
  expect(conditionsOf([rule], job, { ...live, status: {} })).toMatchObject([
    { type: 'Complete', status: 'False', message: 'Job is not finished' },
  ]);
  expect(of(rule)).toEqual([]);
  expect(conditionsOf([{ ...rule, condition: 'Progressing' }], job, live)).toEqual([]);
});

const draft = (type: string, status: ConditionDraft['status'], message = ''): ConditionDraft => ({
  type,
  status,
  reason: 'ConditionRuleEvaluated',
  message,
});

test('a work is Degraded=False as soon as one manifest is, and Progressing=True as soon as one is', () => {
  const works = aggregatedConditions([
    [draft('Degraded', 'True'), draft('Progressing', 'False')],
    [draft('Degraded', 'False'), draft('Progressing', 'True')],
    [draft('Degraded', 'Unknown'), draft('Progressing', 'Unknown')],
  ]);
  expect(works).toEqual([
    {
      type: 'Degraded',
      status: 'False',
      reason: 'ConditionRulesAggregated',
      message: 'Aggregated from 3 manifest conditions',
    },
    expect.objectContaining({ type: 'Progressing', status: 'True' }),
  ]);
});

test('the message of a single manifest is the message of the work', () => {
  expect(aggregatedConditions([[draft('Complete', 'True', 'done')], []])).toMatchObject([
    { type: 'Complete', status: 'True', message: 'done' },
  ]);
});
