import { type AppModel, BALANCE_KNEE, type ChannelModel } from './model/appmodel.ts';
import {
  channelObjective,
  keepsRules,
  movedAmount,
  nearestOf,
  objectiveOf,
  type Placement,
  type Route,
  termsOf,
} from './model/evaluate.ts';
import { delayOf, EPSILON, gramsPerGB } from './model/federation.ts';
import type { Load } from './model/load.ts';
import type { TermValues } from './result.ts';
import { TERMS } from './vocabulary.ts';

/**
 * What changes when one service that is in one part goes elsewhere and all else stays: its own costs and its
 * channels, so that every location can be looked at. O(own channels) per location, after O(shards) once.
 */
export class Moves {
  readonly #model: AppModel;
  readonly #at: Placement;
  /** Own use of the locations in use, all services. */
  readonly #use = new Map<number, Float64Array>();
  readonly #objective: number;
  readonly #terms: TermValues;

  constructor(model: AppModel, at: Placement) {
    this.#model = model;
    this.#at = at;
    this.#objective = objectiveOf(model, at);
    this.#terms = termsOf(model, at);
    model.shards.forEach(({ service, replicas }, shard) => {
      this.#add(this.#use, at[shard]!, service, replicas);
    });
  }

  /** What the service's going to whichever location `to` is asked about would mean. */
  of(service: number): Move {
    const model = this.#model;
    const { unary, replicas, shards, running } = model.services[service]!;
    const here = this.#at[shards[0]!]!;
    const there = this.#at.slice();
    const channels = model.incident[service]!.map((at) => this.#routes(model.channels[at]!, service));
    const costOf = (to: number): number => {
      let sum = unary[to]! * replicas;
      if (model.factor.balance !== 0) sum += model.factor.balance * this.#balance(service, here, to);
      if (running.size > 0 && model.factor.migration !== 0) {
        there[shards[0]!] = to;
        sum += model.factor.migration * movedAmount(model, service, there);
      }
      for (const { channel, routesTo } of channels) sum += channelObjective(model, channel, routesTo(to));
      return sum;
    };
    const own = (to: number) => this.#ownTerms(service, to, channels);
    return {
      costOf,
      objectiveOf: (to) => this.#objective - costOf(here) + costOf(to),
      termsOf: (to) => {
        const [before, after] = [own(here), own(to)];
        return Object.fromEntries(
          TERMS.flatMap((term) => {
            const now = this.#terms[term];
            return now === undefined ? [] : [[term, now - before[term] + after[term]]];
          }),
        );
      },
      fits: (to, load) => this.#fits(service, here, to, load),
      brokenBy: (to) => {
        for (const { channel, routesTo } of channels) {
          const routes = routesTo(to);
          if (!keepsRules(model, channel, routes)) return { channel, routes };
        }
        return undefined;
      },
    };
  }

  /** The service's own part of each term, in its unit. */
  #ownTerms(
    service: number,
    to: number,
    channels: readonly { channel: ChannelModel; routesTo: (to: number) => Route[] }[],
  ): Required<{ [term in keyof TermValues]: number }> {
    const model = this.#model;
    const { federation, totalCalls } = model;
    const m = federation.ids.length;
    const { terms, replicas, shards } = model.services[service]!;
    const there = this.#at.slice();
    there[shards[0]!] = to;
    const values = {
      cost: terms.cost[to]! * replicas,
      carbon: terms.carbon[to]! * replicas,
      delay: terms.delay[to]! * replicas,
      resilience: terms.resilience[to]! * replicas,
      balance: this.#balance(service, this.#at[shards[0]!]!, to),
      migration: movedAmount(model, service, there),
    };
    for (const { channel, routesTo } of channels) {
      for (const route of routesTo(to)) {
        const pair = route.from * m + route.to;
        values.cost += route.share * channel.gbPerHour * federation.usdPerGB[pair]!;
        values.carbon += route.share * channel.gbPerHour * gramsPerGB(federation, pair);
        if (totalCalls > 0)
          values.delay += (route.share * channel.calls * delayOf(federation, pair)) / totalCalls;
        values.resilience += (route.share * federation.paths.lossNats[pair]!) / model.channels.length;
      }
    }
    return values;
  }

  /** Beside what others use, and the services that are there already. */
  #fits(service: number, here: number, to: number, { used }: Load): boolean {
    const { free } = this.#model.federation;
    const { demand, replicas } = this.#model.services[service]!;
    const own = to === here ? undefined : this.#use.get(to);
    for (let r = 0; r < demand.length; r += 1) {
      const at = to * demand.length + r;
      const wanted = demand[r]! * replicas;
      if (wanted > 0 && used[at]! + (own?.[r] ?? 0) + wanted > free[at]! * (1 + EPSILON) + EPSILON)
        return false;
    }
    return true;
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

export interface Move {
  /** Own costs and channels, in the objective. */
  costOf: (to: number) => number;
  /** Of the whole application. */
  objectiveOf: (to: number) => number;
  /** Of the whole application, each in its own unit. */
  termsOf: (to: number) => TermValues;
  /** Whether there is room, beside what others use and the application's other services. */
  fits: (to: number, load: Load) => boolean;
  /** The first channel whose rules do not hold then, with the routes it would take. */
  brokenBy: (to: number) => Broken | undefined;
}

export interface Broken {
  readonly channel: ChannelModel;
  readonly routes: readonly Route[];
}
