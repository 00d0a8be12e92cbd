import { describe, expect, it } from 'vitest';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import { type CandidateInput, candidatesOf } from './candidates.ts';

function cluster(
  name: string,
  options: { accepted?: boolean; available?: 'True' | 'False' | 'Unknown'; deleting?: boolean } = {},
): ManagedCluster {
  const { accepted = true, available = 'True', deleting = false } = options;
  return {
    apiVersion: 'cluster.open-cluster-management.io/v1',
    kind: 'ManagedCluster',
    metadata: { name, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { hubAcceptsClient: accepted },
    status: {
      conditions: [
        {
          type: 'ManagedClusterConditionAvailable',
          status: available,
          reason: available === 'True' ? 'ManagedClusterAvailable' : 'ManagedClusterLeaseUpdateStopped',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    },
  };
}

function decide(clusters: ManagedCluster[], changes: Partial<CandidateInput> = {}) {
  return candidatesOf({
    namespace: 'shop',
    spec: {},
    clusters,
    setsOf: () => ['edge'],
    boundSets: new Set(['edge']),
    policy: { grantedSets: new Set(), denied: () => undefined },
    placement: undefined,
    runsOn: new Set(),
    ...changes,
  });
}

describe('candidatesOf', () => {
  it('takes accepted, available clusters of a bound set, sorted', () => {
    expect(decide([cluster('b'), cluster('a')])).toEqual({ names: ['a', 'b'], silent: [], excluded: {} });
  });

  it.each<[string, ManagedCluster, Partial<CandidateInput>, string]>([
    [
      'is not accepted',
      cluster('a', { accepted: false }),
      {},
      'not accepted by the hub (spec.hubAcceptsClient)',
    ],
    ['is being detached', cluster('a', { deleting: true }), {}, 'is being detached'],
    ['never joined', { ...cluster('a'), status: {} }, {}, 'has not joined yet'],
    [
      'is silent',
      cluster('a', { available: 'Unknown' }),
      {},
      'not available (ManagedClusterLeaseUpdateStopped)',
    ],
    [
      'is in no set',
      cluster('a'),
      { setsOf: () => [] },
      'is in no cluster set; none is bound to namespace shop or granted to it',
    ],
    [
      'is in a set that is not bound',
      cluster('a'),
      { boundSets: new Set() },
      'is in cluster set edge; none is bound to namespace shop or granted to it',
    ],
    [
      'is in no set that the app names',
      cluster('a'),
      { spec: { clusterSets: ['cloud'] } },
      'not in spec.clusterSets (cloud)',
    ],
    [
      'is not among the decisions of the Placement',
      cluster('a'),
      { spec: { placementRef: { name: 'near' } }, placement: new Set(['b']) },
      'not chosen by Placement near',
    ],
    [
      'is denied by a policy, bound or not',
      cluster('a'),
      {
        policy: {
          grantedSets: new Set(['edge']),
          denied: () => 'denied by FederationPolicy p',
        },
      },
      'denied by FederationPolicy p',
    ],
  ])('leaves out a cluster that %s, with the reason', (_name, managed, changes, reason) => {
    expect(decide([managed], changes)).toEqual({ names: [], silent: [], excluded: { a: reason } });
  });

  it('takes a cluster of a set that a policy grants', () => {
    const policy = { grantedSets: new Set(['edge']), denied: () => undefined };
    expect(decide([cluster('a')], { boundSets: new Set(), policy }).names).toEqual(['a']);
  });

  it('keeps a silent cluster for what runs there, since silent is not lost', () => {
    const clusters = [cluster('a', { available: 'Unknown' }), cluster('b')];
    expect(decide(clusters, { runsOn: new Set(['a']) })).toEqual({
      names: ['a', 'b'],
      silent: ['a'],
      excluded: {},
    });
  });
});
