import { Averages } from '../../../../src/engine/check/averages.ts';
import { checkData } from '../../../../src/engine/check/data.ts';
import { checkLocations } from '../../../../src/engine/check/location.ts';
import { RefereeNetwork } from '../../../../src/engine/check/network.ts';
import { Placed } from '../../../../src/engine/check/placed.ts';
import { recomputeTerms } from '../../../../src/engine/check/terms.ts';
import type { Application, Problem } from '../../../../src/engine/problem.ts';
import type { Result } from '../../../../src/engine/result.ts';
import { RESULT_FORMAT, TERMS } from '../../../../src/engine/vocabulary.ts';

/** A channel between two services, by their index. */
export interface PeerChannel {
  readonly from: number;
  readonly to: number;
  /** Hard limit, ms; Infinity where there is none. */
  readonly maxDelay: number;
  /** Hard reservation, Mbit/s; 0 where there is none. */
  readonly mbps: number;
  /** Weighted objective of one ms, USD per GB, gram per GB and nat between the two ends. */
  readonly perMs: number;
  readonly perUSD: number;
  readonly perGram: number;
  readonly perNat: number;
}

/**
 * One application on a federation as peers see it, worked out by the referee's own code: not by the engine
 * under test, so that an error there cannot hide in both. Every service has as many parts as replicas, each
 * in another zone, as the generator makes them. Objectives of parts and channels add up to the referee's.
 */
export interface PeerModel {
  readonly problem: Problem;
  readonly app: Application;
  readonly network: RefereeNetwork;
  readonly locations: number;
  readonly parts: readonly number[];
  /** By service and location: whether every rule of the service alone allows it. */
  readonly eligible: readonly Uint8Array[];
  readonly resources: readonly string[];
  /** Of one part, by service and resource. */
  readonly demand: readonly Float64Array[];
  /** By location and resource. */
  readonly free: readonly Float64Array[];
  readonly zone: Int32Array;
  /** Weighted objective of one part, by service and location. */
  readonly unary: readonly Float64Array[];
  readonly channels: readonly PeerChannel[];
  /** Channels of each service. */
  readonly incident: readonly (readonly number[])[];
  /** ms, row by row; Infinity where no path is known. */
  readonly delay: Float64Array;
  readonly usd: Float64Array;
  readonly grams: Float64Array;
  readonly nats: Float64Array;
}

/** What all applications of a problem share; the pair matrices take most of the time and memory. */
export type PeerFederation = Pick<
  PeerModel,
  'problem' | 'network' | 'locations' | 'zone' | 'delay' | 'usd' | 'grams' | 'nats'
> & { readonly averages: Averages };

export function peerFederationOf(problem: Problem): PeerFederation {
  const network = new RefereeNetwork(problem);
  const averages = new Averages(problem, network);
  const m = problem.locations.length;
  const [delay, usd, grams, nats] = [0, 1, 2, 3].map(() => new Float64Array(m * m)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const grid = problem.locations.map((at) => averages.grid(at));
  network.eachPair((from, to, ms, along) => {
    const at = from * m + to;
    delay[at] = ms;
    const sender = problem.locations[from]!;
    usd[at] =
      along.usdPerGB ||
      (from === to ? 0 : (sender.egressUSDPerGB?.[problem.locations[to]!.region ?? ''] ?? 0));
    grams[at] = (along.kWhPerGB * (grid[from]! + grid[to]!)) / 2;
    nats[at] = along.lossNats;
  });
  const zones = new Map<string, number>();
  const zone = Int32Array.from(problem.locations, ({ id, zone: name = `location ${id}` }) => {
    if (!zones.has(name)) zones.set(name, zones.size);
    return zones.get(name)!;
  });
  return { problem, network, averages, locations: m, zone, delay, usd, grams, nats };
}

export function peerModelOf(federation: PeerFederation, app: Application): PeerModel {
  const { problem, network, averages, locations: m } = federation;
  const everywhere = problem.locations.map(({ id }) => new Placed(problem, network, allOn(app, id)));
  const eligible = app.services.map((service) =>
    Uint8Array.from(everywhere, (placed) =>
      checkLocations(placed, app, service).length + checkData(placed, app, service).length === 0 ? 1 : 0,
    ),
  );
  const { references } = recomputeTerms(everywhere[0]!, averages, app);
  const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  const factor = (term: 'cost' | 'carbon' | 'delay' | 'resilience') =>
    references[term] === undefined ? 0 : app.profile[term] / weights / references[term];
  const calls =
    app.channels.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0) +
    app.entryPoints.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0) +
    app.services.reduce((sum, { data }) => sum + data.length, 0);
  const index = new Map(app.services.map(({ id }, at) => [id, at]));
  const channels = app.channels.map((channel): PeerChannel => {
    const gb = (channel.callsPerSecond * channel.bytesPerCall * 3600) / 1e9;
    const assured = channel.class === 'ASSURED';
    return {
      from: index.get(channel.from)!,
      to: index.get(channel.to.service)!,
      maxDelay: assured ? (channel.maxDelayMs ?? 1e300) : Number.POSITIVE_INFINITY,
      mbps: assured ? (channel.bandwidthMbps ?? 0) : 0,
      perMs: (factor('delay') * channel.callsPerSecond) / calls,
      perUSD: factor('cost') * gb,
      perGram: factor('carbon') * gb,
      perNat: factor('resilience') / app.channels.length,
    };
  });
  const resources = [...new Set(app.services.flatMap(({ demand }) => Object.keys(demand)))].sort();
  return {
    ...federation,
    app,
    parts: app.services.map(({ replicas }) => replicas),
    eligible,
    resources,
    demand: app.services.map(({ demand }) =>
      Float64Array.from(resources, (resource) => demand[resource] ?? 0),
    ),
    free: problem.locations.map(({ free }) =>
      Float64Array.from(resources, (resource) => free[resource] ?? 0),
    ),
    unary: unariesOf(everywhere, averages, app, factor, m),
    channels,
    incident: app.services.map((_, at) =>
      channels.flatMap(({ from, to }, channel) => (from === at || to === at ? [channel] : [])),
    ),
  };
}

/**
 * Terms are sums over services and channels, so what one service costs on a location is what it costs there
 * without any channel: the referee is asked about the application without channels, one service at a time.
 */
function unariesOf(
  everywhere: readonly Placed[],
  averages: Averages,
  app: Application,
  factor: (term: 'cost' | 'carbon' | 'delay' | 'resilience') => number,
  m: number,
): Float64Array[] {
  const calls =
    app.channels.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0) +
    app.entryPoints.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0) +
    app.services.reduce((sum, { data }) => sum + data.length, 0);
  const { problem } = everywhere[0]!;
  return app.services.map((service) => {
    const waits = new Float64Array(m);
    for (const entry of app.entryPoints) {
      if (entry.service !== service.id) continue;
      averages.fromUsers(entry).forEach((wait, at) => {
        waits[at]! += entry.callsPerSecond * wait;
      });
    }
    for (const { dataset } of service.data) {
      const holders = problem.datasets
        .find(({ id }) => id === dataset)!
        .holders.map(({ location }) => location);
      averages.toNearestHolder(holders).forEach((wait, at) => {
        waits[at]! += wait;
      });
    }
    return Float64Array.from(problem.locations, (location, at) => {
      const price = Object.entries(service.demand).reduce(
        (sum, [resource, amount]) => sum + amount * averages.price(location, resource),
        0,
      );
      const carbon = (service.demand['cpu'] ?? 0) * averages.gramsPerCore(location);
      const shared = factor('resilience') * averages.unavailability(location);
      return (
        factor('cost') * price +
        factor('carbon') * carbon +
        (shared + (factor('delay') * waits[at]!) / calls) / service.replicas
      );
    });
  });
}

function allOn(app: Application, location: string): Result {
  return resultOf(
    app,
    app.services.map(({ replicas }) => [{ location, replicas }]),
    'one location',
  );
}

/** A placement as a result without figures. */
export function resultOf(
  app: Application,
  shares: readonly (readonly { location: string; replicas: number }[])[],
  engine: string,
): Result {
  return {
    format: RESULT_FORMAT,
    engine,
    seed: 0,
    work: 0,
    prices: {},
    applications: [
      {
        application: app.id,
        verdict: 'Feasible',
        services: app.services.map(({ id }, at) => ({ service: id, shares: [...shares[at]!], ruledOut: [] })),
        channels: [],
        terms: {},
        normalised: {},
        proof: 'None',
        conflict: [],
        relaxations: [],
        dropped: [],
      },
    ],
  };
}

/** Locations of the parts of each service, as a result. */
export function resultOfParts(model: PeerModel, at: readonly (readonly number[])[], engine: string): Result {
  return resultOf(
    model.app,
    at.map((places) => {
      const count = new Map<number, number>();
      for (const k of places) count.set(k, (count.get(k) ?? 0) + 1);
      return [...count].map(([k, replicas]) => ({ location: model.problem.locations[k]!.id, replicas }));
    }),
    engine,
  );
}
