import { describe, expect, it } from 'vitest';
import { aCluster } from '../../test/support/federation.ts';
import type { ClusterCapability } from '../api/codeco/v1alpha1/clustercapability.ts';
import { type ClusterFacts, clusterFacts } from './capability.ts';

const EDGE = aCluster('edge-a', { labels: { tier: 'edge' } });

function factsOf(...specs: ClusterCapability['spec'][]): ClusterFacts | undefined {
  const capabilities = specs.map((spec, index) => ({
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'ClusterCapability',
    metadata: { name: `c${index}` },
    spec,
  }));
  return clusterFacts(capabilities, [EDGE], () => ['all']).get('edge-a');
}

describe('clusterFacts', () => {
  it('takes each fact from the most specific capability that states it', () => {
    expect(
      factsOf(
        { select: { clusterSets: ['all'] }, zone: 'set', region: 'eu' },
        { select: { names: ['edge-a'] }, zone: 'name' },
        { select: { matchLabels: { tier: 'edge' }, trustLabels: true }, zone: 'label', availability: 0.9 },
      ),
    ).toEqual({ zone: 'name', region: 'eu', availability: 0.9 });
  });

  it('does not know a fact that two equally specific capabilities state differently', () => {
    const a = { select: { names: ['edge-a'] }, zone: 'z1', region: 'eu' };
    const b = { select: { names: ['edge-a'] }, zone: 'z2', region: 'eu' };
    expect(factsOf(a, b)).toEqual({ region: 'eu' });
  });

  it('does not fall back to a less specific statement when the specific ones differ', () => {
    expect(
      factsOf(
        { select: { clusterSets: ['all'] }, zone: 'set' },
        { select: { names: ['edge-a'] }, zone: 'z1' },
        { select: { names: ['edge-a'] }, zone: 'z2' },
      ),
    ).toEqual({});
  });

  it('believes labels only where the capability trusts them, and never a selector of none', () => {
    expect(factsOf({ select: { matchLabels: { tier: 'edge' } }, zone: 'z' })).toEqual({});
    expect(factsOf({ select: { matchLabels: {}, trustLabels: true }, zone: 'z' })).toEqual({});
    expect(factsOf({ select: { matchLabels: { tier: 'edge' }, trustLabels: true }, zone: 'z' })).toEqual({
      zone: 'z',
    });
  });

  it('translates into the units of the engine', () => {
    expect(
      factsOf({
        select: { names: ['edge-a'] },
        securityClass: 'High',
        complianceClass: 'Low',
        priceUSDPerHour: { cpu: 0.04, memoryGiB: 0.005, 'nvidia.com/gpu': 1 },
        power: { wattsIdlePerVCPU: 1, wattsFullPerVCPU: 5, pue: 1.5 },
        grid: { gramsPerKWh: 300 },
        reserve: { cpu: '500m', memory: '2Gi' },
      }),
    ).toEqual({
      securityClass: 4,
      complianceClass: 0,
      priceUSDPerHour: { cpu: 0.04, memory: 0.005, 'nvidia.com/gpu': 1 },
      wattsPerCore: 6,
      gramsPerKWh: 300,
      reserve: { cpu: 0.5, memory: 2 },
    });
  });
});
