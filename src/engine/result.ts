import { z } from 'zod';
import { ResourceAmounts, Share } from './problem.ts';

/**
 * What the engine answers: the public, versioned output. A bound is never above the optimum; `NoneFound`
 * is never reported as `Infeasible`, which is proved.
 */
export const RESULT_FORMAT = 'codeco.placement.result/v1';

export const TERMS = ['cost', 'carbon', 'delay', 'resilience', 'balance', 'migration'] as const;
export type Term = (typeof TERMS)[number];

/** One number per term. In its own unit: USD/h, gCO2e/h, ms (weighted by calls), nats, 1, moves (replicas and GB of state). */
export const TermValues = z.strictObject({
  /** USD/h. */
  cost: z.number().optional(),
  /** gCO2e/h. */
  carbon: z.number().optional(),
  /** ms, weighted by calls. */
  delay: z.number().optional(),
  /** nats. */
  resilience: z.number().optional(),
  /** No unit. */
  balance: z.number().optional(),
  /** Replicas that move, and GB of their state. */
  migration: z.number().optional(),
});

/** A rule that a placement must keep; the closed list that reasons, conditions and explanations speak of. */
export const RULES = [
  'Candidate',
  'Selector',
  'Taint',
  'SecurityClass',
  'ComplianceClass',
  'Residency',
  'Data',
  'Pinned',
  'Capacity',
  'Shape',
  'Delay',
  'Bandwidth',
  'Path',
  'Crossing',
  'Spread',
  'Survival',
  'Budget',
] as const;
export type Rule = (typeof RULES)[number];

/** One broken or conflicting rule, in words that the author of an application understands. */
export const Reason = z.strictObject({
  /** Which kind of rule. */
  rule: z.enum(RULES),
  /** Id of the application. */
  application: z.string(),
  /** Whose rule it is. */
  service: z.string().optional(),
  /** Whose rule it is. */
  channel: z.string().optional(),
  /** Where it is broken. */
  location: z.string().optional(),
  /** In words. */
  message: z.string(),
});

/** A change that makes an infeasible application feasible; `verified` by solving again. */
export const Relaxation = z.strictObject({
  /** For example: raise maxDelay of channel frames to 11 ms. */
  message: z.string(),
  /** Which kind of rule gives way. */
  rule: z.enum(RULES),
  /** Whose rule it is. */
  service: z.string().optional(),
  /** Whose rule it is. */
  channel: z.string().optional(),
  /** The value now, with its unit. */
  from: z.string().optional(),
  /** The least change of it that is enough. */
  to: z.string().optional(),
  /** Solved with the change, and placed. */
  verified: z.boolean(),
});

export const ServicePlacement = z.strictObject({
  /** Id of the service. */
  service: z.string(),
  /** Where its replicas are. */
  shares: z.array(Share).min(1),
  /** How many locations each rule removes, alone. */
  removed: z.record(z.string(), z.number()).optional(),
  /** Best other place for the whole service with everything else as it is, and its objective there. */
  runnerUp: z.strictObject({ location: z.string(), objective: z.number(), terms: TermValues }).optional(),
  /** Locations that a rule forbids, with the rule; shortened to the nearest ones. */
  ruledOut: z.array(Reason).default([]),
});

/** A channel on the pair of locations that carries the largest share of its calls. */
export const ChannelPlacement = z.strictObject({
  /** Id of the channel. */
  channel: z.string(),
  /** Location of the caller. */
  from: z.string(),
  /** Location of the callee. */
  to: z.string(),
  /** ms, one way; absent where no path is known. */
  delayMs: z.number().optional(),
  /** The limit. */
  maxDelayMs: z.number().optional(),
  /** Mbit/s asked for. */
  bandwidthMbps: z.number().optional(),
  /** Delay or traffic rests on an assumed figure. */
  assumed: z.boolean().default(false),
});

export const Verdict = z.enum(['Optimal', 'Feasible', 'Infeasible', 'NoneFound', 'Deferred']);
export type Verdict = z.output<typeof Verdict>;

export const ApplicationResult = z.strictObject({
  /** Id of the application. */
  application: z.string(),
  /** Optimal and Infeasible are proved; NoneFound is neither; Deferred fits alone, but not beside the others. */
  verdict: Verdict,
  /** Empty unless the verdict is Optimal or Feasible. */
  services: z.array(ServicePlacement).default([]),
  /** How the own channels run. */
  channels: z.array(ChannelPlacement).default([]),
  /** Own units. */
  terms: TermValues.default({}),
  /** Each term divided by its value under the average placement. */
  normalised: TermValues.default({}),
  /** Weighted sum of the normalised terms. */
  objective: z.number().optional(),
  /** No placement has a lower objective. */
  lowerBound: z.number().optional(),
  /** objective / lowerBound - 1; absent when the bound is not positive. */
  gap: z.number().optional(),
  /** How the bound was obtained. */
  proof: z.enum(['Exhaustive', 'Search', 'Relaxation', 'None']).default('None'),
  /** Infeasible: the smallest set found of rules that conflict. Deferred: who holds the capacity. */
  conflict: z.array(Reason).default([]),
  /** What would make an infeasible application feasible, cheapest first. */
  relaxations: z.array(Relaxation).default([]),
  /** Terms that nobody gives figures for. */
  dropped: z.array(z.enum(TERMS)).default([]),
});

export const Result = z.strictObject({
  /** Version of this format. */
  format: z.literal(RESULT_FORMAT),
  /** Name and version of the engine. */
  engine: z.string(),
  /** As given. */
  seed: z.int(),
  /** Deterministic units of work done. */
  work: z.number(),
  /** In the order of the problem. */
  applications: z.array(ApplicationResult),
  /** USD-like price of one more unit by location and resource; empty when capacity is not short. */
  prices: z.record(z.string(), ResourceAmounts).default({}),
});

export type Result = z.output<typeof Result>;
export type ApplicationResult = z.output<typeof ApplicationResult>;
export type ServicePlacement = z.output<typeof ServicePlacement>;
export type ChannelPlacement = z.output<typeof ChannelPlacement>;
export type Reason = z.output<typeof Reason>;
export type Relaxation = z.output<typeof Relaxation>;
export type TermValues = z.output<typeof TermValues>;
