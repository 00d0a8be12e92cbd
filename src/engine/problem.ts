import { z } from 'zod';
import { PROBLEM_FORMAT } from './vocabulary.ts';

/**
 * A placement problem: the public, versioned input of the engine. Whoever can write this file can ask for
 * a placement; SWM builds one from the objects on the hub (`src/snapshot`).
 *
 * Units, everywhere: cpu in cores, memory and ephemeral-storage in GiB, other resources in pieces; delay in
 * ms, one way; bandwidth in Mbit/s; volume in GB (10^9 bytes); money in USD; power in W; carbon in gCO2e.
 * Unknown is absent, never zero: an absent price, carbon or availability counts as the worst known one in
 * the problem, and drops the term when nobody knows it.
 */

const id = z.string().min(1).max(316);
const amount = z.number().nonnegative().max(1e15);
const share = z.number().min(0).max(1);

/** Amount by resource name: `cpu`, `memory`, `pods`, `nvidia.com/gpu`, … */
export const ResourceAmounts = z.record(z.string().min(1).max(253), amount);

export const Taint = z.strictObject({
  /** As on a ManagedCluster. */
  key: z.string(),
  /** Empty: none. */
  value: z.string().default(''),
  /** NoSelectIfNew lets stay what runs there; PreferNoSelect is no rule. */
  effect: z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']),
});

/** Kubernetes toleration semantics; an empty key with Exists tolerates everything. */
export const Toleration = z.strictObject({
  /** Empty with Exists: every taint. */
  key: z.string().default(''),
  /** Exists takes any value. */
  operator: z.enum(['Equal', 'Exists']).default('Equal'),
  /** The value that Equal compares with. */
  value: z.string().default(''),
  /** Absent: every effect. */
  effect: z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']).optional(),
});

/** One requirement on labels, as in a Kubernetes label selector. */
export const LabelRequirement = z.strictObject({
  /** Name of the label. */
  key: z.string(),
  /** In and NotIn compare with `values`. */
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  /** Of In and NotIn. */
  values: z.array(z.string()).default([]),
});

/** Where services can run: a cluster, or a node. The engine does not know the difference. */
export const Location = z.strictObject({
  /** Name, also in links and results. */
  id,
  /** Failure domain. Absent: the location is its own failure domain. */
  zone: z.string().optional(),
  /** Where egress is priced to, and entry points come from. */
  region: z.string().optional(),
  /** Compared with the residency of data sets. */
  jurisdiction: z.string().optional(),
  /** Rank of the class held, higher is stricter; absent counts as the lowest. */
  securityClass: z.int().min(0).max(10).optional(),
  /** As `securityClass`. */
  complianceClass: z.int().min(0).max(10).optional(),
  /** What requirements of services are compared with. */
  labels: z.record(z.string(), z.string()).default({}),
  /** What services must tolerate. */
  taints: z.array(Taint).default([]),
  /** What this problem may use: free of other tenants and of reserves. */
  free: ResourceAmounts,
  /** Largest single replicas that still fit on one node, as alternatives. Absent: any that `free` holds. */
  shapes: z.array(ResourceAmounts).optional(),
  /** USD per hour of one unit, by resource. */
  priceUSDPerHour: ResourceAmounts.optional(),
  /** Watts that one busy core adds, times the power usage effectiveness. */
  wattsPerCore: amount.optional(),
  /** Grid intensity, gCO2e per kWh. */
  gramsPerKWh: amount.optional(),
  /** Share of time that the location is up. */
  availability: share.optional(),
  /** USD per GB to a region, where the links on the way have no price. */
  egressUSDPerGB: z.record(z.string(), amount).optional(),
});

/** A directed piece of network; `bidirectional` stands for two equal ones. Locations are never transit. */
export const Link = z.strictObject({
  /** Location or network node. */
  from: id,
  /** Location or network node. */
  to: id,
  /** ms, one way. */
  delayMs: amount,
  /** ms; carried for others, not weighed. */
  jitterMs: amount.optional(),
  /** Share of packets that are lost. */
  loss: share.optional(),
  /** Mbit/s that ASSURED channels may reserve together. Absent: no limit. */
  bandwidthMbps: amount.optional(),
  /** Price of what passes. Absent: 0. */
  usdPerGB: amount.optional(),
  /** Energy of what passes. Absent: 0. */
  kWhPerGB: amount.optional(),
  /** The same again the other way. */
  bidirectional: z.boolean().default(false),
});

/**
 * Full matrices in place of links, row by row in the order of `locations`. `null`: no path is known.
 * A pair carries what a path of links would.
 */
export const Matrices = z.strictObject({
  /** ms, one way. */
  delayMs: z.array(z.array(amount.nullable())),
  /** Mbit/s that one channel can have. */
  bandwidthMbps: z.array(z.array(amount.nullable())).optional(),
  /** Share of packets that are lost. */
  loss: z.array(z.array(share.nullable())).optional(),
  /** USD per GB. */
  usdPerGB: z.array(z.array(amount.nullable())).optional(),
  /** Energy per GB. */
  kWhPerGB: z.array(z.array(amount.nullable())).optional(),
});

export const Dataset = z.strictObject({
  /** Name, also in the needs of services. */
  id,
  /** Where copies are, and how old; an age that is not known is too old for any limit. */
  holders: z.array(z.strictObject({ location: id, stalenessSeconds: amount.optional() })),
  /** Carried for others, not weighed. */
  sizeGB: amount.optional(),
  /** Jurisdictions that the data, and what is made of it, may not leave. Empty: no rule. */
  residency: z.array(z.string()).default([]),
});

export const DataNeed = z.strictObject({
  /** Id of a data set. */
  dataset: id,
  /** Carried for others, not weighed. */
  access: z.enum(['Read', 'Write', 'ReadWrite']).default('Read'),
  /** Required: on the same location, or within `maxDelayMs` of a holder. Preferred: costs delay. */
  locality: z.enum(['Required', 'Preferred']).default('Preferred'),
  /** ms to the nearest copy; with Required only. Absent: on the same location. */
  maxDelayMs: amount.optional(),
  /** Oldest copy that counts. */
  maxStalenessSeconds: amount.optional(),
});

/** `replicas` replicas on one location. */
export const Share = z.strictObject({
  /** Id of a location. */
  location: id,
  /** How many of them. */
  replicas: z.int().min(1),
});

export const Service = z.strictObject({
  /** Name, unique in its application. */
  id,
  /** Of one replica. */
  demand: ResourceAmounts,
  /** How many copies run. */
  replicas: z.int().min(1).max(10_000).default(1),
  /** Labels that a location must have; all of them. */
  requirements: z.array(LabelRequirement).default([]),
  /** Taints that it puts up with. */
  tolerations: z.array(Toleration).default([]),
  /** Absent: every candidate of the application. */
  onlyLocations: z.array(id).optional(),
  /** Locations it may not use. */
  notLocations: z.array(id).default([]),
  /** Least class that a location must hold. */
  securityClass: z.int().min(0).max(10).optional(),
  /** Least class that a location must hold. */
  complianceClass: z.int().min(0).max(10).optional(),
  /** Replicas in at least `min` failure domains or locations. */
  spread: z.strictObject({ over: z.enum(['Zone', 'Location']), min: z.int().min(1).max(100) }).optional(),
  /** Data sets it reads or writes. */
  data: z.array(DataNeed).default([]),
  /** Pinned: stays where it runs. Restart and Anywhere may move, at a cost. */
  move: z
    .strictObject({ policy: z.enum(['Anywhere', 'Restart', 'Pinned']), stateGB: amount.optional() })
    .default({ policy: 'Anywhere' }),
  /** Where it runs now; absent when it does not. */
  running: z.array(Share).optional(),
});

/** The end of a channel. `application` absent: the same application. */
export const ServiceRef = z.strictObject({
  /** Another application of the problem, or a fixed one. */
  application: id.optional(),
  /** Id of a service. */
  service: id,
});

export const Channel = z.strictObject({
  /** Name, unique in its application. */
  id,
  /** The caller: a service of the application. */
  from: id,
  /** The callee. */
  to: ServiceRef,
  /** ASSURED: delay and bandwidth are hard and bandwidth is reserved. BESTEFFORT: preferences. */
  class: z.enum(['ASSURED', 'BESTEFFORT']).default('BESTEFFORT'),
  /** Greatest delay, ms, one way. Inside one location it is kept. */
  maxDelayMs: amount.optional(),
  /** Mbit/s, reserved on every link of the path when ASSURED. */
  bandwidthMbps: amount.optional(),
  /** Weighs the delay of the channel. */
  callsPerSecond: amount,
  /** Times the calls: the volume, which costs money and energy on the way. */
  bytesPerCall: amount,
  /** The traffic figures are defaults, not the user's. */
  assumed: z.boolean().default(false),
  /** What it carries is no longer bound to a data set's jurisdiction. */
  clean: z.boolean().default(false),
});

/** Where users come in: calls from a region or a location to a service. */
export const EntryPoint = z.strictObject({
  /** Name. */
  id,
  /** Where the calls go. */
  service: id,
  /** They come from the nearest location of this region. */
  region: z.string().optional(),
  /** They come from this location. */
  location: id.optional(),
  /** Weighs the delay from there. */
  callsPerSecond: amount,
});

/** Weights of the terms, not negative, at least one positive; they are divided by their sum. */
export const Profile = z.strictObject({
  /** Of USD/h. */
  cost: amount.default(0),
  /** Of gCO2e/h. */
  carbon: amount.default(0),
  /** Of ms, weighted by calls. */
  delay: amount.default(0),
  /** Of nats: minus the logarithm of availability. */
  resilience: amount.default(0),
  /** Of use above three quarters of what is free. */
  balance: amount.default(0),
  /** Of moves: replicas, and GB of their state. */
  migration: amount.default(0),
});

/** Amount by term, in the units of a result. */
export const Budgets = z.strictObject({
  /** USD/h. */
  cost: amount.optional(),
  /** gCO2e/h. */
  carbon: amount.optional(),
  /** ms, weighted by calls. */
  delay: amount.optional(),
  /** nats. */
  resilience: amount.optional(),
  /** No unit. */
  balance: amount.optional(),
  /** Moves. */
  migration: amount.optional(),
});

/** Least value first: what comes after may cost this term no more than the share `tolerance` of its best value. */
export const OrderStep = z.strictObject({
  /** What is made least. */
  term: z.enum(['cost', 'carbon', 'delay', 'resilience', 'balance', 'migration']),
  /** 0.05: up to 5 % more than the best is as good as the best. */
  tolerance: z.number().min(0).max(10).default(0),
});

export const Application = z.strictObject({
  /** Name, unique in the problem. */
  id,
  /** Admission when capacity is short: all Gold before any Silver before any BestEffort. */
  class: z.enum(['Gold', 'Silver', 'BestEffort']).default('BestEffort'),
  /** What is made least: the weighted sum of the terms, each divided by its value under the average placement. */
  profile: Profile,
  /**
   * Strict order in place of weights alone: the first term is made least, then the second among the
   * placements within the tolerance of the first, and so on; the weights decide among what is left.
   */
  order: z.array(OrderStep).max(6).optional(),
  /** Upper limits on terms, each in its own unit: hard rules. */
  budgets: Budgets.optional(),
  /** Locations it may use. Absent: all. */
  candidates: z.array(id).optional(),
  /** Why a location is no candidate, for the explanation. */
  excluded: z.record(z.string(), z.string()).default({}),
  /** False: a channel may not run between two locations. */
  crossing: z.boolean().default(true),
  /** AnyDomain: all rules still hold after the loss of any one failure domain. */
  survive: z.enum(['None', 'AnyDomain']).default('None'),
  /** What is placed. */
  services: z.array(Service).min(1),
  /** Who calls whom. */
  channels: z.array(Channel).default([]),
  /** Where users come in. */
  entryPoints: z.array(EntryPoint).default([]),
});

/** A service of an application that this problem does not place, but whose place matters to channels. */
export const FixedService = z.strictObject({
  /** Its application. */
  application: id,
  /** Its name there. */
  service: id,
  /** Where it is. */
  shares: z.array(Share).min(1),
});

export const Problem = z.strictObject({
  /** Version of this format. */
  format: z.literal(PROBLEM_FORMAT),
  /** Clusters or nodes. */
  locations: z.array(Location).min(1),
  /** Network nodes that host nothing. */
  nodes: z.array(id).default([]),
  /** The network between them; paths are the shortest by delay. */
  links: z.array(Link).default([]),
  /** In place of links. */
  matrices: Matrices.optional(),
  /** Data that services need. */
  datasets: z.array(Dataset).default([]),
  /** What is placed, together. */
  applications: z.array(Application).min(1),
  /** Services that have their place, for channels that lead there. */
  fixed: z.array(FixedService).default([]),
});

export type Problem = z.output<typeof Problem>;
export type ProblemInput = z.input<typeof Problem>;
export type Location = z.output<typeof Location>;
export type Link = z.output<typeof Link>;
export type Matrices = z.output<typeof Matrices>;
export type Dataset = z.output<typeof Dataset>;
export type DataNeed = z.output<typeof DataNeed>;
export type Application = z.output<typeof Application>;
export type Service = z.output<typeof Service>;
export type Share = z.output<typeof Share>;
export type OrderStep = z.output<typeof OrderStep>;
export type Channel = z.output<typeof Channel>;
export type FixedService = z.output<typeof FixedService>;
export type EntryPoint = z.output<typeof EntryPoint>;
export type Profile = z.output<typeof Profile>;
export type ResourceAmounts = z.output<typeof ResourceAmounts>;
export type LabelRequirement = z.output<typeof LabelRequirement>;
export type Toleration = z.output<typeof Toleration>;
export type Taint = z.output<typeof Taint>;
