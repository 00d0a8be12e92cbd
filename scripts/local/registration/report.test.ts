import { expect, test } from 'vitest';
import type { Node, Pod } from '../../../src/api/core.ts';
import { sum } from './report.ts';
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
