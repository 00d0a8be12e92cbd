import type { Application, Problem } from '../problem.ts';
import { type Rule, TERMS, type Term } from '../vocabulary.ts';
import { holdersOf, type LocationRule, residencyByFlow, rulesFor } from './eligibility.ts';
import type { FederationModel } from './federation.ts';

/** Use of a location above this share of what is free costs balance. */
export const BALANCE_KNEE = 0.75;

/** `replicas` of a service that go to one location. */
export interface Shard {
  service: number;
  replicas: number;
}

export interface ServiceModel {
  id: string;
  replicas: number;
  shards: readonly number[];
  /** Shards must differ in zone, in location, or need not. */
  apart: 'Zone' | 'Location' | undefined;
  /** Fewest domains of all shards together. */
  spread: { over: 'Zone' | 'Location'; min: number } | undefined;
  /** One replica, by resource. */
  demand: Float64Array;
  allowed: Uint8Array;
  /** Rules that forbid single locations; together they make `allowed`. */
  rules: readonly LocationRule[];
  /** Weighted objective of one replica by location, without channels. */
  unary: Float64Array;
  /** The same by term in its own unit. */
  terms: Readonly<Record<'cost' | 'carbon' | 'delay' | 'resilience', Float64Array>>;
  running: ReadonlyMap<number, number>;
  stateGB: number;
}

/** Where one side of a channel is: a service of this application, or shares that are given. */
export type End = { service: number } | { shares: readonly { location: number; replicas: number }[] };

export interface ChannelModel {
  id: string;
  from: End;
  to: End;
  assured: boolean;
  maxDelay: number;
  mbps: number;
  calls: number;
  gbPerHour: number;
  crossing: boolean;
}

export interface AppModel {
  app: Application;
  federation: FederationModel;
  services: readonly ServiceModel[];
  shards: readonly Shard[];
  channels: readonly ChannelModel[];
  /** Channels by service, both ends. */
  incident: readonly (readonly number[])[];
  survive: boolean;
  /** Weight over reference by term: multiplies a value in its own unit. 0 for terms that are dropped. */
  factor: Readonly<Record<Term, number>>;
  totalCalls: number;
  dropped: readonly Term[];
  /** False: services have more replicas than are placed one by one, so that no search over this model is whole. */
  whole: boolean;
  /** Rules left out, for finding conflicts: `rule`, `rule:service` or `rule:service:channel`. */
  relaxed: ReadonlySet<string>;
}

/** Places of services outside the application, as known now: `application/service` to shares by location index. */
export type Outside = ReadonlyMap<string, readonly { location: number; replicas: number }[]>;

const NOTHING_RELAXED: ReadonlySet<string> = new Set();

/** Most replicas of a service that are placed one by one. */
const MOST_SPLIT = 8;

export interface BuildOptions {
  relaxed?: ReadonlySet<string>;
  /** Place replicas one by one. Otherwise a service is split no further than a rule asks for. */
  split?: boolean;
}

/** Flat model of one application. O(services x locations + channels). */
export function buildApp(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  outside: Outside,
  { relaxed = NOTHING_RELAXED, split = false }: BuildOptions = {},
): AppModel {
  const m = federation.ids.length;
  const serviceIndex = new Map(app.services.map(({ id }, at) => [id, at]));
  const channels = channelsOf(federation, app, outside, serviceIndex, relaxed);
  const entryCalls = app.entryPoints.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0);
  const dataCalls = app.services.reduce((sum, { data }) => sum + data.length, 0);
  const totalCalls = channels.reduce((sum, { calls }) => sum + calls, 0) + entryCalls + dataCalls;
  const survive = app.survive === 'AnyDomain' && !relaxed.has('Survival');
  const residency = residencyByFlow(problem, app);
  const shards: Shard[] = [];
  // In one piece: many small rows cost more to make than to fill.
  const rows = new Float64Array(5 * m * app.services.length);
  const allowedByKey = new Map<string, Uint8Array>();
  const delayTo = delaysToData(problem, federation, app);
  const services = app.services.map((service, at): ServiceModel => {
    const spread = relaxed.has(`Spread:${service.id}`) ? undefined : service.spread;
    const domains = Math.min(service.replicas, Math.max(spread?.min ?? 1, survive ? 2 : 1));
    const parts = split ? Math.max(domains, Math.min(service.replicas, MOST_SPLIT)) : domains;
    const first = shards.length;
    for (let part = 0; part < parts; part += 1) {
      shards.push({
        service: at,
        replicas: Math.floor(service.replicas / parts) + (part < service.replicas % parts ? 1 : 0),
      });
    }
    const rules = rulesFor(problem, federation, app, service, residency.get(service.id)).filter(
      ({ rule }) => !relaxed.has(`${rule}:${service.id}`),
    );
    const [unary, cost, carbon, resilience, delay] = [0, 1, 2, 3, 4].map((row) =>
      rows.subarray((5 * at + row) * m, (5 * at + row + 1) * m),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    addHourlyCost(federation, service.demand, cost);
    scale(federation.gramsPerCore, carbon, service.demand['cpu'] ?? 0);
    for (let k = 0; k < m; k += 1) resilience[k] = federation.unavailability[k]! / service.replicas;
    if (addWaiting(problem, federation, app, service, delayTo, delay))
      scale(delay, delay, totalCalls === 0 ? 0 : 1 / totalCalls / service.replicas);
    return {
      id: service.id,
      replicas: service.replicas,
      shards: Array.from({ length: parts }, (_, part) => first + part),
      apart: split || domains < 2 ? undefined : apartOf(survive, spread),
      spread:
        domains < 2 || !spread
          ? undefined
          : { over: spread.over, min: Math.min(spread.min, service.replicas) },
      demand: Float64Array.from(federation.resources, (resource) =>
        relaxed.has(`Capacity:${service.id}`) ? 0 : (service.demand[resource] ?? 0),
      ),
      allowed: allowedBy(rules, m, allowedByKey),
      rules,
      unary,
      terms: { cost, carbon, resilience, delay },
      running: new Map(
        (service.running ?? []).map((share) => [federation.index.get(share.location)!, share.replicas]),
      ),
      stateGB: service.move.stateGB ?? 0,
    };
  });
  const whole = !split || app.services.every(({ replicas }) => replicas <= MOST_SPLIT);
  const model = { app, federation, services, shards, channels, survive, totalCalls, whole, relaxed };
  const { factor, dropped } = normalise(model);
  for (const { unary, terms } of services) weigh(unary, terms, factor);
  const incident: number[][] = services.map(() => []);
  channels.forEach(({ from, to }, channel) => {
    for (const at of new Set([from, to].flatMap((end) => ('service' in end ? [end.service] : []))))
      incident[at]!.push(channel);
  });
  return { ...model, incident, factor, dropped };
}

/** The same application with other weights of its terms in their own units. O(services x locations). */
export function reweighed(model: AppModel, factor: AppModel['factor']): AppModel {
  const services = model.services.map((service) => {
    const unary = new Float64Array(service.unary.length);
    weigh(unary, service.terms, factor);
    return { ...service, unary };
  });
  return { ...model, services, factor };
}

function weigh(
  into: Float64Array,
  { cost, carbon, delay, resilience }: ServiceModel['terms'],
  factor: AppModel['factor'],
): void {
  for (let k = 0; k < into.length; k += 1) {
    into[k] =
      factor.cost * cost[k]! +
      factor.carbon * carbon[k]! +
      factor.delay * delay[k]! +
      factor.resilience * resilience[k]!;
  }
}

function scale(values: Float64Array, into: Float64Array, factor: number): void {
  for (let k = 0; k < values.length; k += 1) into[k] = factor * values[k]!;
}

/** `known`: what rules allow by their key, so that it is worked out once for all services that share it. */
function allowedBy(rules: readonly LocationRule[], m: number, known: Map<string, Uint8Array>): Uint8Array {
  const allowed = new Uint8Array(m).fill(1);
  for (const { forbids, key } of rules) {
    let shared = key === undefined ? undefined : known.get(key);
    if (key !== undefined && !shared) {
      shared = new Uint8Array(m);
      for (let k = 0; k < m; k += 1) shared[k] = forbids(k) ? 0 : 1;
      known.set(key, shared);
    }
    if (shared) for (let k = 0; k < m; k += 1) allowed[k] = allowed[k]! & shared[k]!;
    else for (let k = 0; k < m; k += 1) if (allowed[k] === 1 && forbids(k)) allowed[k] = 0;
  }
  return allowed;
}

/** What every two parts of a service must differ in, so that spread and survival hold. */
function apartOf(
  survive: boolean,
  spread: Application['services'][number]['spread'],
): 'Zone' | 'Location' | undefined {
  // Two zones are enough to survive: more than two locations need not be in as many zones.
  if (survive && !(spread?.over === 'Location' && spread.min > 2)) return 'Zone';
  return spread?.over;
}

/** Whether a rule of a channel is left out. */
function off(relaxed: ReadonlySet<string>, rule: Rule, channel: string): boolean {
  return relaxed.has(`${rule}:${channel}`);
}

function channelsOf(
  federation: FederationModel,
  app: Application,
  outside: Outside,
  services: ReadonlyMap<string, number>,
  relaxed: ReadonlySet<string>,
): ChannelModel[] {
  const model = (
    channel: Application['channels'][number],
    from: End,
    to: End,
    crossing: boolean,
    id = channel.id,
  ): ChannelModel => ({
    id,
    from,
    to,
    assured: channel.class === 'ASSURED',
    maxDelay:
      channel.maxDelayMs === undefined || off(relaxed, 'Delay', id)
        ? Number.POSITIVE_INFINITY
        : channel.maxDelayMs,
    mbps: channel.class === 'ASSURED' && !off(relaxed, 'Bandwidth', id) ? (channel.bandwidthMbps ?? 0) : 0,
    calls: channel.callsPerSecond,
    gbPerHour: (channel.callsPerSecond * channel.bytesPerCall * 3600) / 1e9,
    crossing: crossing || off(relaxed, 'Crossing', id),
  });
  const own = app.channels.flatMap((channel) => {
    const from = { service: services.get(channel.from)! };
    const { application = app.id, service } = channel.to;
    if (application === app.id)
      return [model(channel, from, { service: services.get(service)! }, app.crossing)];
    const shares = outside.get(`${application}/${service}`);
    return shares ? [model(channel, from, { shares }, app.crossing)] : [];
  });
  // Channels of applications that have their place already and end here.
  const incoming = (federation.incoming.get(app.id) ?? []).flatMap(({ other, channel }) => {
    const shares = outside.get(`${other.id}/${channel.from}`);
    const to = services.get(channel.to.service);
    if (!shares || to === undefined) return [];
    return [model(channel, { shares }, { service: to }, other.crossing, `${other.id}/${channel.id}`)];
  });
  return [...own, ...incoming];
}

function addHourlyCost(
  { resources, price }: FederationModel,
  demand: Record<string, number>,
  cost: Float64Array,
): void {
  const [m, R] = [cost.length, resources.length];
  for (let r = 0; r < R; r += 1) {
    const amount = demand[resources[r]!] ?? 0;
    for (let k = 0; amount !== 0 && k < m; k += 1) cost[k] = cost[k]! + amount * price[k * R + r]!;
  }
}

/** Delay from every location to each that holds data of the application: their columns, in one walk over the rows. */
function delaysToData(
  problem: Problem,
  federation: FederationModel,
  { services }: Application,
): ReadonlyMap<number, Float64Array> {
  const m = federation.ids.length;
  const { delay } = federation.network;
  const needs = services.flatMap(({ data }) => data);
  const holders = [...new Set(needs.flatMap((need) => holdersOf(problem, federation, need)))];
  const columns = holders.map(() => new Float64Array(m));
  for (let k = 0; k < m; k += 1)
    for (let each = 0; each < holders.length; each += 1) columns[each]![k] = delay[k * m + holders[each]!]!;
  return new Map(holders.map((holder, each) => [holder, columns[each]!]));
}

/**
 * By location: calls per second times ms from where users come in, and ms to data as one call per second each.
 * False where the service waits for neither.
 */
function addWaiting(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  service: Application['services'][number],
  delayTo: ReadonlyMap<number, Float64Array>,
  waiting: Float64Array,
): boolean {
  const entries = app.entryPoints.filter(({ service: target }) => target === service.id);
  if (entries.length === 0 && service.data.length === 0) return false;
  const m = federation.ids.length;
  const { delay } = federation.network;
  const nearest = new Float64Array(m);
  const add = (rows: readonly Float64Array[], calls: number) => {
    nearest.fill(rows.length === 0 ? federation.paths.worstDelay : Number.POSITIVE_INFINITY);
    for (const row of rows) for (let k = 0; k < m; k += 1) if (row[k]! < nearest[k]!) nearest[k] = row[k]!;
    for (let k = 0; k < m; k += 1) waiting[k] = waiting[k]! + calls * nearest[k]!;
  };
  for (const { location, region, callsPerSecond } of entries) {
    const sources = problem.locations.flatMap((each, at) =>
      (location !== undefined ? each.id === location : each.region === region) ? [at] : [],
    );
    const from = sources.map((source) => delay.subarray(source * m, (source + 1) * m));
    add(from, callsPerSecond);
  }
  for (const need of service.data) {
    const holders = holdersOf(problem, federation, need);
    add(
      holders.map((holder) => delayTo.get(holder)!),
      1,
    );
  }
  return true;
}

/**
 * Divides each weight by the value of its term under the average placement (every location equally likely),
 * so that 1 means as good as the average. Terms without figures, or that are 0 everywhere, are dropped.
 */
function normalise(model: Pick<AppModel, 'app' | 'federation' | 'services' | 'channels' | 'totalCalls'>): {
  factor: Record<Term, number>;
  dropped: Term[];
} {
  const { app, federation, services, channels, totalCalls } = model;
  const { average } = federation;
  const mean = (values: Float64Array) => {
    let sum = 0;
    for (let k = 0; k < values.length; k += 1) sum += values[k]!;
    return sum / values.length;
  };
  const unary = (term: keyof ServiceModel['terms']) =>
    services.reduce((sum, service) => sum + service.replicas * mean(service.terms[term]), 0);
  const volume = channels.reduce((sum, { gbPerHour }) => sum + gbPerHour, 0);
  const calls = channels.reduce((sum, each) => sum + each.calls, 0);
  const reference: Record<Term, number> = {
    cost: unary('cost') + volume * average.usdPerGB,
    carbon: unary('carbon') + volume * average.gramsPerGB,
    delay: unary('delay') + (totalCalls === 0 ? 0 : (calls / totalCalls) * average.delay),
    resilience: unary('resilience') + (channels.length === 0 ? 0 : average.lossNats),
    balance: 1,
    migration: services.reduce((sum, { replicas }) => sum + replicas, 0),
  };
  const weightSum = TERMS.reduce((sum, term) => sum + app.profile[term], 0) || 1;
  const dropped = TERMS.filter(
    (term) => reference[term] <= 0 || (federation.unknownTerms as readonly Term[]).includes(term),
  );
  const factor = Object.fromEntries(
    TERMS.map((term) => [term, dropped.includes(term) ? 0 : app.profile[term] / weightSum / reference[term]]),
  ) as Record<Term, number>;
  return { factor, dropped };
}
