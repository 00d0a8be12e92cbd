import { describe, expect, it } from 'vitest';
import { aModel } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aSnapshot } from '../../../test/support/federation.ts';
import { check } from '../../engine/check.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { decideRound } from './round.ts';
import { inThread } from './solver.ts';

/** `old` is cheap and takes 20 W a core, `new` is dear and takes 4 W. */
async function place(appEnergyLimit: string, newCpu = '10') {
  const capability = (name: string, cpu: number, watts: number) => ({
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'ClusterCapability',
    metadata: { name },
    spec: { select: { names: [name] }, priceUSDPerHour: { cpu }, power: { wattsFullPerVCPU: watts } },
  });
  const snapshot = aSnapshot({
    clusters: [aCluster('new', { cpu: newCpu }), aCluster('old')],
    apps: [anApp('web', aModel({ performanceProfile: 'Cost', appEnergyLimit }))],
    capabilities: [capability('old', 0.01, 20), capability('new', 1, 4)],
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
  return { cluster: decision?.assignments[0]?.cluster, energy: decision?.evidence.energy };
}

describe('appEnergyLimit', () => {
  it('costs nothing while it is kept anyway', async () => {
    expect(await place('100')).toEqual({
      cluster: 'old',
      energy: { estimatedWatts: 10, worstWatts: 10, limitWatts: 10 },
    });
  });

  it('is preferred to what the profile would choose', async () => {
    expect(await place('50')).toEqual({
      cluster: 'new',
      energy: { estimatedWatts: 2, worstWatts: 10, limitWatts: 5 },
    });
  });

  it('is no reason to stay without a place: evidence tells that it is exceeded', async () => {
    expect(await place('50', '0.1')).toEqual({
      cluster: 'old',
      energy: { estimatedWatts: 10, worstWatts: 10, limitWatts: 5 },
    });
  });
});
