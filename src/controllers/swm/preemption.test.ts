import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAttempt, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot } from '../../../test/support/federation.ts';
import type { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { FederationPolicySpec } from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { check } from '../../engine/check.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { decideRound } from './round.ts';
import { inThread } from './solver.ts';

type Qos = NonNullable<CodecoAppSpec['qosClass']>;

function needing(cpu: string, qosClass: Qos): CodecoAppSpec {
  const podspec = { containers: [{ name: 'c', resources: { requests: { cpu } } }] };
  return aModel({ 'codecoapp-msspec': [aService({ podspec })], qosClass });
}

function aPolicy(name: string, spec: FederationPolicySpec) {
  return { apiVersion: 'codeco.he-codeco.eu/v1alpha1', kind: 'FederationPolicy', metadata: { name }, spec };
}

/** One cluster of 8 usable cpu, full of what runs; `gold` comes with 4. */
async function arrive(
  running: Record<string, [cpu: string, qosClass: Qos]>,
  policies = [aPolicy('gold-first', { preemption: 'LowerClass' })],
  clusters = [aCluster('a')],
  newcomer: Qos = 'Gold',
) {
  const apps = Object.entries(running).map(([name, [cpu, qosClass]]) => anApp(name, needing(cpu, qosClass)));
  const plans = Object.keys(running).map((name) =>
    aPlan(name, {
      decision: aDecision({
        id: name,
        revision: `${name}-r1`,
        assignments: [{ service: 'front', cluster: 'a', replicas: 1 }],
      }),
      attempt: anAttempt({ generation: 1, revision: `${name}-r1` }),
    }),
  );
  const snapshot = aSnapshot({
    clusters,
    apps: [...apps, anApp('gold', needing('4', newcomer))],
    plans,
    policies,
  });
  const outcome = await decideRound({
    snapshot,
    states: appStates(snapshot),
    pending: new Map([['shop/gold', 'first decision']]),
    solver: inThread(solve, () => 0),
    referee: check,
    budget: { work: 200_000_000, deadlineMs: 1000, seed: 1 },
    signal: new AbortController().signal,
  });
  return outcome;
}

describe('a Gold newcomer without room', () => {
  it('waits unless policy lets it displace a lower class', async () => {
    const outcome = await arrive({ low: ['6', 'BestEffort'] }, []);
    expect([...outcome.specs.keys()]).toEqual(['shop/gold']);
    expect(outcome.specs.get('shop/gold')?.attempt?.verdict).toBe('Deferred');
  });

  it('displaces one, and both users read why', async () => {
    const outcome = await arrive({ low: ['6', 'BestEffort'] });
    expect(outcome.specs.get('shop/gold')).toMatchObject({
      decision: { cause: 'first decision, displaces shop/low (BestEffort)' },
      attempt: {
        verdict: 'Placed',
        reason: expect.stringContaining(
          'displaces shop/low (BestEffort), which FederationPolicy gold-first allows',
        ),
      },
    });
    expect(outcome.specs.get('shop/low')).toMatchObject({
      decision: { revision: 'low-r1', assignments: [] },
      attempt: {
        verdict: 'Deferred',
        reason: expect.stringContaining(
          'displaced by shop/gold (Gold): this app is BestEffort, and FederationPolicy gold-first lets a higher class displace it',
        ),
      },
    });
    // Who takes the room is written after who gives it up.
    expect(outcome.after).toEqual(new Map([['shop/gold', ['shop/low']]]));
  });

  it('displaces the lowest class, and no more than it needs', async () => {
    const outcome = await arrive({
      silver: ['4', 'Silver'],
      small: ['0.5', 'BestEffort'],
      large: ['3.5', 'BestEffort'],
    });
    expect([...outcome.specs.keys()].sort()).toEqual(['shop/gold', 'shop/large', 'shop/small']);
    const one = await arrive({ silver: ['4', 'Silver'], large: ['4', 'BestEffort'] });
    expect([...one.specs.keys()].sort()).toEqual(['shop/gold', 'shop/large']);
    const spared = await arrive({ small: ['0.5', 'BestEffort'], large: ['6', 'BestEffort'] });
    expect([...spared.specs.keys()].sort()).toEqual(['shop/gold', 'shop/large']);
  });

  it('displaces nobody of its own class or above', async () => {
    const outcome = await arrive({ peer: ['6', 'Gold'] });
    expect([...outcome.specs.keys()]).toEqual(['shop/gold']);
  });

  it('displaces nobody when that would not make room', async () => {
    const outcome = await arrive({ peer: ['5', 'Gold'], low: ['2', 'BestEffort'] });
    expect([...outcome.specs.keys()]).toEqual(['shop/gold']);
  });

  it('is held back by any policy that says None', async () => {
    const policies = [
      aPolicy('gold-first', { preemption: 'LowerClass' }),
      aPolicy('calm', { preemption: 'None' }),
    ];
    const outcome = await arrive({ low: ['6', 'BestEffort'] }, policies);
    expect([...outcome.specs.keys()]).toEqual(['shop/gold']);
  });

  it('sends what it displaces elsewhere where there is room', async () => {
    // gold is too large for b, which low fits on.
    const outcome = await arrive({ low: ['2', 'BestEffort'], peer: ['3', 'Gold'] }, undefined, [
      aCluster('a'),
      aCluster('b', { cpu: '4' }),
    ]);
    expect(outcome.specs.get('shop/gold')?.decision?.assignments[0]?.cluster).toBe('a');
    expect(outcome.specs.get('shop/low')).toMatchObject({
      decision: {
        cause: 'displaced by shop/gold (Gold)',
        assignments: [{ service: 'front', cluster: 'b', replicas: 1 }],
        movedAt: '2026-01-01T00:00:00.000Z',
      },
      attempt: { verdict: 'Placed' },
    });
  });
});
