import { describe, expect, it } from 'vitest';
import { aCluster } from '../../test/support/federation.ts';
import type { ManagedClusterSet } from '../api/ocm/managedclusterset.ts';
import type { PlacementDecision } from '../api/ocm/placementdecision.ts';
import { placementClusters, setMembership } from './clustersets.ts';

function set(name: string, spec: ManagedClusterSet['spec']): ManagedClusterSet {
  return { apiVersion: 'v1beta2', kind: 'ManagedClusterSet', metadata: { name }, spec };
}

function page(name: string, placement: string, clusters: string[], namespace = 'shop'): PlacementDecision {
  return {
    apiVersion: 'v1beta1',
    kind: 'PlacementDecision',
    metadata: { namespace, name, labels: { 'cluster.open-cluster-management.io/placement': placement } },
    status: { decisions: clusters.map((clusterName) => ({ clusterName, reason: '' })) },
  };
}

describe('setMembership', () => {
  const byLabel = (selector: object) => ({
    clusterSelector: { selectorType: 'LabelSelector' as const, labelSelector: selector },
  });

  it('goes by the exclusive label, by label selectors, and by nothing else', () => {
    const setsOf = setMembership(
      [
        set('all', {}),
        set('global', byLabel({})),
        set('edge', byLabel({ matchExpressions: [{ key: 'tier', operator: 'In', values: ['edge'] }] })),
        set('other', {}),
      ],
      [aCluster('a', { labels: { tier: 'edge' } }), aCluster('b')],
    );
    expect(setsOf('a')).toEqual(['all', 'edge', 'global']);
    expect(setsOf('b')).toEqual(['all', 'global']);
    expect(setsOf('unknown')).toEqual([]);
  });

  it('knows no set that does not exist, whatever a cluster writes on itself', () => {
    expect(setMembership([], [aCluster('a')])('a')).toEqual([]);
  });
});

describe('placementClusters', () => {
  const pages = [page('near-1', 'near', ['a']), page('near-2', 'near', ['b']), page('far-1', 'far', ['c'])];

  it('unites all pages of a Placement of the namespace', () => {
    expect(placementClusters(pages, 'shop', 'near')).toEqual(new Set(['a', 'b']));
    expect(placementClusters(pages, 'other', 'near')).toEqual(new Set());
  });

  it('narrows nothing without a reference', () => {
    expect(placementClusters(pages, 'shop', undefined)).toBeUndefined();
  });
});
