import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions, ONE_WRITER } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/**
 * AssignmentPlan: the decision about one app and the last attempt, with evidence. Spec is written by SWM,
 * status (what runs) by ACM. Named `<app>-assignment-plan`, in the app's namespace.
 */

/** `replicas` of a service on a cluster. */
export const Assignment = z.strictObject({
  service: z.string().max(63),
  cluster: z.string().max(253),
  replicas: z.int().min(1),
});

/** A channel with the delay and bandwidth predicted on the pair of clusters it uses. */
export const PlannedChannel = z.strictObject({
  channel: z.string().max(63),
  from: z.string().max(63),
  to: z.string().max(63),
  fromCluster: z.string().max(253),
  toCluster: z.string().max(253),
  serviceClass: z.enum(['ASSURED', 'BESTEFFORT']),
  delayMilliseconds: z.number().optional(),
  maxDelayMilliseconds: z.number().optional(),
  bandwidthMbps: z.number().optional(),
  assumed: z.boolean().optional(),
});

export const TermAmount = z.strictObject({
  term: z.string().max(63),
  unit: z.string().max(63),
  value: z.number(),
  /** Divided by the value of the average placement. */
  normalised: z.number().optional(),
});

/** Estimated power of the services, W, from the declared power of each cluster. */
export const EnergyEstimate = z.strictObject({
  /** On the clusters that were chosen. */
  estimatedWatts: z.number(),
  /** On the least efficient clusters that each service may use. */
  worstWatts: z.number(),
  /** appEnergyLimit as a share of `worstWatts`; the estimate may be above it. */
  limitWatts: z.number(),
});

/** What the loss of each cluster that is used would do, where appFailureTolerance asks for anything. */
export const Survival = z.strictObject({
  /** High, Medium, or a percentage as the application has it. */
  tolerance: z.string().max(16),
  losses: z
    .array(
      z.strictObject({
        cluster: z.string().max(253),
        /** StaysUp: what is left goes on. Fallback: a verified plan waits. Down: neither. */
        outcome: z.enum(['StaysUp', 'Fallback', 'Down']),
        /** Largest share of a service's replicas that go with the failure domain of the cluster. */
        lostShare: z.number(),
        message: z.string().max(512).optional(),
      }),
    )
    .max(100),
});

/** Why: enough to explain and to replay. As of the write; never the cause of one. */
export const Evidence = z.strictObject({
  inputHash: z.string().max(64),
  engine: z.string().max(64),
  seed: z.int(),
  work: z.number(),
  profile: z.string().max(253),
  verdict: z.enum(['Optimal', 'Feasible']),
  proof: z.string().max(63),
  objective: z.number().optional(),
  lowerBound: z.number().optional(),
  /** Share: 0.012 is 1.2 %. */
  gap: z.number().optional(),
  terms: z.array(TermAmount).max(16),
  /** Where the application has an appEnergyLimit and the power of clusters is known. */
  energy: EnergyEstimate.optional(),
  survival: Survival.optional(),
  reasons: z
    .array(
      z.strictObject({
        service: z.string().max(63),
        /** Best other cluster for the service. */
        next: z.string().max(253).optional(),
        nextObjective: z.number().optional(),
        ruledOut: z
          .array(
            z.strictObject({
              cluster: z.string().max(253),
              rule: z.string().max(63),
              message: z.string().max(512),
            }),
          )
          .max(16),
      }),
    )
    .max(500),
  notes: z.array(z.string().max(512)).max(32).optional(),
  /** What was left out to keep the plan under its size. */
  shortened: z.array(z.string().max(63)).max(8).optional(),
});

export const Decision = z.strictObject({
  /** Hash of revision and assignments: equal decisions have equal ids. */
  id: z.string().max(64),
  /** Name of the ControllerRevision that the decision was made of. */
  revision: z.string().max(253),
  cause: z.string().max(256),
  /** When a running service was last sent elsewhere, RFC 3339: where the cooldown begins. */
  movedAt: z.string().max(64).optional(),
  assignments: z.array(Assignment).max(5000),
  channels: z.array(PlannedChannel).max(5000),
  fallbacks: z
    .array(z.strictObject({ lostCluster: z.string().max(253), assignments: z.array(Assignment).max(5000) }))
    .max(100)
    .optional(),
  evidence: Evidence,
});

export const Attempt = z.strictObject({
  /** Generation of the app that the attempt is about. */
  generation: z.int(),
  revision: z.string().max(253),
  verdict: z.enum(['Placed', 'Infeasible', 'NoneFound', 'Deferred']),
  reason: z.string().max(2048),
  conflict: z
    .array(
      z.strictObject({
        rule: z.string().max(63),
        service: z.string().max(63).optional(),
        channel: z.string().max(63).optional(),
        cluster: z.string().max(253).optional(),
        message: z.string().max(1024),
      }),
    )
    .max(32)
    .optional(),
  relaxations: z
    .array(z.strictObject({ message: z.string().max(512), verified: z.boolean() }))
    .max(8)
    .optional(),
});

export const AssignmentPlanSpec = z
  .strictObject({
    decision: Decision.optional(),
    attempt: Attempt.optional(),
  })
  .meta(ONE_WRITER);

export const RunningAssignment = z.strictObject({
  service: z.string().max(63),
  cluster: z.string().max(253),
  /** Id of the decision whose manifests the cluster holds. */
  decision: z.string().max(64),
  replicas: z.int(),
  ready: z.int(),
});

export const AssignmentPlanStatus = z
  .strictObject({
    observedDecision: z.string().max(64).optional(),
    phase: z.enum(['Pending', 'Distributing', 'Running', 'Failed']).optional(),
    running: z.array(RunningAssignment).max(5000).optional(),
    conditions: Conditions.optional(),
  })
  .meta(ONE_WRITER);

export type Assignment = z.output<typeof Assignment>;
export type PlannedChannel = z.output<typeof PlannedChannel>;
export type EnergyEstimate = z.output<typeof EnergyEstimate>;
export type Survival = z.output<typeof Survival>;
export type Evidence = z.output<typeof Evidence>;
export type Decision = z.output<typeof Decision>;
export type Attempt = z.output<typeof Attempt>;
export type RunningAssignment = z.output<typeof RunningAssignment>;
export type AssignmentPlanSpec = z.output<typeof AssignmentPlanSpec>;
export type AssignmentPlanStatus = z.output<typeof AssignmentPlanStatus>;
export interface AssignmentPlan {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: AssignmentPlanSpec;
  status?: AssignmentPlanStatus;
}

export const AssignmentPlanResource = defineResource<AssignmentPlan>(
  GROUP,
  VERSION,
  'AssignmentPlan',
  'assignmentplans',
  'Namespaced',
);

/** Plans are named after the object, not after appName: two apps never share one. */
export function planName(appName: string): string {
  return `${appName}-assignment-plan`;
}
