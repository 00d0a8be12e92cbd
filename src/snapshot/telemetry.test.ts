import { expect, it } from 'vitest';
import { aCluster, NOW } from '../../test/support/federation.ts';
import type { ClusterTelemetry } from '../api/codeco/v1alpha1/clustertelemetry.ts';
import { clusterUse } from './telemetry.ts';

function telemetry(spec: Partial<ClusterTelemetry['spec']>, namespace = 'a'): ClusterTelemetry {
  return {
    apiVersion: 'v1alpha1',
    kind: 'ClusterTelemetry',
    metadata: { namespace, name: namespace },
    spec: { allocatable: { cpu: '8', memory: '16Gi', pods: 50 }, ...spec },
  };
}

function useOf(...objects: ClusterTelemetry[]) {
  return clusterUse({ telemetry: objects, now: NOW }, aCluster('a'), {});
}

it('takes capacity from OCM, and a fifth of cpu and memory for others, without telemetry', () => {
  const { use, shapes } = useOf(telemetry({}, 'b'));
  expect(use.allocatable).toEqual({ cpu: 10, memory: 64, pods: 100 });
  expect(use.requestedByOthers).toBeUndefined();
  expect(use.reserve).toEqual({ cpu: 2, memory: 12.8 });
  expect(shapes).toBeUndefined();
});

it('prefers the reserve that an administrator states', () => {
  const { use } = clusterUse({ telemetry: [], now: NOW }, aCluster('a'), { reserve: { cpu: 4 } });
  expect(use.reserve).toEqual({ cpu: 4, memory: 12.8 });
});

it('takes capacity, others and what apps use from telemetry', () => {
  const { use, shapes } = useOf(
    telemetry({
      requestedByOthers: { cpu: '500m' },
      applications: [{ namespace: 'shop', name: 'web', requested: { cpu: '2' } }],
      shapes: [{ cpu: '3', memory: '4Gi' }],
    }),
  );
  expect(use.allocatable).toEqual({ cpu: 8, memory: 16, pods: 50 });
  expect(use.requestedByOthers).toEqual({ cpu: 0.5 });
  expect(use.observed).toEqual(new Map([['shop/web', { cpu: 2 }]]));
  expect(shapes).toEqual([{ cpu: 3, memory: 4 }]);
});

it('does not believe old telemetry that others use less than the reserve', () => {
  const requestedByOthers = { cpu: '500m', memory: '8Gi' };
  const at = (ms: number) => new Date(NOW - ms).toISOString();
  expect(useOf(telemetry({ requestedByOthers, observedAt: at(60_000) })).use.requestedByOthers).toEqual({
    cpu: 0.5,
    memory: 8,
  });
  expect(useOf(telemetry({ requestedByOthers, observedAt: at(3_600_000) })).use.requestedByOthers).toEqual({
    cpu: 1.6,
    memory: 8,
  });
});
