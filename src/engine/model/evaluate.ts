import type { Paths } from '../paths/paths.ts';
import type { TermValues } from '../result.ts';
import { TERMS, type Term } from '../vocabulary.ts';
import { type AppModel, BALANCE_KNEE, type ChannelModel, type End } from './appmodel.ts';
import { delayOf, EPSILON, gramsPerGB } from './federation.ts';
import { carries, copyLoad, type Load, reserve } from './load.ts';

/** Location by shard; -1 where it has none yet. */
export type Placement = Int32Array;

/** A caller's location and the nearest location of the callee, with the caller's share of the traffic. */
export interface Route {
  from: number;
  to: number;
  share: number;
}

/** Where one end of a channel is, without domain `lost`. */
function placesOf(
  model: AppModel,
  end: End,
  at: Placement,
  lost: number,
): { location: number; replicas: number }[] {
  const places =
    'shares' in end
      ? end.shares
      : model.services[end.service]!.shards.map((shard) => ({
          location: at[shard]!,
          replicas: model.shards[shard]!.replicas,
        }));
  return lost < 0 ? [...places] : places.filter(({ location }) => model.federation.zone[location] !== lost);
}

/** Routes of a channel: each caller's location uses the nearest location of the callee. */
export function routesOf(model: AppModel, channel: ChannelModel, at: Placement, lost = -1): Route[] {
  const [caller, callee] = [onlyShard(model, channel.from), onlyShard(model, channel.to)];
  // Most channels by far, of every placement that is judged.
  if (lost < 0 && caller >= 0 && callee >= 0) return [{ from: at[caller]!, to: at[callee]!, share: 1 }];
  const callers = placesOf(model, channel.from, at, lost);
  const callees = placesOf(model, channel.to, at, lost);
  const total = callers.reduce((sum, { replicas }) => sum + replicas, 0);
  if (callees.length === 0) return [];
  return callers.map(({ location, replicas }) => ({
    from: location,
    to: nearestOf(model.federation.paths, location, callees),
    share: replicas / total,
  }));
}

/** The shard of a service that has one; -1 for all else. */
function onlyShard({ services }: AppModel, end: End): number {
  if ('shares' in end) return -1;
  const { shards } = services[end.service]!;
  return shards.length === 1 ? shards[0]! : -1;
}

/** The nearest of several places by delay. Equal ones: the own location, then the lower index. */
export function nearestOf(
  { delay, size }: Paths,
  from: number,
  places: readonly { readonly location: number }[],
): number {
  let best = places[0]!.location;
  for (const { location } of places) {
    const through = delay[from * size + location]!;
    const known = delay[from * size + best]!;
    const tie = through === known && best !== from && (location === from || location < best);
    if (through < known || tie) best = location;
  }
  return best;
}

/** Whether a channel keeps its hard rules on its routes; bandwidth apart. */
export function keepsRules(model: AppModel, channel: ChannelModel, routes: readonly Route[]): boolean {
  const { paths, ids } = model.federation;
  return routes.every(({ from, to }) => {
    if (from === to) return true;
    if (!channel.crossing) return false;
    return (
      !channel.assured ||
      paths.delay[from * ids.length + to]! <= Math.min(channel.maxDelay + EPSILON, Number.MAX_VALUE)
    );
  });
}

/** Weighted objective of a channel on its routes. */
export function channelObjective(model: AppModel, channel: ChannelModel, routes: readonly Route[]): number {
  const { factor, totalCalls, federation } = model;
  const m = federation.ids.length;
  let sum = 0;
  for (const { from, to, share } of routes) {
    const pair = from * m + to;
    sum +=
      share *
      (factor.cost * channel.gbPerHour * federation.usdPerGB[pair]! +
        factor.carbon * channel.gbPerHour * gramsPerGB(federation, pair) +
        factor.delay * (totalCalls === 0 ? 0 : (channel.calls / totalCalls) * delayOf(federation, pair)) +
        (factor.resilience * federation.paths.lossNats[pair]!) / Math.max(1, model.channels.length));
  }
  return sum;
}

/** Replicas that leave a location where they run, plus the state in GB that goes with them. */
export function movedAmount(model: AppModel, service: number, at: Placement): number {
  const { running, shards, replicas, stateGB } = model.services[service]!;
  if (running.size === 0) return 0;
  const runningTotal = [...running.values()].reduce((sum, count) => sum + count, 0);
  const placed = new Map<number, number>();
  for (const shard of shards) {
    if (at[shard]! >= 0)
      placed.set(at[shard]!, (placed.get(at[shard]!) ?? 0) + model.shards[shard]!.replicas);
  }
  let stay = 0;
  for (const [location, count] of running) stay += Math.min(count, placed.get(location) ?? 0);
  const moved = Math.max(0, Math.min(runningTotal, replicas) - stay);
  return moved + (moved > 0 ? stateGB : 0);
}

/** How far the application's own use of its locations lies above the knee, squared and summed. */
export function balanceOf(model: AppModel, at: Placement): number {
  const { free, resources } = model.federation;
  const own = new Map<number, Float64Array>();
  model.shards.forEach(({ service, replicas }, shard) => {
    const k = at[shard]!;
    if (k < 0) return;
    const use = own.get(k) ?? new Float64Array(resources.length);
    own.set(k, use);
    model.services[service]!.demand.forEach((amount, r) => {
      use[r] = use[r]! + amount * replicas;
    });
  });
  let sum = 0;
  for (const [k, use] of own) {
    const share = use.reduce((most, amount, r) => {
      const available = free[k * resources.length + r]!;
      return amount > 0 && available > 0 ? Math.max(most, amount / available) : most;
    }, 0);
    sum += Math.max(0, share - BALANCE_KNEE) ** 2;
  }
  return sum;
}

/** Weighted objective of a complete placement. O(shards + channels). */
export function objectiveOf(model: AppModel, at: Placement): number {
  let sum = model.factor.balance === 0 ? 0 : model.factor.balance * balanceOf(model, at);
  model.services.forEach((service, index) => {
    for (const shard of service.shards) sum += service.unary[at[shard]!]! * model.shards[shard]!.replicas;
    sum += model.factor.migration * movedAmount(model, index, at);
  });
  for (const channel of model.channels) sum += channelObjective(model, channel, routesOf(model, channel, at));
  return sum;
}

/** Value of each term in its own unit; dropped ones are left out. */
export function termsOf(model: AppModel, at: Placement): TermValues {
  const { federation, services, shards, channels, totalCalls } = model;
  const m = federation.ids.length;
  const unary = (term: 'cost' | 'carbon' | 'delay' | 'resilience') =>
    services.reduce(
      (sum, service) =>
        sum +
        service.shards.reduce(
          (part, shard) => part + service.terms[term][at[shard]!]! * shards[shard]!.replicas,
          0,
        ),
      0,
    );
  const routed = (value: (channel: ChannelModel, pair: number) => number) =>
    channels.reduce(
      (sum, channel) =>
        sum +
        routesOf(model, channel, at).reduce(
          (part, { from, to, share }) => part + share * value(channel, from * m + to),
          0,
        ),
      0,
    );
  const values: Record<Term, number> = {
    cost: unary('cost') + routed(({ gbPerHour }, pair) => gbPerHour * federation.usdPerGB[pair]!),
    carbon: unary('carbon') + routed(({ gbPerHour }, pair) => gbPerHour * gramsPerGB(federation, pair)),
    delay:
      unary('delay') +
      (totalCalls === 0 ? 0 : routed(({ calls }, pair) => (calls / totalCalls) * delayOf(federation, pair))),
    resilience:
      unary('resilience') +
      routed((_, pair) => federation.paths.lossNats[pair]!) / Math.max(1, channels.length),
    balance: balanceOf(model, at),
    migration: services.reduce((sum, _, index) => sum + movedAmount(model, index, at), 0),
  };
  return Object.fromEntries(
    TERMS.filter((term) => !model.dropped.includes(term)).map((term) => [term, values[term]]),
  );
}

/**
 * Whether a complete placement keeps the rules that span the application: spread, survival of any one
 * domain, and bandwidth on links beside what is reserved already.
 */
export function keepsWholeRules(model: AppModel, at: Placement, load: Load): boolean {
  return isSpread(model, at) && hasBandwidth(model, at, load) && survives(model, at, load);
}

function hasBandwidth(model: AppModel, at: Placement, load: Load, lost = -1): boolean {
  return model.channels.every(({ mbps }) => mbps === 0) || reserveAll(model, at, copyLoad(load), lost);
}

/**
 * Reserves the bandwidth of every ASSURED channel between what is left without domain `lost`; false when a
 * link, or a pair of locations, has too little. Parts of a caller that share a location are one flow there,
 * whose limit they keep together.
 */
export function reserveAll(model: AppModel, at: Placement, load: Load, lost = -1): boolean {
  const m = model.federation.ids.length;
  let enough = true;
  for (const channel of model.channels) {
    if (channel.mbps === 0) continue;
    const flows = new Map<number, number>();
    for (const { from, to, share } of routesOf(model, channel, at, lost)) {
      const pair = from * m + to;
      flows.set(pair, (flows.get(pair) ?? 0) + channel.mbps * share);
    }
    for (const [pair, mbps] of flows) {
      if (!carries(model.federation, load, pair, mbps)) enough = false;
      reserve(model.federation, load, pair, mbps);
    }
  }
  return enough;
}

function isSpread(model: AppModel, at: Placement): boolean {
  return model.services.every(({ spread, shards }) => {
    if (!spread) return true;
    const domains = shards.map((shard) =>
      spread.over === 'Zone' ? model.federation.zone[at[shard]!]! : at[shard]!,
    );
    return new Set(domains).size >= spread.min;
  });
}

/**
 * After the loss of any one domain every service still has replicas, and their channels keep their rules:
 * delay, and bandwidth on the ways that their calls take then. What is left holds its capacity already; lost
 * replicas are not created anew elsewhere.
 */
function survives(model: AppModel, at: Placement, load: Load): boolean {
  if (!model.survive) return true;
  const domains = new Set([...at].map((k) => model.federation.zone[k]!));
  return [...domains].every((lost) => {
    const alive = model.services.every(({ shards }) =>
      shards.some((shard) => model.federation.zone[at[shard]!] !== lost),
    );
    return (
      alive &&
      model.channels.every((channel) => keepsRules(model, channel, routesOf(model, channel, at, lost))) &&
      hasBandwidth(model, at, load, lost)
    );
  });
}
