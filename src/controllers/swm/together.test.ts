import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAttempt, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot } from '../../../test/support/federation.ts';
import type { FederationPolicySpec } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { check } from '../../engine/check.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { improve } from './improvement.ts';
import { inThread } from './solver.ts';

/** USD per hour of a core and of a GiB. */
const PRICES = { a: { cpu: 1, memoryGiB: 0.01 }, b: { cpu: 0.1, memoryGiB: 0.5 } };

interface Runs {
  on: 'a' | 'b';
  cpu: string;
  memory: string;
}

/** What each app needs and where it runs; a cluster has 8 cores to give. */
const cores = (on: 'a' | 'b', cpu = '5'): Runs => ({ on, cpu, memory: '1Gi' });
const memory = (on: 'a' | 'b', cpu = '5'): Runs => ({ on, cpu, memory: '40Gi' });

async function look(apps: Record<string, Runs>, moves: FederationPolicySpec['moves'] = { budget: 9 }) {
  const names = Object.keys(apps);
  const snapshot = aSnapshot({
    clusters: [aCluster('a'), aCluster('b')],
    apps: names.map((name) => {
      const { cpu, memory } = apps[name]!;
      const podspec = { containers: [{ name: 'c', resources: { requests: { cpu, memory } } }] };
      return anApp(name, aModel({ 'codecoapp-msspec': [aService({ podspec })], performanceProfile: 'Cost' }));
    }),
    capabilities: Object.entries(PRICES).map(([name, priceUSDPerHour]) => ({
      apiVersion: 'codeco.he-codeco.eu/v1alpha1',
      kind: 'ClusterCapability',
      metadata: { name },
      spec: { select: { names: [name] }, priceUSDPerHour },
    })),
    policies: [
      {
        apiVersion: 'codeco.he-codeco.eu/v1alpha1',
        kind: 'FederationPolicy',
        metadata: { name: 'p' },
        spec: { moves },
      },
    ],
    plans: names.map((name) => {
      const place = { service: 'front', cluster: apps[name]!.on, replicas: 1 };
      return {
        ...aPlan(name, {
          decision: aDecision({ revision: `${name}-r1`, assignments: [place] }),
          attempt: anAttempt({ generation: 1, revision: `${name}-r1` }),
        }),
        status: { running: [{ ...place, decision: 'd1', ready: 1 }] },
      };
    }),
  });
  const desk = {
    solver: inThread(solve, () => 0),
    referee: check,
    budget: { work: 200_000_000, deadlineMs: 1000, seed: 1 },
    signal: new AbortController().signal,
  };
  const { specs } = await improve(desk, { snapshot, states: appStates(snapshot) }, '', () => true);
  return Object.fromEntries(
    [...specs].map(([id, { decision }]) => [
      id.replace('shop/', ''),
      { to: decision?.assignments[0]?.cluster, cause: decision?.cause },
    ]),
  );
}

describe('two apps that hold each other’s better place', () => {
  it('change places, each for its own gain', async () => {
    expect(await look({ one: cores('a'), two: memory('b') })).toEqual({
      one: {
        to: 'b',
        cause: expect.stringMatching(/^moves together with shop\/two: \d+ % better, the move counted$/),
      },
      two: {
        to: 'a',
        cause: expect.stringMatching(/^moves together with shop\/one: \d+ % better, the move counted$/),
      },
    });
  });

  it('stay where one of them would lose by it', async () => {
    expect(await look({ one: cores('a'), two: cores('b') })).toEqual({});
  });

  it('stay where the gain of one of them is less than the least gain', async () => {
    expect(await look({ one: cores('a'), two: memory('b') }, { budget: 9, leastGain: 0.65 })).toEqual({});
  });

  it('stay where the budget has one move only', async () => {
    expect(await look({ one: cores('a'), two: memory('b') }, { budget: 1 })).toEqual({});
  });

  it('change places although a third one, which would have to make room, stays', async () => {
    const moved = await look({ one: cores('a'), two: memory('b'), small: cores('b', '3') });
    expect(moved).toMatchObject({ one: { to: 'b' }, two: { to: 'a' } });
    expect(moved).not.toHaveProperty('small');
  });

  it('are no matter where each finds a better place by itself', async () => {
    const moved = await look({ one: cores('a', '2'), two: memory('b', '2') });
    expect(moved['one']?.cause).toMatch(/^moves: /);
    expect(moved['two']?.cause).toMatch(/^moves: /);
  });
});
