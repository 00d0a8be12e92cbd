import {
  type AppModel,
  BALANCE_KNEE,
  type ChannelModel,
  type End,
  type ServiceModel,
} from '../model/appmodel.ts';
import { channelObjective, keepsRules, nearestOf, type Route } from '../model/evaluate.ts';
import { EPSILON } from '../model/federation.ts';
import type { Load } from '../model/load.ts';
import {
  type Balance,
  type Bandwidth,
  type Gqap,
  type NearestFactor,
  PAIR_RULE,
  type Pairs,
} from './gqap.ts';

/**
 * One application beside what others use, as a generalised quadratic assignment problem. A variable is a
 * shard of the model, a label a location, both by their index: an assignment of labels is a placement and
 * needs no way back. What is given (entry points, data, channels from and to what has its place already,
 * what runs now) becomes unary. O(services x locations + pairs), and links once where bandwidth is reserved.
 *
 * @param perMbps prices of links, see `Bandwidth`
 * @param coupled rules that only the judge knows decide as well: the problem is not tight
 */
export function compile(
  model: AppModel,
  load: Load,
  { perMbps, coupled }: { perMbps?: Float64Array | undefined; coupled?: boolean } = {},
): Gqap {
  const { federation, shards } = model;
  const m = federation.ids.length;
  const resources = federation.resources.length;
  const demand = new Float64Array(shards.length * resources);
  shards.forEach(({ service, replicas }, i) => {
    model.services[service]!.demand.forEach((amount, r) => {
      demand[i * resources + r] = amount * replicas;
    });
  });
  const room = federation.free.map((free, at) => free * (1 + EPSILON) + EPSILON - load.used[at]!);
  const bandwidth = bandwidthOf(model, load, perMbps);
  const unary = new Float64Array(shards.length * m);
  shards.forEach(({ service, replicas }, i) => {
    const { allowed, unary: each, shards: parts } = model.services[service]!;
    // What is on one location is gone with it.
    const survives = !model.survive || parts.length > 1;
    for (let k = 0; k < m; k += 1) {
      const open = survives && allowed[k] === 1 && hasRoom(demand, i, room, k, resources);
      unary[i * m + k] = open ? each[k]! * replicas : Number.POSITIVE_INFINITY;
    }
  });
  let constant = 0;
  for (const service of model.services) constant += addMigration(model, service, unary);
  const { pairs, nearest } = addChannels(model, bandwidth, unary);
  const tight =
    !coupled &&
    bandwidth === undefined &&
    nearest.length === 0 &&
    !model.survive &&
    model.factor.balance === 0 &&
    model.services.every(
      ({ running, shards: parts, spread, apart }) =>
        (parts.length === 1 || running.size === 0 || model.factor.migration === 0) &&
        (spread === undefined || apart !== undefined),
    );
  return {
    variables: shards.length,
    locations: m,
    resources,
    unary,
    demand,
    room,
    zone: federation.zone,
    network: federation.network,
    pairs,
    nearest,
    constant,
    twin: twinsOf(model),
    bandwidth,
    balance: balanceOf(model),
    tight,
  };
}

function hasRoom(demand: Float64Array, i: number, room: Float64Array, k: number, resources: number): boolean {
  for (let r = 0; r < resources; r += 1) {
    const amount = demand[i * resources + r]!;
    if (amount > 0 && amount > room[k * resources + r]!) return false;
  }
  return true;
}

/**
 * Charges what leaves a location where it runs; returns the constant that keeps the charge from being
 * negative. Exact for a service in one part; for several parts at most the true charge, since parts that
 * share a location cannot each claim the replicas that run there, and the state moves once.
 */
function addMigration(model: AppModel, service: ServiceModel, unary: Float64Array): number {
  const { running, replicas, shards, stateGB } = service;
  const factor = model.factor.migration;
  if (running.size === 0 || factor === 0) return 0;
  const m = model.federation.ids.length;
  const runningTotal = [...running.values()].reduce((sum, count) => sum + count, 0);
  const staying = Math.min(runningTotal, replicas);
  for (const i of shards) {
    const part = model.shards[i]!.replicas;
    for (let k = 0; k < m; k += 1) {
      const moved = part - Math.min(running.get(k) ?? 0, part);
      const state = shards.length === 1 && moved > replicas - staying ? stateGB : 0;
      unary[i * m + k] = unary[i * m + k]! + factor * (moved + state);
    }
  }
  return factor * (staying - replicas);
}

function twinsOf({ services, shards }: AppModel): Int32Array {
  const twin = new Int32Array(shards.length).fill(-1);
  for (const { shards: parts } of services) {
    parts.forEach((i, at) => {
      const before = parts[at - 1];
      if (before !== undefined && shards[before]!.replicas === shards[i]!.replicas) twin[i] = before;
    });
  }
  return twin;
}

function balanceOf({ factor, federation }: AppModel): Balance | undefined {
  if (factor.balance === 0) return undefined;
  return { weight: factor.balance, knee: BALANCE_KNEE, free: federation.free };
}

function bandwidthOf(
  { federation, channels }: AppModel,
  load: Load,
  perMbps: Float64Array | undefined,
): Bandwidth | undefined {
  if (channels.every(({ mbps }) => mbps === 0)) return undefined;
  const { size, linksOf, capacity, pairBandwidth } = federation.paths;
  const linkRoom = capacity.map((total, link) => total * (1 + EPSILON) - load.links[link]!);
  const pairRoom = new Float64Array(size * size);
  pairRoom.forEach((_, pair) => {
    let least = (pairBandwidth?.[pair] ?? Number.POSITIVE_INFINITY) + EPSILON;
    for (const link of linksOf(pair)) if (linkRoom[link]! < least) least = linkRoom[link]!;
    pairRoom[pair] = least;
  });
  return { linkRoom, pairRoom, ...(perMbps && { perMbps }) };
}

/** A growing table of pairs. */
class PairTable {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly perMs: number[] = [];
  readonly perUSD: number[] = [];
  readonly perGram: number[] = [];
  readonly perNat: number[] = [];
  readonly maxDelay: number[] = [];
  readonly rule: number[] = [];
  readonly mbps: number[] = [];

  add(from: number, to: number, terms: PairTerms): void {
    this.from.push(from);
    this.to.push(to);
    this.perMs.push(terms.perMs);
    this.perUSD.push(terms.perUSD);
    this.perGram.push(terms.perGram);
    this.perNat.push(terms.perNat);
    this.maxDelay.push(terms.maxDelay);
    this.rule.push(terms.rule);
    this.mbps.push(terms.mbps);
  }

  finish(): Pairs {
    return {
      count: this.from.length,
      from: Int32Array.from(this.from),
      to: Int32Array.from(this.to),
      perMs: Float64Array.from(this.perMs),
      perUSD: Float64Array.from(this.perUSD),
      perGram: Float64Array.from(this.perGram),
      perNat: Float64Array.from(this.perNat),
      maxDelay: Float64Array.from(this.maxDelay),
      rule: Uint8Array.from(this.rule),
      mbps: Float64Array.from(this.mbps),
    };
  }
}

type PairTerms = Pick<
  NearestFactor,
  'perMs' | 'perUSD' | 'perGram' | 'perNat' | 'maxDelay' | 'rule' | 'mbps'
>;

const APART: Omit<PairTerms, 'rule'> = {
  perMs: 0,
  perUSD: 0,
  perGram: 0,
  perNat: 0,
  maxDelay: Number.POSITIVE_INFINITY,
  mbps: 0,
};

/** Terms of a channel for a part that makes `share` of its calls. */
function termsOf(model: AppModel, channel: ChannelModel, share: number): PairTerms {
  const { factor, totalCalls, channels } = model;
  return {
    perMs: totalCalls === 0 ? 0 : (share * factor.delay * channel.calls) / totalCalls,
    perUSD: share * factor.cost * channel.gbPerHour,
    perGram: share * factor.carbon * channel.gbPerHour,
    perNat: (share * factor.resilience) / Math.max(1, channels.length),
    // An unknown path is no path where a limit, or the class alone, is hard.
    maxDelay: channel.assured
      ? Math.min(channel.maxDelay + EPSILON, Number.MAX_VALUE)
      : Number.POSITIVE_INFINITY,
    rule: channel.crossing ? PAIR_RULE.Any : PAIR_RULE.SameLocation,
    mbps: share * channel.mbps,
  };
}

/** Parts that must differ, and channels: as pairs, as nearest factors, or folded into the unary. */
function addChannels(
  model: AppModel,
  bandwidth: Bandwidth | undefined,
  unary: Float64Array,
): { pairs: Pairs; nearest: NearestFactor[] } {
  const table = new PairTable();
  const nearest: NearestFactor[] = [];
  for (const { apart, shards } of model.services) {
    if (apart === undefined) continue;
    const rule = apart === 'Zone' ? PAIR_RULE.OtherZone : PAIR_RULE.OtherLocation;
    shards.forEach((a, at) => {
      for (const b of shards.slice(at + 1)) table.add(a, b, { ...APART, rule });
    });
  }
  for (const channel of model.channels) {
    const { from, to } = channel;
    // Inside a service the nearest callee is where the caller is.
    if ('service' in from && 'service' in to && from.service === to.service) continue;
    const callers = partsOf(model, from);
    if ('shares' in to) {
      for (const { variable, share } of callers) {
        if (variable >= 0) foldCaller(model, channel, variable, share, to.shares, bandwidth, unary);
      }
      continue;
    }
    const callees = model.services[to.service]!.shards;
    for (const { variable, location, share } of callers) {
      const terms = termsOf(model, channel, share);
      if (callees.length > 1)
        nearest.push({
          caller: variable,
          callerLocation: location,
          callees: Int32Array.from(callees),
          ...terms,
        });
      else if (variable >= 0) table.add(variable, callees[0]!, terms);
      else foldCallee(model, channel, callees[0]!, { location, share }, bandwidth, unary);
    }
  }
  return { pairs: table.finish(), nearest };
}

function partsOf(model: AppModel, end: End): { variable: number; location: number; share: number }[] {
  if ('shares' in end) {
    const total = end.shares.reduce((sum, { replicas }) => sum + replicas, 0);
    return end.shares.map(({ location, replicas }) => ({ variable: -1, location, share: replicas / total }));
  }
  const { shards, replicas } = model.services[end.service]!;
  return shards.map((variable) => ({
    variable,
    location: -1,
    share: model.shards[variable]!.replicas / replicas,
  }));
}

/** The callee is given: each location of the caller has its own nearest one. */
function foldCaller(
  model: AppModel,
  channel: ChannelModel,
  variable: number,
  share: number,
  callees: readonly { location: number }[],
  bandwidth: Bandwidth | undefined,
  unary: Float64Array,
): void {
  const m = model.federation.ids.length;
  for (let k = 0; k < m; k += 1) {
    const to = nearestOf(model.federation.paths, k, callees);
    addRoute(model, channel, { from: k, to, share }, bandwidth, unary, variable * m + k);
  }
}

function foldCallee(
  model: AppModel,
  channel: ChannelModel,
  variable: number,
  { location, share }: { location: number; share: number },
  bandwidth: Bandwidth | undefined,
  unary: Float64Array,
): void {
  const m = model.federation.ids.length;
  for (let l = 0; l < m; l += 1)
    addRoute(model, channel, { from: location, to: l, share }, bandwidth, unary, variable * m + l);
}

function addRoute(
  model: AppModel,
  channel: ChannelModel,
  route: Route,
  bandwidth: Bandwidth | undefined,
  unary: Float64Array,
  at: number,
): void {
  const routes = [route];
  const m = model.federation.ids.length;
  const mbps = channel.mbps * route.share;
  const pair = route.from * m + route.to;
  const carried = mbps === 0 || !bandwidth || mbps <= bandwidth.pairRoom[pair]!;
  const forLinks = mbps === 0 || !bandwidth?.perMbps ? 0 : mbps * bandwidth.perMbps[pair]!;
  unary[at] =
    carried && keepsRules(model, channel, routes)
      ? unary[at]! + channelObjective(model, channel, routes) + forLinks
      : Number.POSITIVE_INFINITY;
}
