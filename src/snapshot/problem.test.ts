import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDecision, aModel, aService } from '../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot } from '../../test/support/federation.ts';
import { Problem } from '../engine/problem.ts';
import { appStates } from './appstate.ts';
import { buildProblem } from './problem.ts';
import type { Snapshot } from './snapshot.ts';

const channel = (appName: string) => ({
  channelName: `to-${appName}`,
  otherService: { appName, serviceName: 'front', port: 80 },
});
const decided = (app: string) =>
  aPlan(app, {
    decision: aDecision({
      revision: `${app}-r1`,
      assignments: [{ service: 'front', cluster: 'b', replicas: 2 }],
    }),
  });

const SNAPSHOT = aSnapshot({
  clusters: [aCluster('b'), aCluster('a', { labels: { tier: 'edge' } }), aCluster('c', { available: false })],
  apps: [
    anApp(
      'web',
      aModel({ 'codecoapp-msspec': [aService({ serviceChannels: [channel('db'), channel('new')] })] }),
    ),
    anApp('db', aModel()),
    anApp('new', aModel()),
  ],
  plans: [decided('db')],
});

function build(snapshot: Snapshot, ...pending: string[]) {
  return buildProblem(snapshot, appStates(snapshot), new Set(pending));
}

describe('buildProblem', () => {
  it('places the pending apps only; the others hold what they hold and are fixed ends of channels', () => {
    const { problem } = build(SNAPSHOT, 'shop/web');
    expect(problem?.applications.map(({ id }) => id)).toEqual(['shop/web']);
    expect(problem?.fixed).toEqual([
      { application: 'shop/db', service: 'front', shares: [{ location: 'b', replicas: 2 }] },
    ]);
    expect(problem?.locations.map(({ id, free }) => [id, free['cpu']])).toEqual([
      ['a', 8],
      ['b', 7],
      ['c', 8],
    ]);
  });

  it('leaves out a channel to an app that is nowhere yet, and says so', () => {
    const { problem, about } = build(SNAPSHOT, 'shop/web');
    expect(problem?.applications[0]?.channels.map(({ id }) => id)).toEqual(['to-db']);
    expect(about.get('shop/web')?.notes).toEqual([
      'channel to-new: service front of shop/new runs nowhere yet, so the channel is not weighed',
    ]);
  });

  it('ties apps that are placed together to one another', () => {
    const { problem } = build(SNAPSHOT, 'shop/web', 'shop/new');
    const web = problem?.applications.find(({ id }) => id === 'shop/web');
    expect(web?.channels.map(({ to }) => to.application)).toEqual(['shop/db', 'shop/new']);
  });

  it('is a valid file of the public problem format', () => {
    const { problem } = build(SNAPSHOT, 'shop/web', 'shop/new');
    expect(Problem.parse(JSON.parse(JSON.stringify(problem)))).toEqual(problem);
  });

  it('lets an app that is decided again fit where it runs, however little fits beside it', () => {
    const telemetry = {
      apiVersion: 'v1alpha1',
      kind: 'ClusterTelemetry',
      metadata: { namespace: 'b', name: 'b' },
      spec: { allocatable: { cpu: '10' }, requestedByOthers: {}, shapes: [{ cpu: '100m' }] },
    };
    const snapshot = { ...SNAPSHOT, telemetry: [telemetry] };
    const shapes = (pending: string) => build(snapshot, pending).problem?.locations[1]?.shapes;
    expect(shapes('shop/db')).toEqual([{ cpu: 0.1 }, { cpu: 0.5, memory: 0.25, pods: 1 }]);
    expect(shapes('shop/new')).toEqual([{ cpu: 0.1 }]);
  });

  it('passes on the taints of administrators, and not those that OCM sets on a silent cluster', () => {
    const tainted = aCluster('a');
    tainted.spec.taints = [
      { key: 'cluster.open-cluster-management.io/unreachable', effect: 'NoSelect' },
      { key: 'gpu', value: 'only', effect: 'NoSelect' },
    ];
    const { problem } = build(aSnapshot({ clusters: [tainted], apps: [anApp('one', aModel())] }), 'shop/one');
    expect(problem?.locations[0]?.taints).toEqual([{ key: 'gpu', value: 'only', effect: 'NoSelect' }]);
  });

  it('refuses an app whose model cannot be read, alone', () => {
    const broken = aModel({
      'codecoapp-msspec': [
        aService({
          serviceChannels: [
            {
              ...channel(''),
              otherService: { serviceName: 'back', port: 80 },
              advancedChannelSettings: { maxDelay: 'soon' },
            },
          ],
        }),
      ],
    });
    const snapshot = aSnapshot({
      clusters: [aCluster('a')],
      apps: [anApp('bad', broken), anApp('good', aModel())],
    });
    const { problem, refused } = build(snapshot, 'shop/bad', 'shop/good');
    expect(problem?.applications.map(({ id }) => id)).toEqual(['shop/good']);
    expect(refused.get('shop/bad')?.[0]?.message).toContain('"soon" is not a duration');
  });

  it('asks nothing when the hub has no cluster', () => {
    const { problem, refused } = build(
      aSnapshot({ clusters: [], apps: [anApp('one', aModel())] }),
      'shop/one',
    );
    expect(problem).toBeUndefined();
    expect(refused.get('shop/one')?.[0]?.message).toBe(
      'no cluster is a candidate: the hub has no ManagedCluster (kubectl get managedclusters)',
    );
  });

  it('gives the same bytes whatever the order of the objects', () => {
    const full: Snapshot = {
      ...SNAPSHOT,
      capabilities: [
        codeco('ClusterCapability', 'set', { select: { clusterSets: ['all'] }, zone: 'z', region: 'eu' }),
        codeco('ClusterCapability', 'one', { select: { names: ['a'] }, zone: 'y', availability: 0.99 }),
        codeco('ClusterCapability', 'two', { select: { names: ['a'] }, availability: 0.9 }),
      ],
      telemetry: ['a', 'b'].map((name) => ({
        ...codeco('ClusterTelemetry', name, { allocatable: { cpu: '0.3', memory: '5Gi', pods: 9 } }),
        metadata: { namespace: name, name },
      })),
      topologies: ['one', 'two'].map((name, index) => ({
        ...codeco('NetworkTopology', name, {
          links: [{ from: 'a', to: 'b', delay: `${index + 1}ms`, bandwidth: '1G', bidirectional: true }],
          nodes: [`router-${name}`],
        }),
        metadata: { namespace: 'codeco-system', name },
      })),
      policies: [
        codeco('FederationPolicy', 'open', { connectivity: 'Assumed' as const }),
        codeco('FederationPolicy', 'deny', { connectivity: 'Assumed' as const, deny: { clusters: ['c'] } }),
        codeco('FederationPolicy', 'deny-too', {
          connectivity: 'Assumed' as const,
          deny: { clusters: ['c'] },
        }),
      ],
      plans: [decided('db'), { ...decided('gone'), spec: {} }],
    };
    const reference = JSON.stringify(build(full, 'shop/web', 'shop/new').problem);
    expect(reference).toContain('router-one');
    const shuffled = fc.record({
      apps: permuted(full.apps),
      revisions: permuted(full.revisions),
      plans: permuted(full.plans),
      managedClusters: permuted(full.managedClusters),
      capabilities: permuted(full.capabilities),
      telemetry: permuted(full.telemetry),
      topologies: permuted(full.topologies),
      policies: permuted(full.policies),
      pending: permuted(['shop/web', 'shop/new']),
    });
    fc.assert(
      fc.property(shuffled, ({ pending, ...lists }) => {
        expect(JSON.stringify(build({ ...full, ...lists }, ...pending).problem)).toBe(reference);
      }),
    );
  });
});

function codeco<S>(kind: string, name: string, spec: S) {
  return { apiVersion: 'codeco.he-codeco.eu/v1alpha1', kind, metadata: { name }, spec };
}

function permuted<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}
