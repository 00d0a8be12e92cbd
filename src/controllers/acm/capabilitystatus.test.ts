import { expect, test } from 'vitest';
import { aCluster, aSnapshot } from '../../../test/support/federation.ts';
import type { ClusterCapability } from '../../api/codeco/v1alpha1/clustercapability.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../api/conditions.ts';
import { canonicalJson } from '../../api/hash.ts';
import { capabilityStatus } from './capabilitystatus.ts';
import { federationFacts } from './federationfacts.ts';

const NOW = '2026-01-01T00:00:00Z';

function aCapability(name: string, spec: ClusterCapability['spec']): ClusterCapability {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterCapability',
    metadata: { name, generation: 3 },
    spec,
  };
}

/** Status of the first of the capabilities, over clusters edge-a and edge-b of set `all`. */
function status(...capabilities: ClusterCapability[]) {
  const clusters = [aCluster('edge-b'), aCluster('edge-a')];
  return capabilityStatus(
    capabilities[0]!,
    federationFacts(aSnapshot({ clusters, apps: [], capabilities })),
    NOW,
  );
}

test('the clusters that a capability takes are counted and named', () => {
  const found = status(aCapability('a', { select: { clusterSets: ['all'] }, zone: 'z' }));
  expect(found).toMatchObject({ observedGeneration: 3, matched: 2, clusters: ['edge-a', 'edge-b'] });
  expect(findCondition(found.conditions, 'Matched')?.status).toBe('True');
  expect(findCondition(found.conditions, 'Conflict')?.status).toBe('False');
});

test('two equally specific capabilities that differ are in conflict, with cluster, fact and the other one', () => {
  const names = { names: ['edge-a'] };
  const found = status(
    aCapability('a', { select: names, zone: 'z1', region: 'r' }),
    aCapability('b', { select: names, zone: 'z2', region: 'r' }),
  );
  expect(findCondition(found.conditions, 'Conflict')).toMatchObject({
    status: 'True',
    reason: 'EquallySpecific',
    message:
      'zone of edge-a: ClusterCapability b is as specific and states something else, so it counts as unknown',
  });
});

test('a more specific capability overrules, and that is no conflict', () => {
  const found = status(
    aCapability('a', { select: { clusterSets: ['all'] }, zone: 'z1' }),
    aCapability('b', { select: { names: ['edge-a'] }, zone: 'z2' }),
  );
  expect(findCondition(found.conditions, 'Conflict')?.status).toBe('False');
});

test('a capability that takes no cluster says why', () => {
  const labels = aCapability('a', { select: { matchLabels: { tier: 'edge' } } });
  expect(findCondition(status(labels).conditions, 'Matched')).toMatchObject({
    status: 'False',
    reason: 'LabelsNotTrusted',
  });
  const names = aCapability('a', { select: { names: ['edge-c'] } });
  expect(findCondition(status(names).conditions, 'Matched')?.reason).toBe('NoClusterMatched');
});

test('the same world gives the same bytes', () => {
  const first = status(aCapability('a', { select: { names: ['edge-a'] } }));
  const again = status({ ...aCapability('a', { select: { names: ['edge-a'] } }), status: first });
  expect(canonicalJson(again)).toBe(canonicalJson(first));
});
