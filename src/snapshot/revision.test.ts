import { expect, it } from 'vitest';
import { aModel, aService } from '../../test/support/appstate.ts';
import type { ControllerRevision } from '../api/core.ts';
import { podDemand } from './demand.ts';
import { toAppRevision } from './revision.ts';

function revision(data: unknown, kind = 'CodecoApp'): ControllerRevision {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      namespace: 'shop',
      name: 'web-1a2b',
      ownerReferences: [{ apiVersion: 'v1', kind, name: 'web', uid: 'u' }],
    },
    revision: 3,
    data,
  };
}

const PODSPEC = {
  containers: [
    {
      name: 'c',
      image: 'secret.example/image',
      env: [{ name: 'TOKEN', value: 'x' }],
      resources: { requests: { cpu: '1' } },
    },
  ],
  initContainers: [{ name: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '2' } } }],
  overhead: { cpu: '1' },
  volumes: [{ name: 'v' }],
};

it('reads the model with what says how much a Pod needs, and nothing else of the Pod', () => {
  const spec = aModel({ 'codecoapp-msspec': [aService({ podspec: PODSPEC, replicas: 2 })] });
  const read = toAppRevision(revision({ spec, generation: 7 }));
  expect(read).toMatchObject({ namespace: 'shop', name: 'web-1a2b', app: 'web', generation: 7 });
  const service = read?.spec['codecoapp-msspec'][0];
  expect(service?.replicas).toBe(2);
  expect(podDemand(service!.podspec)).toEqual(podDemand(PODSPEC));
  expect(JSON.stringify(read)).not.toMatch(/secret|TOKEN|volumes/);
});

it('does not take the revision of a StatefulSet for a model', () => {
  expect(toAppRevision(revision({ spec: aModel() }, 'StatefulSet'))).toBeUndefined();
  expect(toAppRevision(revision(undefined))).toBeUndefined();
});
