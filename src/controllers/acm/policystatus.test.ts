import { describe, expect, test } from 'vitest';
import { aCluster, aSnapshot } from '../../../test/support/federation.ts';
import type { FederationPolicy, FederationPolicySpec } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../api/conditions.ts';
import { federationFacts } from './federationfacts.ts';
import { policyStatus } from './policystatus.ts';

function aPolicy(name: string, spec: FederationPolicySpec): FederationPolicy {
  return { apiVersion: API_VERSION, kind: 'FederationPolicy', metadata: { name, generation: 1 }, spec };
}

/** Status of the first of the policies, over namespaces shop and lab and three clusters of set `all`. */
function status(...policies: FederationPolicy[]) {
  const clusters = ['a', 'b', 'c'].map((name) => aCluster(name));
  const namespaces = [
    { metadata: { name: 'shop' } },
    { metadata: { name: 'lab', labels: { team: 'science' } } },
  ];
  const snapshot = aSnapshot({ clusters, apps: [], policies, namespaces });
  return policyStatus(policies[0]!, federationFacts(snapshot), '2026-01-01T00:00:00Z');
}

test('namespaces that a policy is about are counted and named', () => {
  expect(status(aPolicy('p', {})).namespaces).toEqual({ selected: 2, names: ['lab', 'shop'] });
  const science = aPolicy('p', { namespaces: { matchLabels: { team: 'science' } } });
  expect(status(science).namespaces).toEqual({ selected: 1, names: ['lab'] });
});

describe('sets that a policy grants', () => {
  test('are told with the clusters that it does not deny', () => {
    const policy = aPolicy('p', { clusterSets: ['all'], deny: { clusters: ['b'] } });
    expect(status(policy).clusterSets).toEqual([{ name: 'all', clusters: 2 }]);
  });

  test('and do not exist are named, with the nearest one that does', () => {
    const found = status(aPolicy('p', { clusterSets: ['alll'] }));
    expect(found.clusterSets).toEqual([]);
    expect(findCondition(found.conditions, 'SetsExist')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('cluster set alll does not exist; did you mean all?'),
    });
  });
});

describe('of several policies on a namespace', () => {
  const lax = aPolicy('lax', {
    connectivity: 'Assumed',
    podSecurity: 'privileged',
    onViolation: 'Move',
    moves: { budget: 9, cooldown: '10m' },
  });

  test('the laxer one says which of its rules give way, to which policy, where', () => {
    const strict = aPolicy('strict', {
      namespaces: { names: ['shop'] },
      connectivity: 'None',
      podSecurity: 'restricted',
      onViolation: 'Report',
      moves: { budget: 1, cooldown: '1h' },
    });
    const told = findCondition(status(lax, strict).conditions, 'Overruled');
    expect(told).toMatchObject({ status: 'True', reason: 'StricterPolicy' });
    expect(told?.message).toContain(
      'connectivity Assumed gives way to None (FederationPolicy strict, namespace shop)',
    );
    expect(told?.message).toContain('podSecurity privileged gives way to restricted');
    expect(told?.message).toContain('and 2 more');
    expect(findCondition(status(strict, lax).conditions, 'Overruled')?.status).toBe('False');
  });

  test('those that share no namespace do not meet', () => {
    const elsewhere = aPolicy('strict', { namespaces: { names: ['other'] }, connectivity: 'None' });
    expect(findCondition(status(lax, elsewhere).conditions, 'Overruled')?.status).toBe('False');
  });
});
