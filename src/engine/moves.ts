import { type AppModel, BALANCE_KNEE, type ChannelModel } from './appmodel.ts';
import {
  channelObjective,
  keepsRules,
  movedAmount,
  nearestOf,
  type Placement,
  type Route,
} from './evaluate.ts';

/**
 * What changes when one service that is in one part goes elsewhere and all else stays: its own costs and its
 * channels, so that every location can be looked at. O(own channels) per location, after O(shards) once.
 */
export class Moves {
  readonly #model: AppModel;
  readonly #at: Placement;
  /** Own use of the locations in use, all services. */
  readonly #use = new Map<number, Float64Array>();

  constructor(model: AppModel, at: Placement) {
    this.#model = model;
    this.#at = at;
    model.shards.forEach(({ service, replicas }, shard) => {
      this.#add(this.#use, at[shard]!, service, replicas);
    });
  }

  /** The service's channels, each with the routes it would take, for whichever location `to` is asked. */
  of(service: number): { costOf: (to: number) => number; brokenBy: (to: number) => Broken | undefined } {
    const model = this.#model;
    const { unary, replicas, shards, running } = model.services[service]!;
    const here = this.#at[shards[0]!]!;
    const there = this.#at.slice();
    const channels = model.incident[service]!.map((at) => this.#routes(model.channels[at]!, service));
    return {
      costOf: (to) => {
        let sum = unary[to]! * replicas;
        if (model.factor.balance !== 0) sum += model.factor.balance * this.#balance(service, here, to);
        if (running.size > 0 && model.factor.migration !== 0) {
          there[shards[0]!] = to;
          sum += model.factor.migration * movedAmount(model, service, there);
        }
        for (const { channel, routesTo } of channels) sum += channelObjective(model, channel, routesTo(to));
        return sum;
      },
      brokenBy: (to) => {
        for (const { channel, routesTo } of channels) {
          const routes = routesTo(to);
          if (!keepsRules(model, channel, routes)) return { channel, routes };
        }
        return undefined;
      },
    };
  }

  /** Routes of a channel with the service at `to`; the array is the same each time. */
  #routes(
    channel: ChannelModel,
    service: number,
  ): { channel: ChannelModel; routesTo: (to: number) => Route[] } {
    const model = this.#model;
    const calls = 'service' in channel.from && channel.from.service === service;
    const other = calls ? channel.to : channel.from;
    const inside = 'service' in other && other.service === service;
    const places =
      'shares' in other
        ? other.shares
        : model.services[other.service]!.shards.map((shard) => ({
            location: this.#at[shard]!,
            replicas: model.shards[shard]!.replicas,
          }));
    const total = places.reduce((sum, { replicas }) => sum + replicas, 0);
    const routes: Route[] =
      calls || inside
        ? [{ from: 0, to: 0, share: 1 }]
        : places.map(({ location, replicas }) => ({ from: location, to: 0, share: replicas / total }));
    const routesTo = (to: number): Route[] => {
      if (inside || calls) routes[0]!.from = to;
      if (calls && !inside) routes[0]!.to = nearestOf(model.federation.paths, to, places);
      else for (const route of routes) route.to = to;
      return routes;
    };
    return { channel, routesTo };
  }

  /** Balance of the two locations concerned; the others stay as they are. */
  #balance(service: number, here: number, to: number): number {
    const replicas = this.#model.services[service]!.replicas;
    const use = new Map(
      [here, to].flatMap((k) => (this.#use.has(k) ? [[k, this.#use.get(k)!.slice()]] : [])),
    );
    this.#add(use, here, service, -replicas);
    this.#add(use, to, service, replicas);
    return this.#excess(use, here) + (to === here ? 0 : this.#excess(use, to) - this.#excess(this.#use, to));
  }

  #excess(use: ReadonlyMap<number, Float64Array>, k: number): number {
    const { free, resources } = this.#model.federation;
    let share = 0;
    (use.get(k) ?? []).forEach((amount: number, r: number) => {
      const available = free[k * resources.length + r]!;
      if (amount > 0 && available > 0) share = Math.max(share, amount / available);
    });
    return Math.max(0, share - BALANCE_KNEE) ** 2;
  }

  #add(use: Map<number, Float64Array>, k: number, service: number, replicas: number): void {
    const { demand } = this.#model.services[service]!;
    const own = use.get(k) ?? new Float64Array(demand.length);
    use.set(k, own);
    for (let r = 0; r < own.length; r += 1) own[r] = own[r]! + demand[r]! * replicas;
  }
}

export interface Broken {
  readonly channel: ChannelModel;
  readonly routes: readonly Route[];
}
