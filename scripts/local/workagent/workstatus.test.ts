import { expect, test } from 'vitest';
import { type ManifestResult, workStatus } from './workstatus.ts';

function result(
  name: string,
  ordinal: number,
  applied: 'True' | 'False',
  available: 'True' | 'False' | 'Unknown',
) {
  return {
    resourceMeta: {
      ordinal,
      group: '',
      version: 'v1',
      kind: 'ConfigMap',
      resource: 'configmaps',
      name,
      namespace: 'n',
    },
    applied: { type: 'Applied', status: applied, reason: 'R', message: '' },
    available: { type: 'Available', status: available, reason: 'R', message: '' },
    feedback: { values: [], condition: undefined },
    ruled: [],
  } satisfies ManifestResult;
}

const conditionsOf = (status: ReturnType<typeof workStatus>) =>
  Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: held, message }) => [type, `${held} ${message}`]),
  );

test('a work is False if any manifest is, then Unknown, then True', () => {
  const of = (...results: ManifestResult[]) => conditionsOf(workStatus(undefined, results, 1, 'now'));
  expect(of(result('a', 0, 'True', 'True'), result('b', 1, 'True', 'True'))).toEqual({
    Applied: 'True Apply manifest work complete',
    Available: 'True All resources are available',
  });
  expect(of(result('a', 0, 'False', 'Unknown'), result('b', 1, 'True', 'True'))).toEqual({
    Applied: 'False Failed to apply manifest work',
    Available: 'Unknown 1 of 2 resources have unknown status',
  });
  expect(of(result('a', 0, 'True', 'Unknown'), result('b', 1, 'True', 'False'))).toMatchObject({
    Available: 'False 1 of 2 resources are not available',
  });
});

test('an unchanged world gives equal bytes at another time', () => {
  const results = [result('a', 0, 'True', 'True'), result('b', 1, 'False', 'Unknown')];
  const first = workStatus(undefined, results, 1, 'then');
  expect(JSON.stringify(workStatus(first, results, 1, 'later'))).toBe(JSON.stringify(first));
});

test('a manifest keeps its transition times when another one leaves', () => {
  const first = workStatus(
    undefined,
    [result('a', 0, 'True', 'True'), result('b', 1, 'True', 'True')],
    1,
    'then',
  );
  const second = workStatus(first, [result('b', 0, 'True', 'True')], 2, 'later');
  expect(second.resourceStatus?.manifests?.[0]?.conditions[0]).toMatchObject({
    observedGeneration: 2,
    lastTransitionTime: 'then',
  });
});

test('a condition made by a rule is aggregated, and goes with its rule', () => {
  const ruled = [
    { type: 'Progressing', status: 'True' as const, reason: 'ConditionRuleEvaluated', message: 'at 1 of 2' },
  ];
  const first = workStatus(undefined, [{ ...result('a', 0, 'True', 'True'), ruled }], 1, 'then');
  expect(conditionsOf(first)['Progressing']).toBe('True at 1 of 2');
  const second = workStatus(first, [result('a', 0, 'True', 'True')], 2, 'later');
  expect(second.conditions?.map(({ type }) => type)).toEqual(['Applied', 'Available']);
  expect(second.resourceStatus?.manifests?.[0]?.conditions.map(({ type }) => type)).toEqual([
    'Applied',
    'Available',
  ]);
});

test('conditions that others put on the work stay', () => {
  const conditions = [
    { type: 'Deleting', status: 'False' as const, lastTransitionTime: 'then', reason: 'R', message: '' },
  ];
  const status = workStatus({ conditions }, [result('a', 0, 'True', 'True')], 1, 'now');
  expect(status.conditions?.map(({ type }) => type)).toEqual(['Deleting', 'Applied', 'Available']);
});
