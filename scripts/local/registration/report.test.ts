import { expect, test } from 'vitest';
import type { Node, Pod } from '../../../src/api/core.ts';
import { reportedClaims, sum } from './report.ts';
import { telemetryOf } from './telemetry.ts';

function node(name: string, cpu: string, memory: string, ready = true): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: {
      allocatable: { cpu, memory, pods: '110' },
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

function pod(cpu: string, fields: Partial<Pod['spec']> = {}, labels = {}, phase = 'Running' as const): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels },
    spec: { nodeName: 'a', containers: [{ name: 'c', resources: { requests: { cpu } } }], ...fields },
    status: { phase },
  };
}

test('a cluster offers the sum of its nodes in whole units', () => {
  expect(sum([node('a', '1500m', '1Gi'), node('b', '2', '512Mi')], 'allocatable')).toEqual({
    cpu: '3500m',
    memory: '1610612736',
    pods: '220',
  });
});

test('claims that a cluster makes of itself are reported by name, 20 at most, after the reserved ones', () => {
  const claim = (name: string, value = 'v', labels = {}) => ({
    apiVersion: 'cluster.open-cluster-management.io/v1alpha1',
    kind: 'ClusterClaim',
    metadata: { name, labels },
    spec: { value },
  });
  const many = Array.from({ length: 25 }, (_, index) => claim(`m${String(24 - index).padStart(2, '0')}`));
  const hidden = claim('a-secret', 'v', { 'open-cluster-management.io/spoke-only': '' });
  const reported = reportedClaims(
    [...many, hidden, claim('id.k8s.io', 'own')],
    [
      { name: 'id.k8s.io', value: 'c1' },
      { name: 'kubeversion.open-cluster-management.io', value: 'v1.35.4' },
    ],
  );
  expect(reported.slice(0, 3)).toEqual([
    { name: 'id.k8s.io', value: 'own' },
    { name: 'kubeversion.open-cluster-management.io', value: 'v1.35.4' },
    { name: 'm00', value: 'v' },
  ]);
  expect(reported.map(({ name }) => name).slice(2)).toEqual(
    Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, '0')}`),
  );
});

test('telemetry counts ready nodes, and of Pods those of others that hold resources', () => {
  const pods = [
    pod('250m'),
    pod('1', {}, { 'codeco.he-codeco.eu/app-uid': 'u' }),
    pod('2', { nodeName: '' }, {}, 'Succeeded' as never),
  ];
  expect(telemetryOf([node('a', '4', '8Gi'), node('b', '4', '8Gi', false)], pods)).toMatchObject({
    requestedByOthers: { cpu: '250m', memory: '0', pods: '1' },
    nodes: { ready: 1, total: 2 },
  });
});
