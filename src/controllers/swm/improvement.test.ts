import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAttempt, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot, NOW } from '../../../test/support/federation.ts';
import type { FederationPolicySpec } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { check } from '../../engine/check.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { improve } from './improvement.ts';
import { inThread } from './solver.ts';

function aPolicy(spec: FederationPolicySpec, name = 'p') {
  return { apiVersion: 'codeco.he-codeco.eu/v1alpha1', kind: 'FederationPolicy', metadata: { name }, spec };
}

function price(cluster: string, cpu: number) {
  return {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'ClusterCapability',
    metadata: { name: cluster },
    spec: { select: { names: [cluster] }, priceUSDPerHour: { cpu } },
  };
}

interface World {
  policies?: ReturnType<typeof aPolicy>[];
  prices?: Record<string, number>;
  movedAt?: string;
  apps?: string[];
  ready?: number;
  snapshot?: Partial<Snapshot>;
}

/** Apps that run on `a`; `b` has room. */
function look({ policies = [], prices = {}, movedAt, apps = ['web'], ready = 1, snapshot: changes }: World) {
  const snapshot: Snapshot = {
    ...aSnapshot({
      clusters: [aCluster('a'), aCluster('b')],
      apps: apps.map((name) =>
        anApp(name, aModel({ 'codecoapp-msspec': [aService()], performanceProfile: 'Cost' })),
      ),
      capabilities: Object.entries(prices).map(([cluster, cpu]) => price(cluster, cpu)),
      policies,
      plans: apps.map((name) => ({
        ...aPlan(name, {
          decision: aDecision({
            revision: `${name}-r1`,
            assignments: [{ service: 'front', cluster: 'a', replicas: 1 }],
            ...(movedAt === undefined ? {} : { movedAt }),
          }),
          attempt: anAttempt({ generation: 1, revision: `${name}-r1` }),
        }),
        status: { running: [{ service: 'front', cluster: 'a', decision: 'd1', replicas: 1, ready }] },
      })),
    }),
    ...changes,
  };
  const desk = {
    solver: inThread(solve, () => 0),
    referee: check,
    budget: { work: 200_000_000, deadlineMs: 1000, seed: 1 },
    signal: new AbortController().signal,
  };
  return improve(desk, { snapshot, states: appStates(snapshot) }, '', () => true);
}

const denied: FederationPolicySpec = { deny: { clusters: ['a'] } };

describe('an app that breaks a rule of today', () => {
  it('stays where it runs unless policy says onViolation Move', async () => {
    expect((await look({ policies: [aPolicy(denied)] })).specs.size).toBe(0);
    const report = aPolicy({ onViolation: 'Report' }, 'calm');
    expect((await look({ policies: [aPolicy({ ...denied, onViolation: 'Move' }), report] })).specs.size).toBe(
      0,
    );
  });

  it('goes where it may be, with the rule as the cause', async () => {
    const { specs } = await look({ policies: [aPolicy({ ...denied, onViolation: 'Move' })] });
    expect(specs.get('shop/web')?.decision).toMatchObject({
      cause: 'onViolation Move: front on a (Candidate): denied by FederationPolicy p',
      assignments: [{ service: 'front', cluster: 'b', replicas: 1 }],
      movedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('is not moved out of turn, and the reason is known', async () => {
    const resting = await look({
      policies: [aPolicy({ ...denied, onViolation: 'Move' })],
      movedAt: new Date(NOW - 60_000).toISOString(),
    });
    expect(resting.specs.size).toBe(0);
    expect(resting.held.get('shop/web')).toContain('rests until');
    const two = await look({
      policies: [aPolicy({ ...denied, onViolation: 'Move' })],
      apps: ['web', 'shop'],
    });
    expect([...two.specs.keys()]).toEqual(['shop/shop']);
    expect(two.held.get('shop/web')).toContain('1 of 1 moves of this hour are used');
  });

  it('keeps its decision when there is nowhere to go', async () => {
    const nowhere: FederationPolicySpec = { deny: { clusters: ['a', 'b'] }, onViolation: 'Move' };
    expect((await look({ policies: [aPolicy(nowhere)] })).specs.size).toBe(0);
  });
});

describe('an app with a better place', () => {
  const moves = aPolicy({ moves: {} });

  it('stays unless a policy has moves', async () => {
    expect((await look({ prices: { a: 1, b: 0.1 } })).specs.size).toBe(0);
  });

  it('moves when the gain pays for the move', async () => {
    const { specs } = await look({ prices: { a: 1, b: 0.1 }, policies: [moves] });
    expect(specs.get('shop/web')?.decision).toMatchObject({
      cause: expect.stringMatching(/^moves: \d+ % better, the move counted$/),
      assignments: [{ service: 'front', cluster: 'b', replicas: 1 }],
    });
  });

  it('stays at equal cost, and for less than the least gain', async () => {
    const eager = aPolicy({ moves: { leastGain: 0 } });
    expect((await look({ prices: { a: 1, b: 1 }, policies: [eager] })).specs.size).toBe(0);
    expect((await look({ prices: { a: 1, b: 0.97 }, policies: [eager] })).specs.size).toBe(0);
    const strict = aPolicy({ moves: { leastGain: 0.95 } });
    expect((await look({ prices: { a: 1, b: 0.1 }, policies: [strict] })).specs.size).toBe(0);
  });

  it('stays while a decision is still on its way', async () => {
    expect((await look({ prices: { a: 1, b: 0.1 }, policies: [moves], ready: 0 })).specs.size).toBe(0);
  });

  it('stays outside the window', async () => {
    const night = aPolicy({ moves: { windows: ['22:00-23:00'] } });
    expect((await look({ prices: { a: 1, b: 0.1 }, policies: [night] })).specs.size).toBe(0);
  });
});

describe('an app whose link is lost', () => {
  /** `front` on `a` calls `back` on `b` at 100 Mbit/s; without the direct link the calls go over `hub`. */
  function lost(detour: string, policy: FederationPolicySpec, backOn: string[] = ['a', 'b']) {
    const channel = {
      channelName: 'calls',
      otherService: { serviceName: 'back', port: 80 },
      serviceClass: 'ASSURED' as const,
      advancedChannelSettings: { bandwidth: '100M' },
    };
    const model = aModel({
      'codecoapp-msspec': [
        aService({ serviceChannels: [channel], placement: { clusters: ['a'] } }),
        aService({ serviceName: 'back', placement: { clusters: backOn } }),
      ],
    });
    const places = [
      { service: 'front', cluster: 'a', replicas: 1 },
      { service: 'back', cluster: 'b', replicas: 1 },
    ];
    const plan = {
      ...aPlan('web', {
        decision: aDecision({ revision: 'web-r1', assignments: places }),
        attempt: anAttempt({ generation: 1, revision: 'web-r1' }),
      }),
      status: { running: places.map((place) => ({ ...place, decision: 'd1', ready: 1 })) },
    };
    const link = (from: string, to: string) => ({ from, to, delay: '1ms', bandwidth: detour });
    return look({
      policies: [aPolicy({ connectivity: 'Assumed', ...policy })],
      snapshot: {
        apps: [anApp('web', model).head],
        revisions: [anApp('web', model).revision],
        plans: [plan],
        topologies: [
          {
            apiVersion: 'codeco.he-codeco.eu/v1alpha1',
            kind: 'NetworkTopology',
            metadata: { name: 'declared', namespace: 'codeco-system' },
            spec: { nodes: ['hub'], links: [link('a', 'hub'), link('hub', 'b')] },
          },
        ],
      },
    });
  }

  it('goes where its channels have their bandwidth, if policy says onViolation Move', async () => {
    const { specs } = await lost('50M', { onViolation: 'Move' });
    expect(specs.get('shop/web')?.decision).toMatchObject({
      cause: 'onViolation Move: (Bandwidth): 100 of 50 Mbit/s on the link from a to hub',
      assignments: [
        { service: 'back', cluster: 'a' },
        { service: 'front', cluster: 'a' },
      ],
    });
    expect((await lost('50M', {})).specs.size).toBe(0);
  });

  it('stays where the links that are left carry it', async () => {
    expect((await lost('100M', { onViolation: 'Move' })).specs.size).toBe(0);
  });

  it('stays where there is nowhere to go, and the reason is known with its figures', async () => {
    const { specs, held } = await lost('50M', { onViolation: 'Move' }, ['b']);
    expect(specs.size).toBe(0);
    expect(held.get('shop/web')).toMatch(
      /^\(Bandwidth\): 100 of 50 Mbit\/s on the link from a to hub; nowhere to go: .*100 Mbit\/s \(channel calls/,
    );
  });
});
