import type { Application, Channel, Location, Service, Share } from '../problem.ts';
import type { TermValues } from '../result.ts';
import { TERMS, type Term } from '../vocabulary.ts';
import { type Averages, freshHolders, type RatedTerm } from './averages.ts';
import type { Placed } from './placed.ts';

/** Use of a location above this share of what is free costs balance. */
const KNEE = 0.75;

const RATED: readonly RatedTerm[] = ['cost', 'carbon', 'delay', 'resilience'];

export interface Recomputed {
  /** Each in its own unit. */
  readonly terms: TermValues;
  /** Divided by the reference. */
  readonly normalised: TermValues;
  /** Under the average placement. */
  readonly references: TermValues;
}

/**
 * The value of every term, in its own unit and divided by its value under the average placement (every
 * location equally likely), from the problem alone. Terms that nobody gives figures for are absent.
 */
export function recomputeTerms(placed: Placed, averages: Averages, app: Application): Recomputed {
  const { problem } = placed;
  const channels = app.channels.filter((channel) => placed.routes(app, channel).length > 0);
  const calls =
    sum(channels, ({ callsPerSecond }) => callsPerSecond) +
    sum(app.entryPoints, ({ callsPerSecond }) => callsPerSecond) +
    sum(app.services, ({ data }) => data.length);
  const perCall = calls === 0 ? 0 : 1 / calls;
  const index = new Map(problem.locations.map(({ id }, at) => [id, at]));
  const waits = new Map(app.services.map((service) => [service.id, waitsOf(placed, averages, app, service)]));

  /** One whole service on one location. */
  const here: Record<RatedTerm, (service: Service, at: Location) => number> = {
    cost: ({ demand, replicas }, at) =>
      replicas * sum(Object.entries(demand), ([resource, amount]) => amount * averages.price(at, resource)),
    carbon: ({ demand, replicas }, at) => replicas * (demand['cpu'] ?? 0) * averages.gramsPerCore(at),
    delay: ({ id }, at) => waits.get(id)![index.get(at.id)!]! * perCall,
    resilience: (_, at) => averages.unavailability(at),
  };
  /** The same under the average placement. */
  const anywhere: Record<RatedTerm, (service: Service) => number> = {
    cost: ({ demand, replicas }) =>
      replicas *
      sum(Object.entries(demand), ([resource, amount]) => amount * averages.averagePrice(resource)),
    carbon: ({ demand, replicas }) => replicas * (demand['cpu'] ?? 0) * averages.averageGramsPerCore(),
    delay: ({ id }) => (sum(waits.get(id)!, (wait) => wait) / problem.locations.length) * perCall,
    resilience: () => averages.averageUnavailability(),
  };
  /** A channel counts by volume, by calls, or as one of all; times what lies between two locations. */
  const ofChannel: Record<RatedTerm, (channel: Channel) => number> = {
    cost: volume,
    carbon: volume,
    delay: ({ callsPerSecond }) => callsPerSecond * perCall,
    resilience: () => 1 / channels.length,
  };
  const value = (term: RatedTerm) =>
    sum(app.services, (service) =>
      sum(
        placed.shares(app, service.id),
        ({ location, replicas }) =>
          (replicas / service.replicas) * here[term](service, placed.location(location)!),
      ),
    ) +
    sum(channels, (channel) =>
      sum(
        placed.routes(app, channel),
        ({ from, to, share }) =>
          share *
          ofChannel[term](channel) *
          averages.between(term, placed.location(from)!, placed.location(to)!),
      ),
    );
  const average = (term: RatedTerm) =>
    sum(app.services, anywhere[term]) + sum(channels, ofChannel[term]) * averages.pair(term);

  const values = new Map<Term, number>(RATED.map((term) => [term, value(term)]));
  values.set('balance', crowding(placed, app));
  values.set(
    'migration',
    sum(app.services, (service) => moved(service, placed.shares(app, service.id))),
  );
  const references = new Map<Term, number>([
    ...RATED.map((term) => [term, average(term)] as const),
    ['balance', 1],
    ['migration', sum(app.services, ({ replicas }) => replicas)],
  ]);
  const kept = TERMS.filter((term) => references.get(term)! > 0 && !averages.nobodyKnows(term));
  return {
    terms: Object.fromEntries(kept.map((term) => [term, values.get(term)!])),
    normalised: Object.fromEntries(kept.map((term) => [term, values.get(term)! / references.get(term)!])),
    references: Object.fromEntries(kept.map((term) => [term, references.get(term)!])),
  };
}

/** GB per hour. */
function volume({ callsPerSecond, bytesPerCall }: Channel): number {
  return (callsPerSecond * bytesPerCall * 3600) / 1e9;
}

/** Calls per second times ms to users and to data, for a service that is wholly on one location, by location. */
function waitsOf({ problem }: Placed, averages: Averages, app: Application, service: Service): Float64Array {
  const waits = new Float64Array(problem.locations.length);
  const add = (weight: number, delays: readonly number[]) => {
    for (let at = 0; at < waits.length; at += 1) waits[at]! += weight * delays[at]!;
  };
  for (const entry of app.entryPoints) {
    if (entry.service === service.id) add(entry.callsPerSecond, averages.fromUsers(entry));
  }
  for (const need of service.data) add(1, averages.toNearestHolder(freshHolders(problem, need)));
  return waits;
}

/** How far the application's own use of its locations lies above the knee, squared and summed. */
function crowding(placed: Placed, app: Application): number {
  const use = new Map<string, Map<string, number>>();
  for (const { id, demand } of app.services) {
    for (const { location, replicas } of placed.shares(app, id)) {
      const of = use.get(location) ?? new Map<string, number>();
      use.set(location, of);
      for (const [resource, amount] of Object.entries(demand))
        of.set(resource, (of.get(resource) ?? 0) + amount * replicas);
    }
  }
  return sum([...use], ([location, amounts]) => {
    const free = placed.location(location)?.free ?? {};
    const fullest = Math.max(
      0,
      ...[...amounts].map(([resource, amount]) => ((free[resource] ?? 0) > 0 ? amount / free[resource]! : 0)),
    );
    return Math.max(0, fullest - KNEE) ** 2;
  });
}

/** Replicas that leave where they run, and the state that goes with the first of them. */
function moved({ running = [], replicas, move }: Service, shares: readonly Share[]): number {
  const stay = sum(running, ({ location, replicas: before }) =>
    Math.min(before, shares.find((share) => share.location === location)?.replicas ?? 0),
  );
  const before = sum(running, (share) => share.replicas);
  const leave = Math.max(0, Math.min(before, replicas) - stay);
  return leave === 0 ? 0 : leave + (move.stateGB ?? 0);
}

function sum<T>(of: Iterable<T>, value: (each: T) => number): number {
  let total = 0;
  for (const each of of) total += value(each);
  return total;
}
