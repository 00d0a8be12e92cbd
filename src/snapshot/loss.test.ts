import { describe, expect, it } from 'vitest';
import { aCluster, NOW } from '../../test/support/federation.ts';
import { Losses } from './loss.ts';

const MINUTE = 60_000;
const clusters = [aCluster('fine'), aCluster('silent', { available: false })];
const lossesAfter = (minutes: number, clusterGraceMs?: number) =>
  new Losses({
    managedClusters: clusters,
    now: NOW + minutes * MINUTE,
    ...(clusterGraceMs === undefined ? {} : { clusterGraceMs }),
  });

describe('a cluster counts as lost', () => {
  it('when its ManagedCluster is gone', () => {
    expect(lossesAfter(0).why('gone')).toBe('is gone');
    expect(lossesAfter(0).why('fine')).toBeUndefined();
  });

  it('when it has not been available for longer than the grace, and not before', () => {
    expect(lossesAfter(4, 5 * MINUTE).why('silent')).toBeUndefined();
    expect(lossesAfter(6, 5 * MINUTE).why('silent')).toBe('has not been available for 6 min');
  });

  it('never by silence where no grace is given', () => {
    expect(lossesAfter(600).why('silent')).toBeUndefined();
    expect(lossesAfter(600).nextMs()).toBeUndefined();
  });

  it('next when the grace of a silent one ends', () => {
    expect(lossesAfter(4, 5 * MINUTE).nextMs()).toBe(MINUTE);
    expect(lossesAfter(6, 5 * MINUTE).nextMs()).toBeUndefined();
  });
});
