import type { Location, Problem, Service } from '../problem.ts';
import type { Term } from '../vocabulary.ts';
import type { RefereeNetwork } from './network.ts';

/** Terms that a location or a path has a rate for. */
export type RatedTerm = 'cost' | 'carbon' | 'delay' | 'resilience';

/**
 * Rates of locations and of pairs, and their averages over the whole problem: what a figure is divided by.
 * What one location does not say counts as the worst that another says; a path nobody knows as the longest
 * one known. Worked out once for a problem, in one pass over all pairs.
 */
export class Averages {
  readonly #locations: readonly Location[];
  readonly #network: RefereeNetwork;
  readonly #worst = new Map<string, number>();
  readonly #prices = new Map<string, number>();
  readonly #pairs: Readonly<Record<RatedTerm, number>>;
  /** Delay from every location to a holder of data. */
  readonly #toHolder = new Map<string, Float64Array>();
  readonly #fromUsers = new Map<string, readonly number[]>();
  readonly worstDelay: number;

  constructor(problem: Problem, network: RefereeNetwork) {
    this.#locations = problem.locations;
    this.#network = network;
    const count = problem.locations.length;
    const index = new Map(problem.locations.map(({ id }, at) => [id, at]));
    const columns = new Map<number, Float64Array>();
    for (const { location } of problem.datasets.flatMap(({ holders }) => holders)) {
      const column = this.#toHolder.get(location) ?? new Float64Array(count);
      this.#toHolder.set(location, column);
      columns.set(index.get(location)!, column);
    }
    const grid = problem.locations.map((at) => this.grid(at));
    const sums = { cost: 0, carbon: 0, delay: 0, resilience: 0 };
    let unknown = 0;
    let worst = 0;
    network.eachPair((from, to, delay, along) => {
      const [a, b] = [problem.locations[from]!, problem.locations[to]!];
      sums.cost += along.usdPerGB || egress(a, b);
      sums.carbon += (along.kWhPerGB * (grid[from]! + grid[to]!)) / 2;
      sums.resilience += along.lossNats;
      if (Number.isFinite(delay)) {
        sums.delay += delay;
        worst = Math.max(worst, delay);
      } else unknown += 1;
      const column = columns.get(to);
      if (column) column[from] = delay;
    });
    this.worstDelay = worst;
    sums.delay += unknown * worst;
    const { cost, carbon, delay, resilience } = sums;
    this.#pairs = {
      cost: cost / count ** 2,
      carbon: carbon / count ** 2,
      delay: delay / count ** 2,
      resilience: resilience / count ** 2,
    };
  }

  /** Over all ordered pairs of locations, a location with itself among them. */
  pair(term: RatedTerm): number {
    return this.#pairs[term];
  }

  /** USD per GB, gCO2e per GB, ms, or nats between two locations. */
  between(term: RatedTerm, from: Location, to: Location): number {
    switch (term) {
      case 'cost':
        return this.#network.along(from.id, to.id).usdPerGB || egress(from, to);
      case 'carbon':
        return (this.#network.along(from.id, to.id).kWhPerGB * (this.grid(from) + this.grid(to))) / 2;
      case 'delay':
        return this.delay(from.id, to.id);
      case 'resilience':
        return this.#network.along(from.id, to.id).lossNats;
    }
  }

  delay(from: string, to: string): number {
    const known = this.#network.delay(from, to);
    return Number.isFinite(known) ? known : this.worstDelay;
  }

  price(at: Location, resource: string): number {
    return (
      at.priceUSDPerHour?.[resource] ??
      this.#worstOf(`price ${resource}`, (of) => of.priceUSDPerHour?.[resource])
    );
  }

  averagePrice(resource: string): number {
    const known = this.#prices.get(resource);
    if (known !== undefined) return known;
    const price = this.#mean((at) => this.price(at, resource));
    this.#prices.set(resource, price);
    return price;
  }

  grid(at: Location): number {
    return at.gramsPerKWh ?? this.#worstOf('grid', (of) => of.gramsPerKWh);
  }

  gramsPerCore(at: Location): number {
    return ((at.wattsPerCore ?? this.#worstOf('watts', (of) => of.wattsPerCore)) * this.grid(at)) / 1000;
  }

  averageGramsPerCore(): number {
    return this.#mean((at) => this.gramsPerCore(at));
  }

  unavailability(at: Location): number {
    return nats(at.availability) ?? this.#worstOf('availability', (of) => nats(of.availability));
  }

  averageUnavailability(): number {
    return this.#mean((at) => this.unavailability(at));
  }

  /** To the nearest of some holders, from every location. */
  toNearestHolder(holders: readonly string[]): readonly number[] {
    return this.#locations.map((_, at) =>
      Math.min(this.worstDelay, ...holders.map((holder) => this.#toHolder.get(holder)![at]!)),
    );
  }

  /** From the nearest place of some users to every location. */
  fromUsers({
    region,
    location,
  }: {
    region?: string | undefined;
    location?: string | undefined;
  }): readonly number[] {
    const key = location === undefined ? `region ${region}` : `location ${location}`;
    const known = this.#fromUsers.get(key);
    if (known) return known;
    const sources = this.#locations.filter((each) =>
      location === undefined ? each.region === region : each.id === location,
    );
    const delays = this.#locations.map(({ id }) =>
      Math.min(this.worstDelay, ...sources.map((source) => this.#network.delay(source.id, id))),
    );
    this.#fromUsers.set(key, delays);
    return delays;
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

  #mean(value: (at: Location) => number): number {
    return this.#locations.reduce((sum, at) => sum + value(at), 0) / this.#locations.length;
  }

  #worstOf(key: string, read: (location: Location) => number | undefined): number {
    const known = this.#worst.get(key);
    if (known !== undefined) return known;
    const worst = this.#locations.reduce((most, each) => Math.max(most, read(each) ?? 0), 0);
    this.#worst.set(key, worst);
    return worst;
  }
}

/** Holders that are fresh enough for a need; unknown staleness is not. */
export function freshHolders(
  problem: Problem,
  { dataset, maxStalenessSeconds: limit }: Service['data'][number],
): string[] {
  const holders = problem.datasets.find(({ id }) => id === dataset)?.holders ?? [];
  return holders
    .filter(
      ({ stalenessSeconds }) =>
        limit === undefined || (stalenessSeconds ?? Number.POSITIVE_INFINITY) <= limit,
    )
    .map(({ location }) => location);
}

/** What the sender's place charges towards the receiver's region, where no link has a price. */
function egress(from: Location, to: Location): number {
  return from === to || to.region === undefined ? 0 : (from.egressUSDPerGB?.[to.region] ?? 0);
}

function nats(availability: number | undefined): number | undefined {
  return availability === undefined ? undefined : -Math.log(Math.max(availability, 1e-9));
}
