import { expect, it } from 'vitest';
import { aModel, anAppState, aService } from '../../test/support/appstate.ts';
import { NOW } from '../../test/support/federation.ts';
import type { Dataset } from '../api/codeco/v1alpha1/dataset.ts';
import type { Application } from '../engine/problem.ts';
import { toApplication } from './application.ts';
import { toDatasets } from './datasets.ts';
import { profileOf } from './profile.ts';

const CLUSTERS = new Set(['a', 'b']);
const hoursAgo = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();

function reading(...datasets: string[]): Application {
  const model = aModel({
    'codecoapp-msspec': [aService({ data: datasets.map((dataset) => ({ dataset })) })],
  });
  return toApplication(anAppState({ model }), model, {
    candidates: { names: ['a'], silent: [], excluded: {} },
    profile: profileOf([], undefined).weights,
    crossing: true,
    classified: { security: false, compliance: false },
    locations: CLUSTERS,
    otherApp: () => undefined,
  }).application;
}

const FACES: Dataset = {
  apiVersion: 'v1alpha1',
  kind: 'Dataset',
  metadata: { namespace: 'shop', name: 'faces' },
  spec: {
    size: '3G',
    residency: ['EU', 'CH'],
    replicas: [{ cluster: 'b' }, { cluster: 'a', lastChange: hoursAgo(5) }, { cluster: 'gone' }],
  },
  status: { replicas: [{ cluster: 'a', lastChange: hoursAgo(2) }] },
};

it('takes declared and found replicas, what was found first', () => {
  expect(toDatasets({ datasets: [FACES], now: NOW }, [reading('faces')], CLUSTERS)).toEqual([
    {
      id: 'shop/faces',
      holders: [{ location: 'a', stalenessSeconds: 7200 }, { location: 'b' }],
      sizeGB: 3,
      residency: ['CH', 'EU'],
    },
  ]);
});

it('knows no holder of a data set that does not exist, and leaves out the ones nobody needs', () => {
  expect(toDatasets({ datasets: [FACES], now: NOW }, [reading('lost')], CLUSTERS)).toEqual([
    { id: 'shop/lost', holders: [], residency: [] },
  ]);
});
