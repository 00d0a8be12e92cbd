import { describe, expect, test } from 'vitest';
import { aDecision, aModel, aService } from '../../../test/support/appstate.ts';
import { aCluster, aPlan, aSnapshot } from '../../../test/support/federation.ts';
import type { AssignmentPlan, PlannedChannel } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { ClusterCapability } from '../../api/codeco/v1alpha1/clustercapability.ts';
import type { CodecoApp, CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { FederationPolicySpec } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import type { ManagedCluster } from '../../api/ocm/managedcluster.ts';
import { federationFacts } from './federationfacts.ts';
import { violationsOf } from './violations.ts';

function anApp(spec: CodecoAppSpec): CodecoApp {
  const metadata = { namespace: 'shop', name: 'web', uid: 'uid-web', generation: 2 };
  return { apiVersion: API_VERSION, kind: 'CodecoApp', metadata, spec };
}

function aPolicy(name: string, spec: FederationPolicySpec) {
  return { apiVersion: API_VERSION, kind: 'FederationPolicy', metadata: { name }, spec };
}

function aCapability(name: string, spec: ClusterCapability['spec']): ClusterCapability {
  return { apiVersion: API_VERSION, kind: 'ClusterCapability', metadata: { name }, spec };
}

interface World {
  spec?: CodecoAppSpec;
  clusters?: ManagedCluster[];
  policies?: ReturnType<typeof aPolicy>[];
  capabilities?: ClusterCapability[];
  plan?: AssignmentPlan;
  bound?: boolean;
}

/** `web` of namespace shop runs front on edge-a, in a set that is bound to the namespace. */
function violations(world: World = {}) {
  const {
    spec = aModel(),
    clusters = [aCluster('edge-a')],
    policies = [],
    capabilities = [],
    bound = true,
  } = world;
  const snapshot = aSnapshot({ clusters, apps: [], policies, capabilities });
  const facts = federationFacts({ ...snapshot, setBindings: bound ? snapshot.setBindings : [] });
  const plan = world.plan ?? aPlan('web', { decision: aDecision() });
  return violationsOf(anApp(spec), spec, plan, { security: true, compliance: true }, facts);
}

describe('what runs violates nothing', () => {
  test('while its cluster is allowed', () => {
    expect(violations()).toEqual([]);
  });

  test('when its cluster is merely silent, is full, or is gone', () => {
    expect(violations({ clusters: [aCluster('edge-a', { available: false })] })).toEqual([]);
    expect(violations({ clusters: [aCluster('edge-a', { cpu: '1m' })] })).toEqual([]);
    expect(violations({ clusters: [aCluster('edge-b')] })).toEqual([]);
  });
});

describe('what runs violates a rule of today, which is named with the cluster,', () => {
  test('when a policy denies the cluster', () => {
    const policies = [aPolicy('no-edge', { deny: { clusters: ['edge-a'] } })];
    expect(violations({ policies })).toEqual([
      {
        service: 'front',
        cluster: 'edge-a',
        rule: 'Candidate',
        message: 'denied by FederationPolicy no-edge',
      },
    ]);
  });

  test('when its cluster set is no longer bound', () => {
    expect(violations({ bound: false })).toMatchObject([
      { cluster: 'edge-a', rule: 'Candidate', message: expect.stringContaining('none is bound') },
    ]);
  });

  test('when the cluster loses the class that the app asks for', () => {
    const spec = aModel({ securityClass: 'High' });
    const held = (securityClass: 'High' | 'Low') => [
      aCapability('a', { select: { names: ['edge-a'] }, securityClass }),
    ];
    expect(violations({ spec, capabilities: held('High') })).toEqual([]);
    expect(violations({ spec, capabilities: held('Low') })).toMatchObject([{ rule: 'SecurityClass' }]);
  });

  test('when the cluster loses the label that the service selects', () => {
    const placement = { clusterSelector: { matchLabels: { tier: 'edge' } } };
    const spec = aModel({ 'codecoapp-msspec': [aService({ placement })] });
    expect(violations({ spec, clusters: [aCluster('edge-a', { labels: { tier: 'edge' } })] })).toEqual([]);
    expect(violations({ spec })).toMatchObject([
      { rule: 'Selector', message: expect.stringContaining('label tier is not set') },
    ]);
  });

  test('when a channel crosses clusters and connectivity is taken back', () => {
    const channel: PlannedChannel = {
      channel: 'calls',
      from: 'front',
      to: 'back',
      fromCluster: 'edge-a',
      toCluster: 'edge-b',
      serviceClass: 'BESTEFFORT',
    };
    const plan = aPlan('web', { decision: aDecision({ channels: [channel] }) });
    expect(violations({ plan, policies: [aPolicy('p', { connectivity: 'Assumed' })] })).toEqual([]);
    expect(violations({ plan })).toMatchObject([
      { service: 'front', rule: 'Connectivity', message: expect.stringContaining('channel calls crosses') },
    ]);
  });
});
