import { expect, it } from 'vitest';
import type { Container, PodSpec } from '../api/codeco/v1alpha1/codecoapp.ts';
import { podDemand } from './demand.ts';

function container(requests: Record<string, string>, fields: Partial<Container> = {}): Container {
  return { name: 'c', resources: { requests }, ...fields };
}

it.each<[string, PodSpec, Record<string, number>]>([
  [
    'containers add up, in cores and GiB',
    { containers: [container({ cpu: '250m', memory: '512Mi' }), container({ cpu: '1' })] },
    { cpu: 1.25, memory: 0.5, pods: 1 },
  ],
  [
    'limits stand in for requests that are not given',
    {
      containers: [
        { name: 'c', resources: { requests: { cpu: '100m' }, limits: { cpu: '2', memory: '1Gi' } } },
      ],
    },
    { cpu: 0.1, memory: 1, pods: 1 },
  ],
  [
    'a big init container sets the least, and does not add up',
    {
      containers: [container({ cpu: '1' })],
      initContainers: [container({ cpu: '3' }), container({ cpu: '2' })],
    },
    { cpu: 3, pods: 1 },
  ],
  [
    'a sidecar runs beside what starts after it and beside the containers',
    {
      containers: [container({ cpu: '1' })],
      initContainers: [container({ cpu: '500m' }, { restartPolicy: 'Always' }), container({ cpu: '2' })],
    },
    { cpu: 2.5, pods: 1 },
  ],
  [
    'an init container before the sidecar does not run beside it',
    {
      containers: [container({ cpu: '1' })],
      initContainers: [container({ cpu: '2' }), container({ cpu: '500m' }, { restartPolicy: 'Always' })],
    },
    { cpu: 2, pods: 1 },
  ],
  [
    'the overhead of the runtime class comes on top',
    { containers: [container({ cpu: '1' })], overhead: { cpu: '250m', memory: '120Mi' } },
    { cpu: 1.25, memory: 0.1171875, pods: 1 },
  ],
  [
    'requests of the Pod as a whole stand in place of the sum',
    { containers: [container({ cpu: '1', memory: '1Gi' })], resources: { requests: { cpu: '4' } } },
    { cpu: 4, memory: 1, pods: 1 },
  ],
  [
    'devices are counted in pieces',
    { containers: [container({ 'nvidia.com/gpu': '2' })] },
    { 'nvidia.com/gpu': 2, pods: 1 },
  ],
  ['a Pod without requests still takes a place', { containers: [{ name: 'c' }] }, { pods: 1 }],
])('%s', (_name, podspec, demand) => {
  expect(podDemand(podspec)).toEqual(demand);
});
