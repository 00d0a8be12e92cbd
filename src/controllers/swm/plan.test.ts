import { describe, expect, it } from 'vitest';
import { aDecision, anAttempt } from '../../../test/support/appstate.ts';
import type { Application } from '../../engine/problem.ts';
import type { ApplicationResult, Result } from '../../engine/result.ts';
import { confirmedSpec, decisionId, failedSpec, type PlanInput, placedSpec, planChanged } from './plan.ts';

const APPLICATION: Application = {
  id: 'shop/web',
  class: 'Gold',
  profile: { cost: 1, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 },
  excluded: {},
  crossing: true,
  survive: 'None',
  services: [],
  channels: [
    {
      id: 'frames',
      from: 'front',
      to: { service: 'back' },
      class: 'ASSURED',
      callsPerSecond: 1,
      bytesPerCall: 1,
      assumed: false,
      clean: false,
    },
  ],
  entryPoints: [],
};

const INPUT: PlanInput = {
  application: APPLICATION,
  revision: 'web-new',
  generation: 2,
  cause: 'first decision',
  profile: 'Balanced',
  notes: ['securityClass High is not checked'],
  inputHash: 'abc',
};

const ATTEMPT = { namespace: 'shop', name: 'web', revision: 'web-new', generation: 2 };

const ANSWER: ApplicationResult = {
  application: 'shop/web',
  verdict: 'Feasible',
  services: [
    {
      service: 'front',
      shares: [
        { location: 'c2', replicas: 1 },
        { location: 'c1', replicas: 2 },
      ],
      ruledOut: [],
    },
    {
      service: 'back',
      shares: [{ location: 'c1', replicas: 1 }],
      runnerUp: { location: 'c2', objective: 1.5, terms: {} },
      ruledOut: [{ rule: 'Delay', application: 'shop/web', location: 'c3', message: 'too far' }],
    },
  ],
  channels: [{ channel: 'frames', from: 'c1', to: 'c1', delayMs: 0, maxDelayMs: 5, assumed: false }],
  terms: { cost: 0.2 },
  normalised: { cost: 0.5 },
  objective: 0.5,
  lowerBound: 0.45,
  gap: 0.111,
  proof: 'Relaxation',
  conflict: [],
  relaxations: [],
  dropped: ['carbon'],
};

const ROUND: Result = {
  format: 'codeco.placement.result/v1',
  engine: 'small/1',
  seed: 1,
  work: 99,
  applications: [ANSWER],
  prices: {},
};

describe('placedSpec', () => {
  const { decision, attempt } = placedSpec(INPUT, ANSWER, ROUND);

  it('orders assignments by service and cluster', () => {
    expect(decision?.assignments).toEqual([
      { service: 'back', cluster: 'c1', replicas: 1 },
      { service: 'front', cluster: 'c1', replicas: 2 },
      { service: 'front', cluster: 'c2', replicas: 1 },
    ]);
  });

  it('tells each channel with its ends, its places and its limit', () => {
    expect(decision?.channels).toEqual([
      {
        channel: 'frames',
        from: 'front',
        to: 'back',
        fromCluster: 'c1',
        toCluster: 'c1',
        serviceClass: 'ASSURED',
        delayMilliseconds: 0,
        maxDelayMilliseconds: 5,
      },
    ]);
  });

  it('keeps the evidence to replay and to explain the decision', () => {
    expect(decision?.evidence).toMatchObject({
      inputHash: 'abc',
      engine: 'small/1',
      work: 99,
      terms: [{ term: 'cost', unit: 'USD/h', value: 0.2, normalised: 0.5 }],
      notes: ['securityClass High is not checked', 'carbon is not weighed: nobody gives figures for it'],
    });
    expect(decision?.evidence.reasons[0]).toEqual({
      service: 'back',
      next: 'c2',
      nextObjective: 1.5,
      ruledOut: [{ cluster: 'c3', rule: 'Delay', message: 'too far' }],
    });
  });

  it('says where and how well in the attempt', () => {
    expect(attempt).toEqual({
      generation: 2,
      revision: 'web-new',
      verdict: 'Placed',
      reason: 'placed on 2 clusters: c1, c2 (proved to be at most 11.1 % above the optimum)',
    });
  });
});

describe('failedSpec', () => {
  const infeasible = {
    verdict: 'Infeasible' as const,
    conflict: [
      {
        rule: 'Delay' as const,
        application: 'shop/web',
        channel: 'frames',
        location: 'c3',
        message: 'frames allows 5 ms',
      },
    ],
    relaxations: [
      { message: 'raise maxDelay of channel frames to 11 ms', rule: 'Delay' as const, verified: true },
    ],
  };

  it('leaves the decision that stands untouched', () => {
    const standing = aDecision({ revision: 'web-old' });
    expect(failedSpec(ATTEMPT, infeasible, standing).decision).toBe(standing);
    expect(failedSpec(ATTEMPT, infeasible, undefined)).not.toHaveProperty('decision');
  });

  it('names the conflict and the nearest way out', () => {
    expect(failedSpec(ATTEMPT, infeasible, undefined).attempt).toEqual({
      generation: 2,
      revision: 'web-new',
      verdict: 'Infeasible',
      reason:
        'frames allows 5 ms: no placement can do that. Nearest: raise maxDelay of channel frames to 11 ms. Try: kubectl edit codecoapp web -n shop',
      conflict: [{ rule: 'Delay', channel: 'frames', cluster: 'c3', message: 'frames allows 5 ms' }],
      relaxations: [{ message: 'raise maxDelay of channel frames to 11 ms', verified: true }],
    });
  });

  it('keeps the way out when the conflict is too long for the field', () => {
    const long = { ...infeasible, conflict: [{ ...infeasible.conflict[0]!, message: 'x'.repeat(9000) }] };
    const { reason = '' } = failedSpec(ATTEMPT, long, undefined).attempt ?? {};
    expect(reason).toHaveLength(2048);
    expect(reason).toContain('to 11 ms. Try: kubectl edit');
  });

  it('never calls an app infeasible that was merely not placed', () => {
    const answer = { verdict: 'NoneFound' as const, conflict: [], relaxations: [] };
    expect(failedSpec(ATTEMPT, answer, undefined).attempt).toMatchObject({
      verdict: 'NoneFound',
      reason: expect.stringContaining('not proved'),
    });
  });
});

describe('decisionId', () => {
  const places = [
    { service: 'a', cluster: 'c1', replicas: 1 },
    { service: 'b', cluster: 'c2', replicas: 2 },
  ];

  it('is the same for the same places in another order', () => {
    expect(decisionId('r', places.toReversed())).toBe(decisionId('r', places));
  });

  it('differs for another revision or another number of replicas', () => {
    expect(decisionId('r2', places)).not.toBe(decisionId('r', places));
    expect(decisionId('r', [{ ...places[0]!, replicas: 3 }, places[1]!])).not.toBe(decisionId('r', places));
  });
});

describe('planChanged', () => {
  const conflict = [{ rule: 'Capacity', cluster: 'c1', message: '3.2 of 4 cores' }];
  const now = { decision: aDecision(), attempt: anAttempt({ verdict: 'Deferred', conflict }) };

  it.each([
    ['there is no plan yet', undefined, now],
    ['the decision is another one', now, { ...now, decision: aDecision({ id: 'd2' }) }],
    ['the attempt is about another generation', now, { ...now, attempt: { ...now.attempt, generation: 3 } }],
    [
      'the verdict is another one',
      now,
      { ...now, attempt: { ...now.attempt, verdict: 'Infeasible' as const } },
    ],
    [
      'another rule is in conflict',
      now,
      { ...now, attempt: { ...now.attempt, conflict: [{ rule: 'Delay', message: '3.2 of 4 cores' }] } },
    ],
  ])('is worth a write when %s', (_name, current, next) => {
    expect(planChanged(current, next)).toBe(true);
  });

  it('is not worth a write when only evidence or figures in messages moved', () => {
    const evidence = { ...aDecision().evidence, inputHash: 'other', work: 1 };
    const moved = {
      decision: { ...aDecision(), evidence },
      attempt: {
        ...now.attempt,
        reason: 'other',
        conflict: [{ ...conflict[0]!, message: '3.1 of 4 cores' }],
      },
    };
    expect(planChanged(now, moved)).toBe(false);
  });
});

it('confirms a standing decision without touching it', () => {
  const standing = aDecision();
  expect(confirmedSpec(INPUT, standing)).toEqual({
    decision: standing,
    attempt: {
      generation: 2,
      revision: 'web-new',
      verdict: 'Placed',
      reason: 'placed on 1 cluster: edge-a, as decided before',
    },
  });
});
