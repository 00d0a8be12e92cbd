import { describe, expect, it } from 'vitest';
import { aModel, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aSnapshot } from '../../../test/support/federation.ts';
import { check } from '../../engine/check.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { decideRound } from './round.ts';
import { inThread } from './solver.ts';

/** `front` calls `back` over an ASSURED channel of 100 Mbit/s; a and b are one zone, c another one. */
async function place(
  appFailureTolerance: string,
  options: {
    replicas?: number;
    zones?: Record<string, string>;
    crossBandwidth?: string;
    cpu?: string;
    /** `front` may not use b, `back` may not use a. */
    apart?: boolean;
  } = {},
) {
  const { replicas, zones = { a: 'north', b: 'north', c: 'south' }, crossBandwidth = '1G', cpu } = options;
  const on = (...clusters: string[]) => (options.apart ? { placement: { clusters } } : {});
  const names = Object.keys(zones);
  const snapshot = aSnapshot({
    clusters: names.map((name) => aCluster(name, cpu === undefined ? {} : { cpu })),
    apps: [
      anApp(
        'web',
        aModel({
          appFailureTolerance,
          'codecoapp-msspec': [
            aService({
              ...(replicas === undefined ? {} : { replicas }),
              ...on('a', 'c'),
              serviceChannels: [
                {
                  channelName: 'calls',
                  otherService: { serviceName: 'back', port: 80 },
                  serviceClass: 'ASSURED',
                  advancedChannelSettings: { maxDelay: '20ms', bandwidth: '100M' },
                },
              ],
            }),
            aService({
              serviceName: 'back',
              ...(replicas === undefined ? {} : { replicas }),
              ...on('b', 'c'),
            }),
          ],
        }),
      ),
    ],
    capabilities: names.map((name) => ({
      apiVersion: 'codeco.he-codeco.eu/v1alpha1',
      kind: 'ClusterCapability',
      metadata: { name },
      spec: { select: { names: [name] }, zone: zones[name] ?? name },
    })),
    policies: [
      {
        apiVersion: 'codeco.he-codeco.eu/v1alpha1',
        kind: 'FederationPolicy',
        metadata: { name: 'connected' },
        spec: { connectivity: 'Assumed' },
      },
    ],
    topologies: [
      {
        apiVersion: 'codeco.he-codeco.eu/v1alpha1',
        kind: 'NetworkTopology',
        metadata: { name: 'declared', namespace: 'codeco-system' },
        spec: {
          links: names.flatMap((from) =>
            names
              .filter((to) => to > from)
              .map((to) => ({ from, to, delay: '5ms', bandwidth: crossBandwidth, bidirectional: true })),
          ),
        },
      },
    ],
  });
  const outcome = await decideRound({
    snapshot,
    states: appStates(snapshot),
    pending: new Map([['shop/web', 'test']]),
    solver: inThread(solve, () => 0),
    referee: check,
    budget: { work: 200_000_000, deadlineMs: 1000, seed: 1 },
    signal: new AbortController().signal,
  });
  const spec = outcome.specs.get('shop/web');
  return {
    verdict: spec?.attempt?.verdict,
    decision: spec?.decision,
    reason: spec?.attempt?.reason,
    survival: spec?.decision?.evidence.survival,
    zonesOf: (service: string) =>
      new Set(
        spec?.decision?.assignments
          .filter((each) => each.service === service)
          .map(({ cluster }) => zones[cluster]),
      ),
  };
}

describe('appFailureTolerance', () => {
  it('High puts each service into two failure domains, two replicas where none are stated', async () => {
    const { zonesOf, survival, decision } = await place('High');
    expect(zonesOf('front')).toEqual(new Set(['north', 'south']));
    expect(zonesOf('back')).toEqual(new Set(['north', 'south']));
    expect(decision?.assignments.reduce((sum, { replicas }) => sum + replicas, 0)).toBe(4);
    expect(survival?.losses.map(({ outcome }) => outcome)).toEqual(survival?.losses.map(() => 'StaysUp'));
    expect(survival?.tolerance).toBe('High');
  });

  it('High is not met by two clusters of one failure domain', async () => {
    expect((await place('High', { zones: { a: 'north', b: 'north' } })).verdict).toBe('Infeasible');
  });

  it('High is not met where one of the domains has no room for its part', async () => {
    const { verdict } = await place('High', { cpu: '0.7', zones: { a: 'north', c: 'south' } });
    expect(verdict).not.toBe('Placed');
  });

  it('High keeps bandwidth after each loss, or says which channel asks for how much', async () => {
    const narrow = await place('High', { crossBandwidth: '50M' });
    expect(narrow.survival?.losses.map(({ outcome }) => outcome)).toEqual(['StaysUp', 'StaysUp']);
    // Without the south, front has to call back from one cluster of the north to the other.
    expect((await place('High', { apart: true, crossBandwidth: '100M' })).verdict).toBe('Placed');
    const { verdict, reason } = await place('High', { apart: true, crossBandwidth: '50M' });
    expect(verdict).toBe('Infeasible');
    expect(reason).toMatch(/100 Mbit\/s \(channel calls/);
  });

  it('Medium has a verified plan for the loss of each cluster in use, or says that there is none', async () => {
    const { survival, decision } = await place('Medium');
    expect(survival?.losses.length).toBeGreaterThan(0);
    expect(survival?.losses.every(({ outcome }) => outcome === 'Fallback')).toBe(true);
    expect(decision?.fallbacks?.map(({ lostCluster }) => lostCluster)).toEqual(
      survival?.losses.map(({ cluster }) => cluster),
    );
    const alone = await place('Medium', { zones: { a: 'north' } });
    expect(alone.verdict).toBe('Placed');
    expect(alone.survival?.losses).toMatchObject([{ cluster: 'a', outcome: 'Down' }]);
  });

  it('a percentage bounds the share of replicas that one domain takes with it', async () => {
    const { survival } = await place('50 %', { replicas: 4 });
    expect(survival?.losses.every(({ lostShare }) => lostShare <= 0.5)).toBe(true);
    expect(survival?.losses.every(({ outcome }) => outcome === 'StaysUp')).toBe(true);
    const single = await place('50 %', { replicas: 1 });
    expect(single.survival?.losses).toMatchObject([
      { outcome: 'Down', message: expect.stringContaining('would lose 1 of 1 replicas') },
    ]);
  });

  it('asks for nothing when it is low or empty', async () => {
    expect((await place('Low')).survival).toBeUndefined();
    expect((await place('')).survival).toBeUndefined();
  });
});
