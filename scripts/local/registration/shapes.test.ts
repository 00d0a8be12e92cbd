import { expect, test } from 'vitest';
import type { Node, Pod } from '../../../src/api/core.ts';
import { largestFits } from './shapes.ts';

function node(name: string, allocatable: Record<string, string>, unschedulable = false): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { unschedulable },
    status: { allocatable },
  };
}

function pod(nodeName: string, requests: Record<string, string>): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { nodeName, containers: [{ name: 'c', resources: { requests } }] },
  };
}

test('a shape is what a node has left', () => {
  const nodes = [node('a', { cpu: '4', memory: '8Gi', pods: '10' })];
  expect(largestFits(nodes, [pod('a', { cpu: '1500m', memory: '1Gi' })])).toEqual([
    { cpu: 2.5, memory: 7 * 2 ** 30, pods: 9 },
  ]);
});

test('a node that another one beats in everything is no alternative, and one of equals is enough', () => {
  const nodes = [
    node('small', { cpu: '2', memory: '4Gi' }),
    node('twin', { cpu: '4', memory: '8Gi' }),
    node('large', { cpu: '4', memory: '8Gi' }),
    node('fat', { cpu: '1', memory: '64Gi' }),
  ];
  expect(largestFits(nodes, []).map(({ cpu }) => cpu)).toEqual([4, 1]);
});

test('a node that takes no Pods is no place for one', () => {
  expect(largestFits([node('a', { cpu: '4' }, true)], [])).toEqual([]);
});
