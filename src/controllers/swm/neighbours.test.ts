import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAttempt, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot } from '../../../test/support/federation.ts';
import type { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { check } from '../../engine/check.ts';
import type { Solve } from '../../engine/port.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { decideRound } from './round.ts';
import { inThread } from './solver.ts';

/** `caller` runs on `a` and calls service `front` of app `callee`: 5 ms and 100 Mbit/s, ASSURED. */
const caller = aModel({
  'codecoapp-msspec': [
    aService({
      serviceName: 'camera',
      serviceChannels: [
        {
          channelName: 'frames',
          otherService: { appName: 'callee', serviceName: 'front', port: 80 },
          serviceClass: 'ASSURED',
          advancedChannelSettings: { maxDelay: '5ms', bandwidth: '100M' },
        },
      ],
    }),
  ],
});

const callee = (changes: Partial<CodecoAppSpec> = {}) =>
  aModel({ 'codecoapp-msspec': [aService({ placement: { notClusters: ['a'] } })], ...changes });

const topology = (...links: [from: string, to: string, delay: string, bandwidth?: string][]) => ({
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'NetworkTopology',
  metadata: { name: 'declared', namespace: 'codeco-system' },
  spec: {
    links: links.map(([from, to, delay, bandwidth = '1G']) => ({
      from,
      to,
      delay,
      bandwidth,
      bidirectional: true,
    })),
  },
});

const assumed = {
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'FederationPolicy',
  metadata: { name: 'connected' },
  spec: { connectivity: 'Assumed' as const },
};

function running(name: string, service: string, cluster: string, revision = `${name}-r1`) {
  return aPlan(name, {
    decision: aDecision({ revision, assignments: [{ service, cluster, replicas: 1 }] }),
    attempt: anAttempt({ generation: 1, revision }),
  });
}

async function decide(
  model: CodecoAppSpec,
  links: ReturnType<typeof topology>,
  options: { runsOn?: string; apps?: ReturnType<typeof anApp>[]; only?: string } = {},
) {
  const outcome = await round(model, links, options);
  const id = options.only ?? 'shop/callee';
  expect([...outcome.specs.keys()]).toEqual([id]);
  expect(outcome.defects).toEqual(new Map());
  return outcome.specs.get(id)!;
}

function round(
  model: CodecoAppSpec,
  links: ReturnType<typeof topology>,
  options: { runsOn?: string; apps?: ReturnType<typeof anApp>[]; only?: string; solve?: Solve } = {},
) {
  const snapshot = aSnapshot({
    clusters: ['a', 'b', 'c'].map((name) => aCluster(name)),
    apps: [anApp('caller', caller), anApp('callee', model), ...(options.apps ?? [])],
    plans: [
      running('caller', 'camera', 'a'),
      ...(options.runsOn === undefined ? [] : [running('callee', 'front', options.runsOn)]),
    ],
    policies: [assumed],
    topologies: [links],
  });
  return decideRound({
    snapshot,
    states: appStates(snapshot),
    pending: new Map([[options.only ?? 'shop/callee', 'test']]),
    solver: inThread(options.solve ?? solve, () => 0),
    referee: check,
    budget: { work: 200_000_000, deadlineMs: 1000, seed: 1 },
    signal: new AbortController().signal,
  });
}

/** Places the app as if nobody called it, and its neighbours nowhere. */
const overlooking: Solve = (problem, options) => {
  const [app, ...neighbours] = problem.applications;
  const result = solve({ ...problem, applications: [app!] }, options);
  const nowhere = neighbours.map(({ id }) => ({
    ...result.applications[0]!,
    application: id,
    verdict: 'NoneFound' as const,
    services: [],
    channels: [],
  }));
  return { ...result, applications: [...result.applications, ...nowhere] };
};

describe('an ASSURED channel of an app that is not decided now', () => {
  it('keeps the app that it leads to within its delay', async () => {
    const spec = await decide(callee(), topology(['a', 'b', '20ms'], ['a', 'c', '4ms']));
    expect(spec.decision?.assignments[0]?.cluster).toBe('c');
    const other = await decide(callee(), topology(['a', 'b', '4ms'], ['a', 'c', '20ms']));
    expect(other.decision?.assignments[0]?.cluster).toBe('b');
  });

  it('is named where no cluster is within its reach', async () => {
    const spec = await decide(callee(), topology(['a', 'b', '20ms'], ['a', 'c', '30ms']));
    expect(spec.attempt).toMatchObject({
      verdict: 'Infeasible',
      reason: expect.stringContaining(
        'front must stay in reach of shop/caller as it runs: camera on a calls it within 5 ms at 100 Mbit/s (channel frames, ASSURED)',
      ),
    });
  });

  it('binds nobody when it is broken already: an edit of the callee does not fail over it', async () => {
    const links = topology(['a', 'b', '20ms'], ['a', 'c', '30ms']);
    const spec = await decide(callee(), links, { runsOn: 'b' });
    expect(spec.attempt?.verdict).toBe('Placed');
    expect(spec.decision?.assignments[0]?.cluster).toBe('b');
  });

  it('is not broken by an engine that overlooks it: the placement is not written', async () => {
    const links = topology(['a', 'b', '20ms'], ['a', 'c', '4ms']);
    const { specs, defects } = await round(callee(), links, { solve: overlooking });
    expect(defects.get('shop/callee')).toContain('rejected by the referee: Delay');
    expect(specs.get('shop/callee')?.attempt?.verdict).toBe('NoneFound');
  });

  it('reserves its bandwidth on the way to the app that is decided', async () => {
    const spec = await decide(callee(), topology(['a', 'b', '4ms', '50M'], ['a', 'c', '4ms', '200M']));
    expect(spec.decision?.assignments[0]?.cluster).toBe('c');
  });

  it('leaves to others only what it does not reserve', async () => {
    // caller (a) to callee (b) holds 100 of the 150 Mbit/s between a and b.
    const pair = anApp(
      'pair',
      aModel({
        'codecoapp-msspec': [
          aService({
            serviceName: 'left',
            placement: { clusters: ['a'] },
            serviceChannels: [
              {
                channelName: 'wide',
                otherService: { serviceName: 'right', port: 80 },
                serviceClass: 'ASSURED',
                advancedChannelSettings: { bandwidth: '100M' },
              },
            ],
          }),
          aService({ serviceName: 'right', placement: { notClusters: ['a'] } }),
        ],
      }),
    );
    const links = topology(['a', 'b', '1ms', '150M'], ['a', 'c', '9ms', '150M']);
    const options = { runsOn: 'b', apps: [pair], only: 'shop/pair' };
    const spec = await decide(callee(), links, options);
    expect(spec.decision?.assignments).toContainEqual({ service: 'right', cluster: 'c', replicas: 1 });
  });
});
