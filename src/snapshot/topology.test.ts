import { describe, expect, it } from 'vitest';
import { NOW } from '../../test/support/federation.ts';
import type { NetworkTopology } from '../api/codeco/v1alpha1/networktopology.ts';
import { linkFacts } from './topology.ts';

const CLUSTERS = new Set(['a', 'b']);

function topology(namespace: string, spec: NetworkTopology['spec']): NetworkTopology {
  return { apiVersion: 'v1alpha1', kind: 'NetworkTopology', metadata: { namespace, name: 'links' }, spec };
}

function read(...topologies: NetworkTopology[]) {
  return linkFacts({ topologies, topologyNamespaces: ['codeco-system'], now: NOW }, CLUSTERS);
}

describe('linkFacts', () => {
  it('reads declared links in engine units, both ways where they say so, and network nodes', () => {
    const link = { from: 'a', to: 'hub', delay: '2ms', bandwidth: '1G', loss: 0.01, bidirectional: true };
    const { facts, nodes } = read(topology('codeco-system', { links: [link], nodes: ['hub', 'a'] }));
    const figures = { origin: 'Declared', delayMs: 2, bandwidthMbps: 1000, loss: 0.01 };
    expect(facts).toEqual([
      { from: 'a', to: 'hub', ...figures },
      { from: 'hub', to: 'a', ...figures },
    ]);
    expect(nodes).toEqual(['hub']);
  });

  it('lets a cluster speak only of links that start at itself', () => {
    const { facts, nodes } = read(
      topology('a', { links: [{ from: 'b', to: 'b', delay: '4ms' }], nodes: ['x'] }),
    );
    expect(facts).toEqual([{ from: 'a', to: 'b', origin: 'Measured', delayMs: 4 }]);
    expect(nodes).toEqual([]);
  });

  it('does not read a tenant’s namespace', () => {
    expect(read(topology('shop', { links: [{ from: 'a', to: 'b', delay: '0s' }] })).facts).toEqual([]);
  });

  it('forgets what is past its validity, and what has an unreadable figure keeps the others', () => {
    const links = [
      { from: 'a', to: 'b', delay: '1ms', validUntil: new Date(NOW - 1).toISOString() },
      { from: 'b', to: 'a', delay: '10m', bandwidth: '5M', validUntil: new Date(NOW + 1).toISOString() },
    ];
    expect(read(topology('codeco-system', { links })).facts).toEqual([
      { from: 'b', to: 'a', origin: 'Declared', bandwidthMbps: 5 },
    ]);
  });
});
