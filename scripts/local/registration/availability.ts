import type { ManagedCluster } from '../../../src/api/ocm/managedcluster.ts';

/** OCM calls a cluster silent when its lease is older than this many lease durations. */
const SILENT_DURATIONS = 5;

const TAINT_PREFIX = 'cluster.open-cluster-management.io/';

type Taint = NonNullable<ManagedCluster['spec']['taints']>[number];

export interface Availability {
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  /** The taint that OCM puts on a cluster in this state. */
  taint?: 'unavailable' | 'unreachable';
}

/**
 * What OCM's hub says of a cluster: silence beats what the cluster said last.
 *
 * @param leaseAgeMs since the cluster last renewed its lease on the hub
 * @param apiServerAnswers what the cluster found at its last look at its own API server
 */
export function availability(
  leaseAgeMs: number,
  leaseDurationSeconds: number,
  apiServerAnswers: boolean,
): Availability {
  if (leaseAgeMs > SILENT_DURATIONS * leaseDurationSeconds * 1000) {
    return {
      status: 'Unknown',
      reason: 'ManagedClusterLeaseUpdateStopped',
      message: 'Registration agent stopped updating its lease.',
      taint: 'unreachable',
    };
  }
  if (!apiServerAnswers) {
    return {
      status: 'False',
      reason: 'ManagedClusterKubeAPIServerUnavailable',
      message: 'The kube-apiserver of the managed cluster does not answer.',
      taint: 'unavailable',
    };
  }
  return { status: 'True', reason: 'ManagedClusterAvailable', message: 'Managed cluster is available' };
}

/** The taints that a cluster should have: those of others stay; undefined when nothing has to change. */
export function taintsFor(
  current: readonly Taint[],
  wanted: Availability['taint'],
  now: Date,
): Taint[] | undefined {
  const ours = [`${TAINT_PREFIX}unavailable`, `${TAINT_PREFIX}unreachable`];
  const key = wanted === undefined ? undefined : `${TAINT_PREFIX}${wanted}`;
  const kept = current.filter((taint) => taint.key === key || !ours.includes(taint.key));
  if (key === undefined || kept.some((taint) => taint.key === key)) {
    return kept.length === current.length ? undefined : kept;
  }
  return [...kept, { key, effect: 'NoSelect', timeAdded: now.toISOString().replace(/\.\d+Z$/, 'Z') }];
}
