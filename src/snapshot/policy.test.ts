import { describe, expect, it } from 'vitest';
import type { FederationPolicy } from '../api/codeco/v1alpha1/federationpolicy.ts';
import { policyRules } from './policy.ts';

function rules(...specs: FederationPolicy['spec'][]) {
  const policies = specs.map((spec, index) => ({
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'FederationPolicy',
    metadata: { name: `p${index}` },
    spec,
  }));
  const namespaces = [{ metadata: { name: 'shop', labels: { team: 'red' } } }];
  return policyRules({ policies, namespaces }, 'shop');
}

describe('policyRules', () => {
  it('closes a namespace, and Pods, where any policy says so', () => {
    expect(rules({}, { denyNamespaces: ['shop'] }).closedBy).toEqual(['p1']);
    expect(rules({ denyNamespaces: ['billing'] }).closedBy).toEqual([]);
    expect(rules({ isolation: 'None' }, { isolation: 'Channels' }).isolated).toBe(true);
    expect(rules({ isolation: 'None' }).isolated).toBe(false);
  });

  it('grants nothing and lets no channel cross without a policy', () => {
    const { grantedSets, crossing, denied } = rules();
    expect(grantedSets.size).toBe(0);
    expect(crossing).toBe(false);
    expect(denied('a', ['all'])).toBeUndefined();
  });

  it.each([
    ['all namespaces without a selector', {}, true],
    ['a namespace by name', { namespaces: { names: ['shop'] } }, true],
    ['not another one', { namespaces: { names: ['billing'] } }, false],
    ['a namespace by its labels', { namespaces: { matchLabels: { team: 'red' } } }, true],
    ['not one without the label', { namespaces: { matchLabels: { team: 'blue' } } }, false],
    [
      'only where name and labels hold',
      { namespaces: { names: ['shop'], matchLabels: { team: 'blue' } } },
      false,
    ],
  ])('concerns %s', (_name, selector, concerned) => {
    expect(rules({ ...selector, connectivity: 'Assumed' }).crossing).toBe(concerned);
  });

  it('takes the least connectivity of several', () => {
    expect(rules({ connectivity: 'Assumed' }, { connectivity: 'Skupper' }).crossing).toBe(true);
    expect(rules({ connectivity: 'Assumed' }, { connectivity: 'None' }).crossing).toBe(false);
    expect(rules({ connectivity: 'Assumed' }, { deny: {} }).crossing).toBe(true);
    expect(rules({ deny: {} }).crossing).toBe(false);
  });

  it('adds up grants, and lets a denial name its policy', () => {
    const { grantedSets, denied } = rules(
      { clusterSets: ['edge'] },
      { clusterSets: ['cloud'], deny: { clusters: ['a'], clusterSets: ['test'] } },
    );
    expect([...grantedSets]).toEqual(['edge', 'cloud']);
    expect(denied('a', [])).toBe('denied by FederationPolicy p1');
    expect(denied('b', ['all', 'test'])).toBe('cluster set test is denied by FederationPolicy p1');
    expect(denied('b', ['all'])).toBeUndefined();
  });
});
