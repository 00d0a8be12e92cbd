/** What appFailureTolerance asks of a placement. */
export type Tolerance =
  | { kind: 'None' }
  /** A verified fallback plan for the loss of any one cluster that is used. */
  | { kind: 'Fallback' }
  /** Stays up when any one failure domain is lost. */
  | { kind: 'Survive' }
  /** The share of a service's replicas, in (0, 1), that one failure domain may take with it. */
  | { kind: 'Share'; share: number };

/** High, Medium, Low, empty, or a percentage with or without its sign. Anything else asks for nothing. */
export function readTolerance(text: string | undefined): Tolerance {
  switch (text) {
    case 'High':
      return { kind: 'Survive' };
    case 'Medium':
      return { kind: 'Fallback' };
    default: {
      const percent = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(text ?? '')?.[1]);
      return percent > 0 && percent < 100 ? { kind: 'Share', share: percent / 100 } : { kind: 'None' };
    }
  }
}

/** Replicas of a service that leaves them open. High needs two, so that one may be lost. */
export function defaultReplicas(tolerance: Tolerance): number {
  return tolerance.kind === 'Survive' ? 2 : 1;
}

/**
 * Failure domains that replicas must reach so that an even split loses no more than the share with any one
 * of them. A service with fewer replicas than that reaches as many domains as it has replicas.
 */
export function domainsFor(share: number, replicas: number): number {
  return Math.min(replicas, Math.ceil(1 / share - 1e-9), 100);
}
