import { expect, test } from 'vitest';
import { defineResource } from '../../../../src/api/resource.ts';
import type { Manifest } from '../manifest.ts';
import { feedbackOf } from './values.ts';

const target = {
  resource: defineResource<Manifest>('apps', 'v1', 'Deployment', 'deployments', 'Namespaced'),
  key: { namespace: 'n', name: 'd' },
};
const live: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'n' },
  status: { readyReplicas: 1, replicas: 2, ratio: 0.5, big: 2 ** 60 },
};

test('well-known values that are not there yet are left out', () => {
  const { values, condition } = feedbackOf([{ type: 'WellKnownStatus' }], target, live);
  expect(values).toEqual([
    { name: 'ReadyReplicas', fieldValue: { type: 'Integer', integer: 1 } },
    { name: 'Replicas', fieldValue: { type: 'Integer', integer: 2 } },
  ]);
  expect(condition?.status).toBe('True');
});

test('a kind without well-known status says so', () => {
  const service = {
    ...target,
    resource: defineResource<Manifest>('', 'v1', 'Service', 'services', 'Namespaced'),
  };
  const { values, condition } = feedbackOf([{ type: 'WellKnownStatus' }], service, live);
  expect(values).toEqual([]);
  expect(condition).toMatchObject({ status: 'False', message: expect.stringContaining('v1, Kind=Service') });
});

test('a broken path, a float and a number that JavaScript cannot hold take no other value with them', () => {
  const jsonPaths = [
    { name: 'broken', path: '.status[' },
    { name: 'ratio', path: '.status.ratio' },
    { name: 'big', path: '.status.big' },
    { name: 'ready', path: '.status.readyReplicas' },
  ];
  const { values, condition } = feedbackOf([{ type: 'JSONPaths', jsonPaths }], target, live);
  expect(values.map(({ name }) => name)).toEqual(['ready']);
  expect(condition?.message).toContain('.status[');
  expect(condition?.message).toContain('the type float64 of the value for ratio is not found');
  expect(condition?.message).toContain('for big is not found');
});

test('a path for another version is refused', () => {
  const jsonPaths = [{ name: 'ready', version: 'v1beta1', path: '.status.readyReplicas' }];
  const { values, condition } = feedbackOf([{ type: 'JSONPaths', jsonPaths }], target, live);
  expect(values).toEqual([]);
  expect(condition?.status).toBe('False');
});

test('without rules there is nothing to deliver, and that is said', () => {
  expect(feedbackOf([], target, live)).toEqual({
    values: [],
    condition: {
      type: 'StatusFeedbackSynced',
      status: 'True',
      reason: 'NoStatusFeedbackSynced',
      message: '',
    },
  });
});
