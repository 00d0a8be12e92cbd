import { describe, expect, test } from 'vitest';
import { aModel, aService } from '../../../test/support/appstate.ts';
import { channelPolicies } from './networkpolicy.ts';

const APP = { namespace: 'shop', name: 'web', uid: 'uid-web' };
const spec = aModel({
  entryPoints: [{ name: 'users', service: 'front', region: 'r', callsPerSecond: 1 }],
  'codecoapp-msspec': [
    aService({
      serviceChannels: [
        { channelName: 'calls', otherService: { serviceName: 'back', port: 80 } },
        { channelName: 'bills', otherService: { appName: 'billing', serviceName: 'api', port: 90 } },
      ],
    }),
    aService({ serviceName: 'back' }),
  ],
});

/** Policies on cluster `here`, with services on the clusters given, by name. */
function policies(front: string[], back: string[]) {
  const place = (service: string) => (cluster: string) => ({ service, cluster, replicas: 1 });
  const assignments = [...front.map(place('front')), ...back.map(place('back'))];
  const made = channelPolicies(APP, spec, assignments, 'here') as unknown as {
    metadata: { name: string };
    spec: {
      podSelector: { matchLabels: Record<string, string> };
      ingress: { from?: unknown; ports?: unknown }[];
    };
  }[];
  return new Map(made.map((each) => [each.metadata.name, each.spec]));
}

describe('the Pods of an isolated app', () => {
  test('are closed but for channels, by caller and port, and entry points', () => {
    const found = policies(['here'], ['here']);
    expect([...found.keys()]).toEqual(['isolation-web', 'svc-calls', 'svc-bills', 'entry-web-users']);
    expect(found.get('isolation-web')?.ingress).toEqual([]);
    expect(found.get('svc-calls')?.ingress).toEqual([
      {
        from: [
          {
            podSelector: {
              matchLabels: {
                'codeco.he-codeco.eu/app-uid': 'uid-web',
                'codeco.he-codeco.eu/service': 'front',
              },
            },
          },
        ],
        ports: [{ protocol: 'TCP', port: 80 }],
      },
    ]);
    expect(found.get('svc-bills')?.podSelector.matchLabels).toMatchObject({ 'application-group': 'billing' });
    expect(found.get('entry-web-users')?.ingress).toEqual([{}]);
  });

  test('are open on the port of a channel whose caller runs on another cluster', () => {
    const calls = policies(['here', 'there'], ['here']).get('svc-calls');
    expect(calls?.ingress).toEqual([{ ports: [{ protocol: 'TCP', port: 80 }] }]);
  });

  test('get no policy for a channel or entry point that ends elsewhere', () => {
    expect([...policies(['there'], ['there']).keys()]).toEqual(['isolation-web', 'svc-bills']);
  });
});
