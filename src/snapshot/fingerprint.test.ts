import { describe, expect, it } from 'vitest';
import { aModel, aService } from '../../test/support/appstate.ts';
import { aCluster, anApp, aSnapshot, NOW } from '../../test/support/federation.ts';
import { appStates } from './appstate.ts';
import { type Fingerprint, fingerprintsOf, mayDiffer } from './fingerprint.ts';
import { buildProblem } from './problem.ts';
import type { Snapshot } from './snapshot.ts';

const APP = anApp('web', aModel({ 'codecoapp-msspec': [aService({ data: [{ dataset: 'faces' }] })] }));
const DATASET = {
  apiVersion: 'v1alpha1',
  kind: 'Dataset',
  metadata: { namespace: 'shop', name: 'faces' },
  spec: { replicas: [{ cluster: 'a', lastChange: new Date(NOW - 3_600_000).toISOString() }] },
};

function print(
  clusters: Snapshot['managedClusters'],
  rest: Partial<Omit<Snapshot, 'apps'>> = {},
): Fingerprint {
  const snapshot = aSnapshot({ clusters: [...clusters], apps: [APP], datasets: [DATASET], ...rest });
  const { problem } = buildProblem(snapshot, appStates(snapshot), new Set(['shop/web']));
  return fingerprintsOf(problem!).get('shop/web')!;
}

const BEFORE = print([aCluster('a', { cpu: '4' })]);

describe('what may turn a refusal into a placement', () => {
  it.each<[string, Fingerprint]>([
    ['more free capacity', print([aCluster('a', { cpu: '8' })])],
    ['a cluster more', print([aCluster('a', { cpu: '4' }), aCluster('b', { cpu: '1' })])],
    ['a label', print([aCluster('a', { cpu: '4', labels: { tier: 'edge' } })])],
  ])('is %s', (_name, now) => {
    expect(mayDiffer(BEFORE, now)).toBe(true);
  });
});

describe('what may not', () => {
  it.each<[string, Fingerprint]>([
    ['the same world', print([aCluster('a', { cpu: '4' })])],
    ['less free capacity', print([aCluster('a', { cpu: '2' })])],
    ['a minute that passes', print([aCluster('a', { cpu: '4' })], { now: NOW + 60_000 })],
  ])('is %s', (_name, now) => {
    expect(mayDiffer(BEFORE, now)).toBe(false);
  });
});
