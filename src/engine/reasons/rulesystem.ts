import { leastDelayOf } from '../feasible/network.ts';
import { residencyByFlow, rulesFor } from '../model/eligibility.ts';
import { nearestOf } from '../model/evaluate.ts';
import { buildFederation, EPSILON, type FederationModel } from '../model/federation.ts';
import type { Application, Channel, Problem, Service, Share } from '../problem.ts';
import { channelKey } from './channelrequirements.ts';
import type { Requirement } from './requirement.ts';
import { crossingKey } from './requirements.ts';

/** Replicas that are placed one by one; of services with more, parts of several. */
const MOST_UNITS = 8;

/** Which requirements stand, and the figure that each asks for. */
export interface Mask {
  readonly active: Uint8Array;
  /** By requirement; NaN where it has none. */
  readonly figures: Float64Array;
}

/** A requirement that speaks about single locations of one service. */
export interface OwnRule {
  readonly requirement: number;
  /** By location, at the figure that the problem asks for. */
  readonly forbidden: Uint8Array;
  /** The same at another figure. */
  readonly at: ((k: number, figure: number) => boolean) | undefined;
}

export interface ServiceRules {
  readonly id: string;
  readonly replicas: number;
  readonly units: readonly number[];
  readonly own: readonly OwnRule[];
  /** By resource of the federation: the requirement, -1 where nothing is asked for. */
  readonly demand: Int32Array;
  readonly spread: number;
  readonly over: 'Zone' | 'Location';
  readonly min: number;
}

/** Requirements of a channel, by number; -1: it has none of the kind. */
interface ChannelRequirements {
  readonly crossing: number;
  readonly path: number;
  readonly delay: number;
  readonly bandwidth: number;
}

/** A channel between services of the application, or from a caller outside to one of them. */
export interface ChannelRules extends ChannelRequirements {
  /** Index of the service; -1: outside, at `place`. */
  readonly from: number;
  readonly place: number;
  readonly to: number;
}

/** A channel to what has its place; its limits are among the `own` rules of its caller. */
export interface LeavingRules extends ChannelRequirements {
  readonly from: number;
  readonly shares: readonly { location: number }[];
}

/**
 * The requirements of one application, compiled once: what each forbids on its own, so that they can be
 * switched on and off, and their figures changed, without the problem being built again. A unit is a replica,
 * or some of them where there are many. O(requirements x locations + channels).
 */
export class RuleSystem {
  readonly requirements: readonly Requirement[];
  readonly federation: FederationModel;
  readonly services: readonly ServiceRules[];
  readonly channels: readonly ChannelRules[];
  readonly leaving: readonly LeavingRules[];
  readonly survival: number;
  readonly units: number;
  readonly leastDelay: number;
  /** False: some service has more replicas than units. */
  readonly whole: boolean;
  readonly #problem: Problem;
  readonly #shapes: readonly number[];
  readonly #all: Mask;
  #pairRooms: Float64Array | undefined;

  constructor(
    problem: Problem,
    app: Application,
    requirements: readonly Requirement[],
    federation: FederationModel = buildFederation(problem),
  ) {
    this.#problem = problem;
    this.requirements = requirements;
    this.#all = {
      active: new Uint8Array(requirements.length).fill(1),
      figures: Float64Array.from(requirements, ({ figure }) => figure?.value ?? Number.NaN),
    };
    this.federation = federation;
    const index = new Map(requirements.map(({ key }, at) => [key, at]));
    const numberOf = (key: string) => index.get(key) ?? -1;
    this.survival = numberOf('Survival');
    const own = this.#ownRules(app);
    let units = 0;
    this.services = app.services.map((service): ServiceRules => {
      const count = Math.min(service.replicas, MOST_UNITS);
      const first = units;
      units += count;
      return {
        id: service.id,
        replicas: service.replicas,
        units: Array.from({ length: count }, (_, at) => first + at),
        own: own.get(service.id) ?? [],
        demand: Int32Array.from(this.federation.resources, (resource) =>
          numberOf(`Capacity:${service.id}:${resource}`),
        ),
        spread: numberOf(`Spread:${service.id}`),
        over: service.spread?.over ?? 'Zone',
        min: Math.min(service.spread?.min ?? 1, service.replicas),
      };
    });
    this.units = units;
    this.whole = app.services.every(({ replicas }) => replicas <= MOST_UNITS);
    this.leastDelay = leastDelayOf(this.federation.paths.delay, this.federation.ids.length);
    this.#shapes = problem.locations.flatMap(({ shapes }, k) => (shapes === undefined ? [] : [k]));
    const at = new Map(app.services.map(({ id }, service) => [id, service]));
    const rulesOf = (owner: Application, channel: Channel) => {
      const key = channelKey(app, owner, channel);
      return {
        crossing: numberOf(crossingKey(app, owner)),
        path: channel.class === 'ASSURED' ? numberOf(`Path:${key}`) : -1,
        delay: numberOf(`Delay:${key}`),
        bandwidth: numberOf(`Bandwidth:${key}`),
      };
    };
    this.channels = [
      ...app.channels
        .filter(({ to }) => (to.application ?? app.id) === app.id)
        .map(
          (channel): ChannelRules => ({
            from: at.get(channel.from)!,
            place: -1,
            to: at.get(channel.to.service)!,
            ...rulesOf(app, channel),
          }),
        ),
      ...callsInto(problem, app).map(
        ({ owner, channel, place }): ChannelRules => ({
          from: -1,
          place: this.federation.index.get(place)!,
          to: at.get(channel.to.service)!,
          ...rulesOf(owner, channel),
        }),
      ),
    ];
    this.leaving = app.channels
      .filter(({ to }) => (to.application ?? app.id) !== app.id)
      .map((channel) => ({
        from: at.get(channel.from)!,
        shares: this.#sharesOf(channel),
        ...rulesOf(app, channel),
      }))
      .filter(({ shares }) => shares.length > 0);
  }

  /** All requirements, as they are. */
  all(): Mask {
    return { active: this.#all.active.slice(), figures: this.#all.figures.slice() };
  }

  /** Resource amounts of one replica of a service, as they are asked for. */
  demandOf({ demand }: ServiceRules, { active, figures }: Mask, r: number): number {
    const requirement = demand[r]!;
    return requirement >= 0 && active[requirement] ? figures[requirement]! : 0;
  }

  /** Whether a single requirement forbids a location to a service. */
  forbids(rule: OwnRule, k: number, mask: Mask): boolean {
    return this.isAsAsked(rule, mask)
      ? rule.forbidden[k] === 1
      : rule.at!(k, mask.figures[rule.requirement]!);
  }

  /** Whether a requirement stands at the figure that the problem asks for. */
  isAsAsked({ requirement, at }: OwnRule, { figures }: Mask): boolean {
    return at === undefined || figures[requirement] === this.#all.figures[requirement];
  }

  /** Locations without a node for one replica, by the demand that stands. */
  misshapen(service: ServiceRules, mask: Mask): number[] {
    if (this.#shapes.length === 0) return [];
    const { resources } = this.federation;
    const demand = resources.map((name, r) => [name, this.demandOf(service, mask, r)] as const);
    return this.#shapes.filter((k) =>
      this.#problem.locations[k]!.shapes!.every((shape) =>
        demand.some(([name, amount]) => shape[name] !== undefined && amount > shape[name] * (1 + 1e-12)),
      ),
    );
  }

  /** Places by service, for people. */
  placesOf(at: Int32Array): { service: string; shares: Share[] }[] {
    return this.services.map((service) => {
      const shares = new Map<number, number>();
      service.units.forEach((unit, part) => {
        shares.set(at[unit]!, (shares.get(at[unit]!) ?? 0) + replicasOf(service, part));
      });
      const sorted = [...shares].sort(([a], [b]) => a - b);
      return {
        service: service.id,
        shares: sorted.map(([k, replicas]) => ({ location: this.federation.ids[k]!, replicas })),
      };
    });
  }

  /** Requirements on single locations by service. */
  #ownRules(app: Application): Map<string, OwnRule[]> {
    const found = new Map<string, OwnRule[]>(app.services.map(({ id }) => [id, []]));
    const m = this.federation.ids.length;
    const add = (
      service: string,
      requirement: number,
      forbids: (k: number) => boolean,
      at?: OwnRule['at'],
    ) => {
      const forbidden = Uint8Array.from({ length: m }, (_, k) => (forbids(k) ? 1 : 0));
      if (at !== undefined || forbidden.includes(1)) found.get(service)!.push({ requirement, forbidden, at });
    };
    const alone = (owner: Application, service: Service, residency?: ReadonlySet<string>) => {
      const rules = rulesFor(this.#problem, this.federation, owner, service, residency).filter(
        ({ rule }) => rule !== 'Shape',
      );
      return (k: number) => rules.some(({ forbids }) => forbids(k));
    };
    const { candidates: _, ...open } = app;
    this.requirements.forEach((requirement, at) => {
      const { rule, service, resource, dataset } = requirement;
      if (requirement.alone) add(service!, at, alone({ ...open }, requirement.alone(nothing(service!))));
      else if (rule === 'Candidate') for (const { id } of app.services) add(id, at, alone(app, nothing(id)));
      else if (rule === 'Capacity') {
        const { resources, free } = this.federation;
        const r = resources.indexOf(resource!);
        const tooBig = (k: number, amount: number) => amount > free[k * resources.length + r]! * (1 + 1e-12);
        add(service!, at, (k) => tooBig(k, requirement.figure!.value), tooBig);
      } else if (rule === 'Residency')
        for (const [id, residency] of this.#residencyOf(app, dataset!))
          add(id, at, alone({ ...open }, nothing(id), residency));
    });
    for (const channel of app.channels)
      if ((channel.to.application ?? app.id) !== app.id && this.#sharesOf(channel).length > 0)
        this.#addLeaving(app, channel, add);
    return found;
  }

  /** Who must stay with a data set, by the channels that carry it on. */
  #residencyOf(app: Application, dataset: string): Map<string, ReadonlySet<string>> {
    const only = this.#problem.datasets.map((each) =>
      each.id === dataset ? each : { ...each, residency: [] },
    );
    return residencyByFlow({ ...this.#problem, datasets: only }, app);
  }

  /** A channel to what has its place is a rule on the caller's location. */
  #addLeaving(
    app: Application,
    channel: Channel,
    add: (service: string, requirement: number, forbids: (k: number) => boolean, at?: OwnRule['at']) => void,
  ): void {
    const { paths } = this.federation;
    const m = paths.size;
    const shares = this.#sharesOf(channel);
    const nearest = Int32Array.from({ length: m }, (_, k) => nearestOf(paths, k, shares));
    const delay = (k: number) => paths.delay[k * m + nearest[k]!]!;
    const replicas = app.services.find(({ id }) => id === channel.from)!.replicas;
    this.requirements.forEach((requirement, at) => {
      if (requirement.key === crossingKey(app, app)) add(channel.from, at, (k) => nearest[k] !== k);
      if (requirement.key !== `${requirement.rule}:${channelKey(app, app, channel)}`) return;
      const limit = requirement.figure?.value ?? 0;
      const unreachable = (k: number) => nearest[k] !== k && delay(k) === Number.POSITIVE_INFINITY;
      const tooFar = (k: number, ms: number) => nearest[k] !== k && delay(k) > ms + EPSILON;
      // Of one replica: less than that no location can have.
      const narrow = (k: number, mbps: number) =>
        unreachable(k) || mbps / replicas > this.pairRoom(k * m + nearest[k]!);
      if (requirement.rule === 'Path') add(channel.from, at, unreachable);
      if (requirement.rule === 'Delay') add(channel.from, at, (k) => tooFar(k, limit), tooFar);
      if (requirement.rule === 'Bandwidth') add(channel.from, at, (k) => narrow(k, limit), narrow);
    });
  }

  /** Mbit/s that one channel can have between two locations. */
  pairRoom(pair: number): number {
    const { pairBandwidth, linksOf, capacity } = this.federation.paths;
    let least = (pairBandwidth?.[pair] ?? Number.POSITIVE_INFINITY) + EPSILON;
    for (const link of linksOf(pair)) least = Math.min(least, capacity[link]! * (1 + EPSILON));
    return least;
  }

  /** Of all pairs, worked out when first asked for. */
  pairRooms(): Float64Array {
    this.#pairRooms ??= Float64Array.from({ length: this.federation.paths.size ** 2 }, (_, pair) =>
      this.pairRoom(pair),
    );
    return this.#pairRooms;
  }

  #sharesOf({ to }: Channel): { location: number }[] {
    const fixed = this.#problem.fixed.find(
      ({ application, service }) => application === to.application && service === to.service,
    );
    return (fixed?.shares ?? []).map(({ location }) => ({ location: this.federation.index.get(location)! }));
  }
}

/** Replicas of the unit number `part` of a service. */
export function replicasOf({ replicas, units }: ServiceRules, part: number): number {
  return Math.floor(replicas / units.length) + (part < replicas % units.length ? 1 : 0);
}

/** Channels of the other applications, which stand on one location each, to this one. */
function callsInto(
  { applications }: Problem,
  app: Application,
): { owner: Application; channel: Channel; place: string }[] {
  return applications
    .filter(({ id }) => id !== app.id)
    .flatMap((owner) =>
      owner.channels.map((channel) => ({
        owner,
        channel,
        place: owner.services.find(({ id }) => id === channel.from)!.onlyLocations![0]!,
      })),
    );
}

/** A service that may run everywhere. */
function nothing(id: string): Service {
  return {
    id,
    demand: {},
    replicas: 1,
    requirements: [],
    tolerations: [{ key: '', operator: 'Exists', value: '' }],
    notLocations: [],
    data: [],
    move: { policy: 'Anywhere' },
  };
}
