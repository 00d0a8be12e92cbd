import { expect, test } from 'vitest';
import { availability, taintsFor } from './availability.ts';

const NOW = new Date('2026-01-01T00:00:00.123Z');
const UNREACHABLE = 'cluster.open-cluster-management.io/unreachable';

test('a cluster is available until its lease is older than five lease durations', () => {
  expect(availability(300_000, 60, true).status).toBe('True');
  expect(availability(300_001, 60, true)).toMatchObject({ status: 'Unknown', taint: 'unreachable' });
});

test('a cluster that renews its lease but cannot reach its own API server is not available', () => {
  expect(availability(0, 60, false)).toMatchObject({
    status: 'False',
    reason: 'ManagedClusterKubeAPIServerUnavailable',
    taint: 'unavailable',
  });
});

test('silence beats the last word about the API server', () => {
  expect(availability(301_000, 60, false).status).toBe('Unknown');
});

test('a taint is added once, with the time in whole seconds, and those of others stay', () => {
  const foreign = { key: 'gpu', effect: 'NoSelect' as const };
  const added = taintsFor([foreign], 'unreachable', NOW);
  expect(added).toEqual([
    foreign,
    { key: UNREACHABLE, effect: 'NoSelect', timeAdded: '2026-01-01T00:00:00Z' },
  ]);
  expect(taintsFor(added ?? [], 'unreachable', NOW)).toBeUndefined();
});

test('a cluster that is back loses only the taint of its silence', () => {
  const foreign = { key: 'gpu', effect: 'NoSelect' as const };
  expect(taintsFor([foreign, { key: UNREACHABLE, effect: 'NoSelect' }], undefined, NOW)).toEqual([foreign]);
  expect(taintsFor([foreign], undefined, NOW)).toBeUndefined();
});

test('one taint takes the place of the other', () => {
  const keys = taintsFor([{ key: UNREACHABLE, effect: 'NoSelect' }], 'unavailable', NOW)?.map(
    ({ key }) => key,
  );
  expect(keys).toEqual(['cluster.open-cluster-management.io/unavailable']);
});
