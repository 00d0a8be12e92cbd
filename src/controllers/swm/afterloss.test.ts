import { describe, expect, it } from 'vitest';
import { aModel, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aSnapshot } from '../../../test/support/federation.ts';
import { check } from '../../engine/check.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { brokenWithout } from './afterloss.ts';

/** `front` and `back` each on `a` and one more cluster, joined by a link of the given bandwidth. */
function without(lost: string, bandwidth: string): string | undefined {
  const channel = {
    channelName: 'calls',
    otherService: { serviceName: 'back', port: 80 },
    serviceClass: 'ASSURED' as const,
    advancedChannelSettings: { bandwidth: '100M' },
  };
  const model = aModel({
    appFailureTolerance: 'High',
    'codecoapp-msspec': [aService({ serviceChannels: [channel] }), aService({ serviceName: 'back' })],
  });
  const snapshot = aSnapshot({
    clusters: ['a', 'b', 'c'].map((name) => aCluster(name)),
    apps: [anApp('web', model)],
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
        spec: { links: [{ from: 'b', to: 'c', delay: '1ms', bandwidth, bidirectional: true }] },
      },
    ],
  });
  const at = (service: string, cluster: string) => ({ service, cluster, replicas: 1 });
  const assignments = [at('front', 'a'), at('front', 'b'), at('back', 'a'), at('back', 'c')];
  const world = { snapshot, states: appStates(snapshot), referee: check };
  return brokenWithout(world, 'shop/web', assignments, (cluster) => cluster === lost);
}

describe('what is left after the loss of a cluster', () => {
  it('keeps its rules where the links carry what goes over them then', () => {
    expect(without('a', '200M')).toBeUndefined();
  });

  it('breaks where a channel goes over a link that is too narrow for it', () => {
    expect(without('a', '50M')).toMatch(/^Bandwidth/);
  });

  it('breaks where no path is known between what is left', () => {
    expect(without('c', '200M')).toMatch(/^Path of calls/);
  });
});
