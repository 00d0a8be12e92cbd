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
  cost: z.number().optional(),
  carbon: z.number().optional(),
  delay: z.number().optional(),
  resilience: z.number().optional(),
  balance: z.number().optional(),
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
] as const;
export type Rule = (typeof RULES)[number];

/** One broken or conflicting rule, in words that the author of an application understands. */
export const Reason = z.strictObject({
  rule: z.enum(RULES),
  application: z.string(),
  service: z.string().optional(),
  channel: z.string().optional(),
  location: z.string().optional(),
  message: z.string(),
});

/** A change that makes an infeasible application feasible; `verified` by solving again. */
export const Relaxation = z.strictObject({
  /** For example: raise maxDelay of channel frames to 11 ms. */
  message: z.string(),
  rule: z.enum(RULES),
  service: z.string().optional(),
  channel: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  verified: z.boolean(),
});

export const ServicePlacement = z.strictObject({
  service: z.string(),
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
  channel: z.string(),
  from: z.string(),
  to: z.string(),
  delayMs: z.number().optional(),
  maxDelayMs: z.number().optional(),
  bandwidthMbps: z.number().optional(),
  /** Delay or traffic rests on an assumed figure. */
  assumed: z.boolean().default(false),
});

export const Verdict = z.enum(['Optimal', 'Feasible', 'Infeasible', 'NoneFound', 'Deferred']);
export type Verdict = z.output<typeof Verdict>;

export const ApplicationResult = z.strictObject({
  application: z.string(),
  verdict: Verdict,
  /** Empty unless the verdict is Optimal or Feasible. */
  services: z.array(ServicePlacement).default([]),
  channels: z.array(ChannelPlacement).default([]),
  /** Own units. */
  terms: TermValues.default({}),
  /** Each term divided by its value under the average placement. */
  normalised: TermValues.default({}),
  /** Weighted sum of the normalised terms. */
  objective: z.number().optional(),
  lowerBound: z.number().optional(),
  /** objective / lowerBound - 1; absent when the bound is not positive. */
  gap: z.number().optional(),
  /** How the bound was obtained. */
  proof: z.enum(['Exhaustive', 'Search', 'Relaxation', 'None']).default('None'),
  /** Infeasible: the smallest set found of rules that conflict. Deferred: who holds the capacity. */
  conflict: z.array(Reason).default([]),
  relaxations: z.array(Relaxation).default([]),
  /** Terms that nobody gives figures for. */
  dropped: z.array(z.enum(TERMS)).default([]),
});

export const Result = z.strictObject({
  format: z.literal(RESULT_FORMAT),
  engine: z.string(),
  seed: z.int(),
  /** Deterministic units of work done. */
  work: z.number(),
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
