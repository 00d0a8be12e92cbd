import { setTimeout as delay } from 'node:timers/promises';
import type { Condition } from '../../../src/api/conditions.ts';
import { type Lease, LeaseResource } from '../../../src/api/core.ts';
import {
  CLUSTER_SET_LABEL,
  type ManagedCluster,
  ManagedClusterResource,
} from '../../../src/api/ocm/managedcluster.ts';
import { isNotFound } from '../../../src/runtime/apierror.ts';
import type { ApiServer } from '../controlplane/apiserver.ts';
import { ensureNamespace } from '../identities.ts';
import { type Availability, availability, taintsFor } from './availability.ts';
import { type ClusterReport, clusterReport } from './report.ts';
import { reportTelemetry } from './telemetry.ts';

const FIELD_MANAGER = 'codeco-local-registration';
const LEASE = 'managed-cluster-lease';
const LONGEST_PERIOD_MS = 30_000;

export interface ClusterIdentity {
  name: string;
  set: string;
  labels: Readonly<Record<string, string>>;
  /** OCM's default is 60. */
  leaseDurationSeconds: number;
  /** Also plays the suite's agent: writes ClusterTelemetry. */
  telemetry: boolean;
}

/**
 * Plays OCM's registration for one managed cluster, both sides of it. The cluster's side renews the lease
 * and reports what the real nodes offer; it can be stopped, as if the cluster had lost its way to the hub.
 * The hub's side judges the lease: condition Available, and the taints that go with it. Names and times are
 * OCM's own.
 */
export class Registration {
  readonly #hub: ApiServer;
  readonly #managed: ApiServer;
  readonly #identity: ClusterIdentity;
  #report: ClusterReport | undefined;
  #silent = false;

  constructor(hub: ApiServer, managed: ApiServer, identity: ClusterIdentity) {
    this.#hub = hub;
    this.#managed = managed;
    this.#identity = identity;
  }

  /** The cluster neither renews its lease nor reports any more. */
  silence(): void {
    this.#silent = true;
  }

  /** It is back; the hub hears of it at the next round, or at once by {@link round}. */
  resume(): void {
    this.#silent = false;
  }

  /** The cluster is created, accepted and joined. */
  async join(): Promise<void> {
    const { name, set, labels, leaseDurationSeconds } = this.#identity;
    const cluster = {
      apiVersion: 'cluster.open-cluster-management.io/v1',
      kind: 'ManagedCluster',
      metadata: { name, labels: { ...labels, [CLUSTER_SET_LABEL]: set, name } },
      spec: {
        hubAcceptsClient: true,
        leaseDurationSeconds,
        managedClusterClientConfigs: [{ url: this.#managed.url }],
      },
    };
    await this.#hub.admin.apply(ManagedClusterResource, cluster, {
      fieldManager: FIELD_MANAGER,
      force: true,
    });
    await ensureNamespace(this.#hub, name, { 'open-cluster-management.io/cluster-name': name });
    await this.round();
  }

  /** Goes on until the signal; what goes wrong is told, and tried again in the next round. */
  async run(signal: AbortSignal, failed: (message: string) => void): Promise<void> {
    const period = Math.min(LONGEST_PERIOD_MS, this.#identity.leaseDurationSeconds * 500);
    for (;;) {
      await delay(period, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      // Tests stop API servers on purpose.
      await this.round().catch((error) => {
        if (!signal.aborted) failed(`registration of ${this.#identity.name}: ${String(error)}`);
      });
    }
  }

  /** One look of the cluster at itself, and one look of the hub at the cluster. */
  async round(): Promise<void> {
    let answers = true;
    if (!this.#silent) {
      const report = await clusterReport(this.#managed).catch(() => undefined);
      answers = report !== undefined;
      if (report) this.#report = report;
      await this.#renewLease();
      if (report && this.#identity.telemetry) {
        await reportTelemetry(this.#hub, this.#managed, this.#identity.name);
      }
    }
    await this.#judge(answers);
  }

  async #judge(answers: boolean): Promise<void> {
    const { name, leaseDurationSeconds } = this.#identity;
    const lease = await this.#hub.admin.get(LeaseResource, { namespace: name, name: LEASE });
    const age = Date.now() - Date.parse(lease.spec?.renewTime ?? '');
    const verdict = availability(age, leaseDurationSeconds, answers);
    const current = await this.#hub.admin.get(ManagedClusterResource, { namespace: '', name });
    const taints = taintsFor(current.spec.taints ?? [], verdict.taint, new Date());
    if (taints) {
      const { status: _, ...cluster } = current;
      await this.#hub.admin.update(ManagedClusterResource, { ...cluster, spec: { ...current.spec, taints } });
    }
    await this.#hub.admin.applyStatus(
      ManagedClusterResource,
      {
        apiVersion: current.apiVersion,
        kind: current.kind,
        metadata: { name },
        status: { ...this.#report, conditions: conditions(current, verdict) },
      },
      { fieldManager: FIELD_MANAGER, force: true },
    );
  }

  async #renewLease(): Promise<void> {
    const { name, leaseDurationSeconds } = this.#identity;
    const renewTime = new Date().toISOString().replace('Z', '000Z');
    const labels = { 'open-cluster-management.io/cluster-name': name };
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: LEASE, namespace: name, labels },
      spec: { leaseDurationSeconds, renewTime },
    };
    try {
      const current = await this.#hub.admin.get(LeaseResource, { namespace: name, name: LEASE });
      await this.#hub.admin.update(LeaseResource, { ...current, spec: { ...current.spec, renewTime } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await this.#hub.admin.create(LeaseResource, lease);
    }
  }
}

/** A time that did not change is kept, so that an unchanged world writes nothing new. */
function conditions(current: ManagedCluster, verdict: Availability): Condition[] {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (
    type: string,
    status: Condition['status'],
    reason: string,
    message: string,
  ): Condition => {
    const before = current.status?.conditions?.find((existing) => existing.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
    return { type, status, reason, message, lastTransitionTime };
  };
  const { status, reason, message } = verdict;
  return [
    condition(
      'HubAcceptedManagedCluster',
      'True',
      'HubClusterAdminAccepted',
      'Accepted by hub cluster admin',
    ),
    condition('ManagedClusterJoined', 'True', 'ManagedClusterJoined', 'Managed cluster joined'),
    condition('ManagedClusterConditionAvailable', status, reason, message),
  ];
}
