import { type Lease, LeaseResource } from '../api/core.ts';
import { keyString, type ObjectKey } from '../api/meta.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../runtime/apierror.ts';
import type { Client } from '../runtime/client.ts';
import type { Clock } from '../runtime/clock.ts';
import type { LeaderElection } from '../runtime/leaderelection.ts';
import { realClock } from '../runtime/realclock.ts';
import type { Logger } from '../runtime/reconcile.ts';
import { decideLease, heldBy, type LeaseObservation, released } from './leasedecision.ts';

export interface LeaseElectionOptions {
  /** Without a fence, and best over a transport of its own: renewals must not queue behind other writes. */
  client: Client;
  lease: ObjectKey;
  log: Logger;
  clock?: Clock;
  random?: () => number;
  /** Unlike that of every other candidate, of earlier processes on the same host too. */
  identity: string;
}

/** client-go's times. A standby acts within 15 s of the last renewal it saw, plus one look. */
const LEASE_DURATION_MS = 15_000;
/** A leader that could not renew for this long writes nothing any more: 5 s before anybody else may. */
const RENEW_DEADLINE_MS = 10_000;
const RETRY_PERIOD_MS = 2_000;
const ATTEMPT_MS = 5_000;
const RELEASE_MS = 2_000;

/**
 * Leader election on a coordination.k8s.io/v1 Lease. The lease alone does not keep a stopped process from
 * writing when it wakes up: {@link LeaseElection.fence} does, before each write, and the resourceVersion
 * that each write carries does for the one that was already on its way.
 */
export class LeaseElection implements LeaderElection {
  readonly identity: string;
  readonly #client: Client;
  readonly #key: ObjectKey;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Logger;
  #lease: Lease | undefined;
  #seenVersion: string | undefined;
  #observation: LeaseObservation = { spec: undefined, observedAt: 0 };
  #leads = false;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeaseElectionOptions) {
    this.identity = options.identity;
    this.#client = options.client;
    this.#key = options.lease;
    this.#clock = options.clock ?? realClock;
    this.#random = options.random ?? Math.random;
    this.#log = options.log.child({ lease: keyString(options.lease), identity: this.identity });
  }

  isLeader(): boolean {
    return this.#leads;
  }

  sinceRenewalMs(): number {
    return this.#clock.monotonic() - this.#renewedAt;
  }

  fence(): string | undefined {
    if (!this.#leads) return 'this process does not lead';
    const age = this.sinceRenewalMs();
    if (age <= RENEW_DEADLINE_MS) return undefined;
    return `the lease was last renewed ${Math.round(age / 1000)} s ago, writing ends after ${RENEW_DEADLINE_MS / 1000} s`;
  }

  async acquire(signal: AbortSignal): Promise<void> {
    let leader = '';
    for (;;) {
      signal.throwIfAborted();
      let pause = RETRY_PERIOD_MS * (1 + 0.2 * this.#random());
      const decision = await this.#attempt(ATTEMPT_MS);
      if (decision === 'Held') {
        this.#leads = true;
        this.#log.info({}, 'leading');
        return;
      }
      if (decision !== 'Failed') {
        if (decision.holder !== leader) this.#log.info({ leader: decision.holder }, 'standing by');
        leader = decision.holder;
        pause = Math.min(pause, decision.expiresInMs);
      }
      await this.#clock.sleep(pause, signal);
    }
  }

  async hold(signal: AbortSignal): Promise<'Released' | 'Lost'> {
    for (;;) {
      await this.#clock.sleep(RETRY_PERIOD_MS, signal).catch(() => undefined);
      if (signal.aborted) {
        await this.#release();
        return 'Released';
      }
      // Judged before the next try: a process that was stopped must not renew its way back into the past.
      const left = RENEW_DEADLINE_MS - this.sinceRenewalMs();
      if (left <= 0) return this.#lost('not renewed in time');
      const decision = await this.#attempt(Math.min(ATTEMPT_MS, left));
      if (decision !== 'Held' && decision !== 'Failed') return this.#lost(`taken by ${decision.holder}`);
    }
  }

  /** One look and, where it is due, one write. `Failed` covers every trouble on the way. */
  async #attempt(timeoutMs: number): Promise<'Held' | 'Failed' | { holder: string; expiresInMs: number }> {
    const begun = this.#clock.monotonic();
    const limit = new AbortController();
    const timeout = this.#clock
      .sleep(timeoutMs, limit.signal)
      .then(() => Promise.reject(new Error(`no answer within ${timeoutMs / 1000} s`)));
    timeout.catch(() => undefined);
    try {
      return await Promise.race([this.#lookAndWrite(begun), timeout]);
    } catch (error) {
      // Somebody else was faster: look again next time. Anything else is worth a line.
      if (isConflict(error) || isAlreadyExists(error)) this.#lease = undefined;
      else this.#log.warn({ err: error }, this.#leads ? 'renewal failed' : 'candidacy failed');
      return 'Failed';
    } finally {
      limit.abort();
    }
  }

  async #lookAndWrite(begun: number): Promise<'Held' | { holder: string; expiresInMs: number }> {
    // A leader writes over what it last wrote, without reading: its own resourceVersion guards it.
    if (!this.#leads || !this.#lease) await this.#look();
    const { spec } = this.#observation;
    const decision = decideLease(
      this.#observation,
      this.identity,
      this.#clock.monotonic(),
      LEASE_DURATION_MS,
    );
    if (decision.action === 'Wait') return decision;
    const next = heldBy(this.identity, spec, LEASE_DURATION_MS, this.#clock.now());
    const written = this.#lease
      ? await this.#client.update(LeaseResource, { ...this.#lease, spec: next })
      : await this.#client.create(LeaseResource, this.#newLease(next));
    this.#observe(written);
    // The moment before the request: the standby's 15 s cannot have begun earlier.
    this.#renewedAt = Math.max(this.#renewedAt, begun);
    return 'Held';
  }

  async #look(): Promise<void> {
    try {
      this.#observe(await this.#client.get(LeaseResource, this.#key));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#lease = undefined;
      this.#observation = { spec: undefined, observedAt: this.#clock.monotonic() };
    }
  }

  #observe(lease: Lease): void {
    const known = this.#seenVersion === lease.metadata.resourceVersion;
    this.#seenVersion = lease.metadata.resourceVersion;
    this.#lease = lease;
    if (!known) this.#observation = { spec: lease.spec, observedAt: this.#clock.monotonic() };
  }

  #newLease(spec: Lease['spec']): Lease {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: this.#key.namespace, name: this.#key.name },
      ...(spec ? { spec } : {}),
    };
  }

  #lost(why: string): 'Lost' {
    this.#leads = false;
    this.#log.error({ why, sinceRenewalMs: Math.round(this.sinceRenewalMs()) }, 'lost the lease');
    return 'Lost';
  }

  /** Best effort: a lease that cannot be given back expires. */
  async #release(): Promise<void> {
    const leased = this.#lease;
    if (!this.#leads || !leased?.spec || this.sinceRenewalMs() > RENEW_DEADLINE_MS) return;
    this.#leads = false;
    const limit = new AbortController();
    const spec = released(leased.spec, this.#clock.now());
    try {
      await Promise.race([
        this.#client.update(LeaseResource, { ...leased, spec }),
        this.#clock.sleep(RELEASE_MS, limit.signal),
      ]);
      this.#log.info({}, 'released the lease');
    } catch (error) {
      this.#log.warn({ err: error }, 'the lease could not be released and will expire');
    } finally {
      limit.abort();
    }
  }
}
