import type { Application, Channel, Location, Problem, Service, Share } from './problem.ts';
import { TERMS, type Term, type TermValues } from './result.ts';

/** What the referee knows of a placement and of the network; its own figures, not a solver's. */
export interface Placed {
  shares: (service: string) => readonly Share[];
  routes: (channel: Channel) => readonly { from: string; to: string; share: number }[];
  /** ms; Infinity where no path is known. */
  delay: (from: string, to: string) => number;
  /** Largest known delay in the problem. */
  worstDelay: number;
  /** Average over all pairs of locations by term, filled when first asked for. */
  averages: Map<Term, number>;
  /** Sums along the path, 0 where nothing is known. */
  along: (from: string, to: string) => { usdPerGB: number; kWhPerGB: number; lossNats: number };
}

/** Use of a location above this share of what is free costs balance. */
const KNEE = 0.75;

/**
 * The value of every term, in its own unit and divided by its value under the average placement (every
 * location equally likely), from the problem alone. Terms that nobody gives figures for are absent.
 */
export function recomputeTerms(
  problem: Problem,
  app: Application,
  placed: Placed,
): { terms: TermValues; normalised: TermValues } {
  const rates = new Rates(problem);
  const volume = (channel: Channel) => (channel.callsPerSecond * channel.bytesPerCall * 3600) / 1e9;
  const channels = app.channels.filter((channel) => placed.routes(channel).length > 0);
  const channelCalls = sum(channels, ({ callsPerSecond }) => callsPerSecond);
  const calls =
    channelCalls +
    sum(app.entryPoints, ({ callsPerSecond }) => callsPerSecond) +
    sum(app.services, ({ data }) => data.length);
  const delay = (from: string, to: string) => {
    const known = placed.delay(from, to);
    return Number.isFinite(known) ? known : placed.worstDelay;
  };
  const usd = (from: Location, to: Location) =>
    placed.along(from.id, to.id).usdPerGB ||
    (from === to || to.region === undefined ? 0 : (from.egressUSDPerGB?.[to.region] ?? 0));
  const grams = (from: Location, to: Location) =>
    (placed.along(from.id, to.id).kWhPerGB * (rates.grid(from) + rates.grid(to))) / 2;
  const loss = (from: Location, to: Location) => placed.along(from.id, to.id).lossNats;

  /** One whole service on one location. */
  const here: Record<'cost' | 'carbon' | 'delay' | 'resilience', (service: Service, at: Location) => number> =
    {
      cost: ({ demand, replicas }, at) =>
        replicas * sum(Object.entries(demand), ([resource, amount]) => amount * rates.price(at, resource)),
      carbon: ({ demand, replicas }, at) =>
        (replicas * (demand['cpu'] ?? 0) * rates.watts(at) * rates.grid(at)) / 1000,
      delay: (service, at) => (calls === 0 ? 0 : waiting(problem, app, service, at, delay, placed) / calls),
      resilience: (_, at) => rates.unavailability(at),
    };
  /** A channel counts by volume, by calls, or as one of all; times what lies between two locations. */
  const ofChannel = {
    cost: volume,
    carbon: volume,
    delay: ({ callsPerSecond }: Channel) => (calls === 0 ? 0 : callsPerSecond / calls),
    resilience: () => 1 / channels.length,
  };
  const between = {
    cost: usd,
    carbon: grams,
    delay: (from: Location, to: Location) => delay(from.id, to.id),
    resilience: loss,
  };
  const locations = new Map(problem.locations.map((location) => [location.id, location]));
  const count = problem.locations.length;
  const value = (term: keyof typeof here) =>
    sum(app.services, (service) =>
      sum(
        placed.shares(service.id),
        ({ location, replicas }) =>
          (replicas / service.replicas) * here[term](service, locations.get(location)!),
      ),
    ) +
    sum(channels, (channel) =>
      sum(
        placed.routes(channel),
        ({ from, to, share }) =>
          share * ofChannel[term](channel) * between[term](locations.get(from)!, locations.get(to)!),
      ),
    );
  const average = (term: keyof typeof here) =>
    sum(app.services, (service) => sum(problem.locations, (at) => here[term](service, at)) / count) +
    sum(channels, ofChannel[term]) * averagePair(term);
  /** The same for every application of a problem. */
  const averagePair = (term: keyof typeof between): number => {
    const known = placed.averages.get(term);
    if (known !== undefined) return known;
    const pairs = sum(problem.locations, (from) => sum(problem.locations, (to) => between[term](from, to)));
    placed.averages.set(term, pairs / count ** 2);
    return pairs / count ** 2;
  };

  const values: Record<Term, number> = {
    cost: value('cost'),
    carbon: value('carbon'),
    delay: value('delay'),
    resilience: value('resilience'),
    balance: crowding(problem, app, placed),
    migration: sum(app.services, (service) => moved(service, placed.shares(service.id))),
  };
  const references: Record<Term, number> = {
    cost: average('cost'),
    carbon: average('carbon'),
    delay: average('delay'),
    resilience: average('resilience'),
    balance: 1,
    migration: sum(app.services, ({ replicas }) => replicas),
  };
  const kept = TERMS.filter((term) => references[term] > 0 && !rates.nobodyKnows(term));
  return {
    terms: Object.fromEntries(kept.map((term) => [term, values[term]])),
    normalised: Object.fromEntries(kept.map((term) => [term, values[term] / references[term]])),
  };
}

/** What locations charge and emit; what one does not say counts as the worst that another says. */
class Rates {
  readonly #locations: readonly Location[];

  constructor({ locations }: Problem) {
    this.#locations = locations;
  }

  price(at: Location, resource: string): number {
    return this.#worstIfUnknown(at, ({ priceUSDPerHour }) => priceUSDPerHour?.[resource]);
  }

  watts(at: Location): number {
    return this.#worstIfUnknown(at, ({ wattsPerCore }) => wattsPerCore);
  }

  grid(at: Location): number {
    return this.#worstIfUnknown(at, ({ gramsPerKWh }) => gramsPerKWh);
  }

  unavailability(at: Location): number {
    return this.#worstIfUnknown(at, ({ availability }) =>
      availability === undefined ? undefined : -Math.log(Math.max(availability, 1e-9)),
    );
  }

  nobodyKnows(term: Term): boolean {
    const nobody = (read: (location: Location) => unknown) =>
      this.#locations.every((location) => read(location) === undefined);
    switch (term) {
      case 'cost':
        return nobody(({ priceUSDPerHour }) => priceUSDPerHour);
      case 'carbon':
        return nobody(({ wattsPerCore }) => wattsPerCore) || nobody(({ gramsPerKWh }) => gramsPerKWh);
      case 'resilience':
        return nobody(({ availability }) => availability);
      default:
        return false;
    }
  }

  #worstIfUnknown(at: Location, read: (location: Location) => number | undefined): number {
    return read(at) ?? Math.max(0, ...this.#locations.map((each) => read(each) ?? 0));
  }
}

/** Calls per second times ms to users and to data, for a service that is wholly on one location. */
function waiting(
  problem: Problem,
  app: Application,
  service: Service,
  at: Location,
  delay: (from: string, to: string) => number,
  { worstDelay }: Placed,
): number {
  const nearest = (delays: readonly number[]) => (delays.length === 0 ? worstDelay : Math.min(...delays));
  const users = app.entryPoints.filter((entry) => entry.service === service.id);
  return (
    sum(users, ({ location, region, callsPerSecond }) => {
      const sources = problem.locations.filter((each) =>
        location === undefined ? each.region === region : each.id === location,
      );
      return callsPerSecond * nearest(sources.map(({ id }) => delay(id, at.id)));
    }) +
    sum(service.data, ({ dataset, maxStalenessSeconds: limit }) => {
      const holders = problem.datasets.find(({ id }) => id === dataset)?.holders ?? [];
      const fresh = holders.filter(
        ({ stalenessSeconds }) =>
          limit === undefined || (stalenessSeconds ?? Number.POSITIVE_INFINITY) <= limit,
      );
      return nearest(fresh.map(({ location }) => delay(at.id, location)));
    })
  );
}

/** How far the application's own use of its locations lies above the knee, squared and summed. */
function crowding(problem: Problem, app: Application, placed: Placed): number {
  return sum(problem.locations, ({ id, free }) => {
    const use = new Map<string, number>();
    for (const service of app.services) {
      for (const { location, replicas } of placed.shares(service.id)) {
        if (location !== id) continue;
        for (const [resource, amount] of Object.entries(service.demand))
          use.set(resource, (use.get(resource) ?? 0) + amount * replicas);
      }
    }
    const fullest = Math.max(
      0,
      ...[...use].map(([resource, amount]) => ((free[resource] ?? 0) > 0 ? amount / free[resource]! : 0)),
    );
    return Math.max(0, fullest - KNEE) ** 2;
  });
}

/** Replicas that leave where they run, and the state that goes with the first of them. */
function moved({ running = [], replicas, move }: Service, shares: readonly Share[]): number {
  const stay = sum(running, ({ location, replicas: before }) =>
    Math.min(before, shares.find((share) => share.location === location)?.replicas ?? 0),
  );
  const leave = Math.max(
    0,
    Math.min(
      sum(running, (share) => share.replicas),
      replicas,
    ) - stay,
  );
  return leave === 0 ? 0 : leave + (move.stateGB ?? 0);
}

function sum<T>(of: readonly T[], value: (each: T) => number): number {
  return of.reduce((total, each) => total + value(each), 0);
}
