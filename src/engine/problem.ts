import { z } from 'zod';

/**
 * A placement problem: the public, versioned input of the engine. Whoever can write this file can ask for
 * a placement; SWM builds one from the objects on the hub (`src/snapshot`).
 *
 * Units, everywhere: cpu in cores, memory and ephemeral-storage in GiB, other resources in pieces; delay in
 * ms, one way; bandwidth in Mbit/s; volume in GB (10^9 bytes); money in USD; power in W; carbon in gCO2e.
 * Unknown is absent, never zero: an absent price, carbon or availability counts as the worst known one in
 * the problem, and drops the term when nobody knows it.
 */
export const PROBLEM_FORMAT = 'codeco.placement.problem/v1';

const id = z.string().min(1).max(316);
const amount = z.number().nonnegative().max(1e15);
const share = z.number().min(0).max(1);

/** Amount by resource name: `cpu`, `memory`, `pods`, `nvidia.com/gpu`, … */
export const ResourceAmounts = z.record(z.string().min(1).max(253), amount);

export const Taint = z.strictObject({
  key: z.string(),
  value: z.string().default(''),
  effect: z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']),
});

/** Kubernetes toleration semantics; an empty key with Exists tolerates everything. */
export const Toleration = z.strictObject({
  key: z.string().default(''),
  operator: z.enum(['Equal', 'Exists']).default('Equal'),
  value: z.string().default(''),
  effect: z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']).optional(),
});

/** One requirement on labels, as in a Kubernetes label selector. */
export const LabelRequirement = z.strictObject({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).default([]),
});

/** Where services can run: a cluster, or a node. The engine does not know the difference. */
export const Location = z.strictObject({
  id,
  /** Failure domain. Absent: the location is its own failure domain. */
  zone: z.string().optional(),
  region: z.string().optional(),
  jurisdiction: z.string().optional(),
  /** Rank of the class held, higher is stricter; absent counts as the lowest. */
  securityClass: z.int().min(0).max(10).optional(),
  complianceClass: z.int().min(0).max(10).optional(),
  labels: z.record(z.string(), z.string()).default({}),
  taints: z.array(Taint).default([]),
  /** What this problem may use: free of other tenants and of reserves. */
  free: ResourceAmounts,
  /** Largest single replicas that still fit on one node, as alternatives. Absent: any that `free` holds. */
  shapes: z.array(ResourceAmounts).optional(),
  priceUSDPerHour: ResourceAmounts.optional(),
  /** Watts that one busy core adds, times the power usage effectiveness. */
  wattsPerCore: amount.optional(),
  gramsPerKWh: amount.optional(),
  availability: share.optional(),
  egressUSDPerGB: z.record(z.string(), amount).optional(),
});

/** A directed piece of network; `bidirectional` stands for two equal ones. Locations are never transit. */
export const Link = z.strictObject({
  from: id,
  to: id,
  delayMs: amount,
  jitterMs: amount.optional(),
  loss: share.optional(),
  bandwidthMbps: amount.optional(),
  usdPerGB: amount.optional(),
  kWhPerGB: amount.optional(),
  bidirectional: z.boolean().default(false),
});

/**
 * Full matrices in place of links, row by row in the order of `locations`. `null`: no path is known.
 * A pair carries what a path of links would.
 */
export const Matrices = z.strictObject({
  delayMs: z.array(z.array(amount.nullable())),
  bandwidthMbps: z.array(z.array(amount.nullable())).optional(),
  loss: z.array(z.array(share.nullable())).optional(),
  usdPerGB: z.array(z.array(amount.nullable())).optional(),
  kWhPerGB: z.array(z.array(amount.nullable())).optional(),
});

export const Dataset = z.strictObject({
  id,
  holders: z.array(z.strictObject({ location: id, stalenessSeconds: amount.optional() })),
  sizeGB: amount.optional(),
  /** Jurisdictions that the data, and what is made of it, may not leave. Empty: no rule. */
  residency: z.array(z.string()).default([]),
});

export const DataNeed = z.strictObject({
  dataset: id,
  access: z.enum(['Read', 'Write', 'ReadWrite']).default('Read'),
  /** Required: on the same location, or within `maxDelayMs` of a holder. Preferred: costs delay. */
  locality: z.enum(['Required', 'Preferred']).default('Preferred'),
  maxDelayMs: amount.optional(),
  maxStalenessSeconds: amount.optional(),
});

/** `replicas` replicas on one location. */
export const Share = z.strictObject({ location: id, replicas: z.int().min(1) });

export const Service = z.strictObject({
  id,
  /** Of one replica. */
  demand: ResourceAmounts,
  replicas: z.int().min(1).max(10_000).default(1),
  requirements: z.array(LabelRequirement).default([]),
  tolerations: z.array(Toleration).default([]),
  /** Absent: every candidate of the application. */
  onlyLocations: z.array(id).optional(),
  notLocations: z.array(id).default([]),
  securityClass: z.int().min(0).max(10).optional(),
  complianceClass: z.int().min(0).max(10).optional(),
  /** Replicas in at least `min` failure domains or locations. */
  spread: z.strictObject({ over: z.enum(['Zone', 'Location']), min: z.int().min(1).max(100) }).optional(),
  data: z.array(DataNeed).default([]),
  /** Pinned: stays where it runs. Restart and Anywhere may move, at a cost. */
  move: z
    .strictObject({ policy: z.enum(['Anywhere', 'Restart', 'Pinned']), stateGB: amount.optional() })
    .default({ policy: 'Anywhere' }),
  /** Where it runs now; absent when it does not. */
  running: z.array(Share).optional(),
});

/** The end of a channel. `application` absent: the same application. */
export const ServiceRef = z.strictObject({ application: id.optional(), service: id });

export const Channel = z.strictObject({
  id,
  from: id,
  to: ServiceRef,
  /** ASSURED: delay and bandwidth are hard and bandwidth is reserved. BESTEFFORT: preferences. */
  class: z.enum(['ASSURED', 'BESTEFFORT']).default('BESTEFFORT'),
  maxDelayMs: amount.optional(),
  bandwidthMbps: amount.optional(),
  callsPerSecond: amount,
  bytesPerCall: amount,
  /** The traffic figures are defaults, not the user's. */
  assumed: z.boolean().default(false),
  /** What it carries is no longer bound to a data set's jurisdiction. */
  clean: z.boolean().default(false),
});

/** Where users come in: calls from a region or a location to a service. */
export const EntryPoint = z.strictObject({
  id,
  service: id,
  region: z.string().optional(),
  location: id.optional(),
  callsPerSecond: amount,
});

/** Weights of the terms, not negative, at least one positive; they are divided by their sum. */
export const Profile = z.strictObject({
  cost: amount.default(0),
  carbon: amount.default(0),
  delay: amount.default(0),
  resilience: amount.default(0),
  balance: amount.default(0),
  migration: amount.default(0),
});

export const Application = z.strictObject({
  id,
  /** Admission when capacity is short: all Gold before any Silver before any BestEffort. */
  class: z.enum(['Gold', 'Silver', 'BestEffort']).default('BestEffort'),
  profile: Profile,
  /** Locations it may use. Absent: all. */
  candidates: z.array(id).optional(),
  /** Why a location is no candidate, for the explanation. */
  excluded: z.record(z.string(), z.string()).default({}),
  /** False: a channel may not run between two locations. */
  crossing: z.boolean().default(true),
  /** SurviveAny: all rules still hold after the loss of any one failure domain. */
  survive: z.enum(['None', 'AnyDomain']).default('None'),
  services: z.array(Service).min(1),
  channels: z.array(Channel).default([]),
  entryPoints: z.array(EntryPoint).default([]),
});

/** A service of an application that this problem does not place, but whose place matters to channels. */
export const FixedService = z.strictObject({
  application: id,
  service: id,
  shares: z.array(Share).min(1),
});

export const Problem = z.strictObject({
  format: z.literal(PROBLEM_FORMAT),
  locations: z.array(Location).min(1),
  /** Network nodes that host nothing. */
  nodes: z.array(id).default([]),
  links: z.array(Link).default([]),
  matrices: Matrices.optional(),
  datasets: z.array(Dataset).default([]),
  applications: z.array(Application).min(1),
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
export type Channel = z.output<typeof Channel>;
export type EntryPoint = z.output<typeof EntryPoint>;
export type Profile = z.output<typeof Profile>;
export type ResourceAmounts = z.output<typeof ResourceAmounts>;
export type LabelRequirement = z.output<typeof LabelRequirement>;
export type Toleration = z.output<typeof Toleration>;
export type Taint = z.output<typeof Taint>;
