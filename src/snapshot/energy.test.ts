import { describe, expect, it } from 'vitest';
import { aModel, aService } from '../../test/support/appstate.ts';
import { aCluster, anApp, aSnapshot } from '../../test/support/federation.ts';
import { appStates } from './appstate.ts';
import { PowerModel, readEnergyLimit, withinLimit } from './energy.ts';
import { buildProblem } from './problem.ts';

const capability = (name: string, watts: number | undefined) => ({
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'ClusterCapability',
  metadata: { name },
  spec: {
    select: { names: [name] },
    ...(watts === undefined ? {} : { power: { wattsFullPerVCPU: watts } }),
  },
});

function modelOf(limit: number, watts: Record<string, number | undefined>) {
  const snapshot = aSnapshot({
    clusters: Object.keys(watts).map((name) => aCluster(name)),
    apps: [
      anApp(
        'web',
        aModel({
          'codecoapp-msspec': [
            aService({ replicas: 2 }),
            aService({ serviceName: 'back', placement: { notClusters: ['old'] } }),
          ],
        }),
      ),
    ],
    capabilities: Object.entries(watts).map(([name, amount]) => capability(name, amount)),
  });
  const { problem } = buildProblem(snapshot, appStates(snapshot), new Set(['shop/web']));
  const application = problem!.applications[0]!;
  return { application, model: PowerModel.of(problem!, application, limit) };
}

describe('the power of an application', () => {
  it('is counted on the chosen clusters, and on the least efficient ones that each service may use', () => {
    const { model } = modelOf(0.5, { old: 20, new: 4, mid: 10 });
    const estimate = model?.estimate((service) =>
      service === 'back'
        ? [{ location: 'new', replicas: 1 }]
        : [
            { location: 'old', replicas: 1 },
            { location: 'new', replicas: 1 },
          ],
    );
    // front: half a core each on old and new; back may not use old, its worst is mid.
    expect(estimate).toEqual({ estimatedWatts: 14, worstWatts: 25, limitWatts: 12.5 });
    expect(estimate && withinLimit(estimate)).toBe(false);
  });

  it('is not guessed where nobody states any, and the worst known where one is not', () => {
    expect(modelOf(0.5, { a: undefined, b: undefined }).model).toBeUndefined();
    const { model } = modelOf(0.5, { a: 8, b: undefined });
    expect(model?.estimate(() => [{ location: 'b', replicas: 1 }]).worstWatts).toBe(12);
  });

  it('is kept within the limit by clusters that are efficient enough, the heaviest services first', () => {
    const { model, application } = modelOf(0.5, { old: 20, new: 4, mid: 10 });
    expect(model?.attempts()).toEqual([2, 1]);
    const only = (count: number) =>
      model?.restricted(application, count)?.services.map((service) => [service.id, service.onlyLocations]);
    expect(only(2)).toEqual([
      ['back', ['new']],
      ['front', ['mid', 'new']],
    ]);
    expect(only(1)).toEqual([
      ['back', undefined],
      ['front', ['mid', 'new']],
    ]);
  });

  it('has no placement within a limit that no cluster keeps', () => {
    const { model, application } = modelOf(0.1, { old: 20, new: 10 });
    expect(model?.restricted(application, 2)).toBeUndefined();
  });
});

describe('appEnergyLimit', () => {
  it.each([
    ['50', 0.5],
    ['62.5 %', 0.625],
    ['', undefined],
    ['0', undefined],
    [undefined, undefined],
  ])('%j is %s', (text, share) => {
    expect(readEnergyLimit(text)).toBe(share);
  });
});
