import type { Lease } from '../api/core.ts';

export type LeaseSpec = NonNullable<Lease['spec']>;

/** The lease as it is, and since when (monotonic ms, by our own clock) it has been seen like this. */
export interface LeaseObservation {
  spec: LeaseSpec | undefined;
  observedAt: number;
}

export type LeaseDecision =
  | { action: 'Take' }
  | { action: 'Renew' }
  /** Somebody else leads; `expiresInMs` from now, unless it renews. */
  | { action: 'Wait'; holder: string; expiresInMs: number };

/**
 * Whether `identity` may lead. A lease has expired when it was not *seen to change* for its duration: the
 * times in it come from other machines' clocks and are never compared with ours.
 *
 * @param now monotonic ms
 */
export function decideLease(
  observation: LeaseObservation,
  identity: string,
  now: number,
  durationMs: number,
): LeaseDecision {
  const holder = observation.spec?.holderIdentity ?? '';
  if (holder === identity) return { action: 'Renew' };
  if (holder === '') return { action: 'Take' };
  const seconds = observation.spec?.leaseDurationSeconds;
  const expiresInMs = observation.observedAt + (seconds === undefined ? durationMs : seconds * 1000) - now;
  return expiresInMs <= 0 ? { action: 'Take' } : { action: 'Wait', holder, expiresInMs };
}

/**
 * The lease as `identity` writes it when it takes or renews.
 *
 * @param wallMs ms since the epoch: for people who look at the lease
 */
export function heldBy(
  identity: string,
  previous: LeaseSpec | undefined,
  durationMs: number,
  wallMs: number,
): LeaseSpec {
  const renews = previous?.holderIdentity === identity;
  const now = microTime(wallMs);
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.round(durationMs / 1000),
    acquireTime: renews ? (previous.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: (previous?.leaseTransitions ?? 0) + (renews || previous === undefined ? 0 : 1),
  };
}

/** The lease without a holder: the next candidate takes it at its next look. */
export function released(previous: LeaseSpec, wallMs: number): LeaseSpec {
  // The API server refuses an empty holderIdentity; left out, it is emptied.
  const { holderIdentity: _, ...rest } = previous;
  return { ...rest, leaseDurationSeconds: 1, renewTime: microTime(wallMs) };
}

/** metav1.MicroTime: the API server refuses fewer than six digits after the second. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}
