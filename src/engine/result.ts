import { z } from 'zod';
import { ResourceAmounts, Share } from './problem.ts';
import { RESULT_FORMAT, RULES, TERMS } from './vocabulary.ts';

/**
 * What the engine answers: the public, versioned output. A bound is never above the optimum; `NoneFound`
 * is never reported as `Infeasible`, which is proved.
 */

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

/** One term of a strict order. */
export const LevelReached = z.strictObject({
  /** What was made least. */
  term: z.enum(TERMS),
  /** Its least value that was found, within the limits of the terms before it. Own unit. */
  value: z.number(),
  /** Within those limits no placement has less. Equal to `value`: proved. */
  lowerBound: z.number(),
  /** What the terms after it may raise it to. */
  limit: z.number(),
});

/** What a lower bound was worked out over. */
export const BoundLabels = z.strictObject({
  /** Labels: locations, and groups of locations where it is less than `locations`. */
  labels: z.int(),
  /** Locations of the problem. */
  locations: z.int(),
});

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
  /** How the bound was obtained. Search: no branch of the tree is left; Relaxation: Lagrangian bound. */
  proof: z.enum(['Exhaustive', 'Search', 'Relaxation', 'None']).default('None'),
  /** Over what the bound was worked out, where one was. */
  boundOver: BoundLabels.optional(),
  /** Of a strict order: what each of its terms came to, in its order. */
  levels: z.array(LevelReached).optional(),
  /** Infeasible: the smallest set found of rules that conflict. Deferred: who holds the capacity. */
  conflict: z.array(Reason).default([]),
  /**
   * Of an infeasible application. True: without any one member of the conflict the others can be met. False:
   * the budget ended before that was shown of all of them.
   */
  conflictMinimal: z.boolean().optional(),
  /** What would make an infeasible application feasible, cheapest first. */
  relaxations: z.array(Relaxation).default([]),
  /** Terms that nobody gives figures for. */
  dropped: z.array(z.enum(TERMS)).default([]),
});

/** What the ASSURED channels of the placed applications reserve on one directed link. */
export const LinkLoad = z.strictObject({
  /** As in the problem; of a bidirectional link, the other way round where it is that half. */
  from: z.string(),
  /** Where it leads. */
  to: z.string(),
  /** Index into `links` of the problem. */
  link: z.int().nonnegative(),
  /** Mbit/s that are reserved together. */
  reservedMbps: z.number(),
  /** Mbit/s that can be. Absent: no limit. */
  bandwidthMbps: z.number().optional(),
  /** Objective that one more Mbit/s would save at most; absent where the link is not in the way. */
  price: z.number().optional(),
});

/** All applications of the problem together. */
export const Round = z.strictObject({
  /** How many of them have a place. */
  placed: z.int().nonnegative(),
  /** Sum of their objectives. */
  objective: z.number(),
  /** No placement of the same applications, whatever their order, has a lower sum. */
  lowerBound: z.number(),
  /** objective / lowerBound - 1; absent when the bound is not positive. */
  gap: z.number().optional(),
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
  /** What the problem as a whole came to. */
  round: Round.optional(),
  /**
   * ms that the solve took by the clock that it was given. The only figure in which two runs of the same
   * problem, seed and work may differ: whoever compares bytes gives a clock that stands still, or leaves it out.
   */
  elapsedMs: z.number().optional(),
  /** Links on which something is reserved, in the order of the problem; none where it gives matrices. */
  links: z.array(LinkLoad).optional(),
  /** USD-like price of one more unit by location and resource; empty when capacity is not short. */
  prices: z.record(z.string(), ResourceAmounts).default({}),
});

export type Result = z.output<typeof Result>;
export type ApplicationResult = z.output<typeof ApplicationResult>;
export type LevelReached = z.output<typeof LevelReached>;
export type BoundLabels = z.output<typeof BoundLabels>;
export type LinkLoad = z.output<typeof LinkLoad>;
export type Round = z.output<typeof Round>;
export type ServicePlacement = z.output<typeof ServicePlacement>;
export type ChannelPlacement = z.output<typeof ChannelPlacement>;
export type Reason = z.output<typeof Reason>;
export type Relaxation = z.output<typeof Relaxation>;
export type TermValues = z.output<typeof TermValues>;
