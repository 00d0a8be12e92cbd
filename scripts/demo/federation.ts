import type { ClusterSpec } from '../local/federation.ts';

/** Namespace of the demonstration on the hub, and of its workloads on the managed clusters. */
export const NAMESPACE = 'demo';

/** Four clusters of different character; examples/federation says what they cost and emit. */
export const CLUSTERS: readonly ClusterSpec[] = [
  {
    name: 'cloud-1',
    telemetry: true,
    nodes: [1, 2].map((n) => ({ name: `cloud-1-${n}`, allocatable: { cpu: '16', memory: '64Gi' } })),
  },
  {
    name: 'regional-1',
    telemetry: true,
    nodes: [{ name: 'regional-1-1', allocatable: { cpu: '8', memory: '32Gi' } }],
  },
  { name: 'edge-a', nodes: [{ name: 'edge-a-1', allocatable: { cpu: '4', memory: '8Gi' } }] },
  { name: 'edge-b', nodes: [{ name: 'edge-b-1', allocatable: { cpu: '4', memory: '8Gi' } }] },
];

/** The applications in the order in which they are applied, and whether they should run. */
export const APPLICATIONS = [
  { file: 'bookinfo.yaml', name: 'bookinfo', runs: true },
  { file: 'vision.yaml', name: 'vision', runs: true },
  { file: 'impossible.yaml', name: 'press-line', runs: false },
] as const;
