import { describe, expect, it } from 'vitest';
import { aModel, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aSnapshot } from '../../../test/support/federation.ts';
import { check } from '../../engine/check.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { decideRound } from './round.ts';
import { inThread } from './solver.ts';

/** USD per hour of a core. */
const PRICES: Readonly<Record<string, number>> = { a: 1, b: 2, c: 30 };

/** `front` with 3 cores can be anywhere, `back` with 2 on `b` and `c`; no cluster holds both. */
async function fallbacks() {
  const needing = (cores: string, ...clusters: string[]) => ({
    podspec: { containers: [{ name: 'c', resources: { requests: { cpu: cores } } }] },
    placement: { clusters },
  });
  const snapshot = aSnapshot({
    clusters: Object.keys(PRICES).map((name) => aCluster(name, { cpu: '5' })),
    apps: [
      anApp(
        'web',
        aModel({
          appFailureTolerance: 'Medium',
          performanceProfile: 'Cost',
          'codecoapp-msspec': [
            aService(needing('3', 'a', 'b', 'c')),
            aService({ serviceName: 'back', ...needing('2', 'b', 'c') }),
          ],
        }),
      ),
    ],
    capabilities: Object.entries(PRICES).map(([name, price]) => ({
      apiVersion: 'codeco.he-codeco.eu/v1alpha1',
      kind: 'ClusterCapability',
      metadata: { name },
      spec: { select: { names: [name] }, priceUSDPerHour: { cpu: price } },
    })),
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
  const decision = outcome.specs.get('shop/web')?.decision;
  const placesOf = (assignments: { service: string; cluster: string }[] = []) =>
    Object.fromEntries(assignments.map(({ service, cluster }) => [service, cluster]));
  return {
    now: placesOf(decision?.assignments),
    without: Object.fromEntries(
      (decision?.fallbacks ?? []).map(({ lostCluster, assignments }) => [lostCluster, placesOf(assignments)]),
    ),
  };
}

describe('the fallback plan for the loss of a cluster', () => {
  it('moves only what is there, though the other service would then be cheaper elsewhere', async () => {
    const { now, without } = await fallbacks();
    expect(now).toEqual({ front: 'a', back: 'b' });
    // With front on b and back on c it would cost 66 in place of 94 USD per hour, for one move more.
    expect(without['a']).toEqual({ front: 'c', back: 'b' });
  });
});
