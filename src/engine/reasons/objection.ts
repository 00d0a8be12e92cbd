import type { Objection } from '../feasible/network.ts';
import { nearestOf, type Route } from '../model/evaluate.ts';
import { EPSILON } from '../model/federation.ts';
import {
  type ChannelRules,
  type LeavingRules,
  type Mask,
  type RuleSystem,
  replicasOf,
  type ServiceRules,
} from './rulesystem.ts';

/**
 * The first thing that a complete placement of all units breaks of the requirements that stand, with the
 * units that would have to be elsewhere; undefined: it keeps them all. O(units + channels x parts).
 */
export function objectionTo(system: RuleSystem, at: Int32Array, mask: Mask): Objection | undefined {
  const { services, survival, federation } = system;
  const { zone } = federation;
  for (const service of services) {
    const objection = ownObjection(system, service, at, mask) ?? spreadObjection(system, service, at, mask);
    if (objection) return objection;
  }
  const short = roomObjection(system, at, mask);
  if (short) return short;
  for (const channel of system.channels) {
    const objection = channelObjection(system, channel, at, mask);
    if (objection) return objection;
  }
  if (survival >= 0 && mask.active[survival]) {
    for (const lost of new Set([...at].map((k) => zone[k]!))) {
      const objection = lossObjection(system, at, mask, lost);
      if (objection) return objection;
    }
  }
  return bandwidthObjection(system, at, mask);
}

function ownObjection(
  system: RuleSystem,
  service: ServiceRules,
  at: Int32Array,
  mask: Mask,
): Objection | undefined {
  for (const rule of service.own) {
    if (!mask.active[rule.requirement]) continue;
    for (const unit of service.units)
      if (system.forbids(rule, at[unit]!, mask)) return { rules: [rule.requirement], variables: [unit] };
  }
  const misshapen = system.misshapen(service, mask);
  const unit = service.units.find((each) => misshapen.includes(at[each]!));
  return unit === undefined ? undefined : { rules: sizesOf(service, mask), variables: [unit] };
}

function sizesOf({ demand }: ServiceRules, { active }: Mask): number[] {
  return [...demand].filter((requirement) => requirement >= 0 && active[requirement]);
}

function spreadObjection(
  { federation, survival }: RuleSystem,
  { units, spread, over, min }: ServiceRules,
  at: Int32Array,
  { active }: Mask,
): Objection | undefined {
  const domains = (of: 'Zone' | 'Location') =>
    new Set(units.map((unit) => (of === 'Zone' ? federation.zone[at[unit]!] : at[unit]))).size;
  if (spread >= 0 && active[spread] && domains(over) < min) return { rules: [spread], variables: units };
  if (survival >= 0 && active[survival] && domains('Zone') < 2)
    return { rules: [survival], variables: units };
  return undefined;
}

function roomObjection(system: RuleSystem, at: Int32Array, mask: Mask): Objection | undefined {
  const { free, resources } = system.federation;
  const R = resources.length;
  const used = new Map<number, { amount: number; rules: number[]; variables: number[] }>();
  for (const service of system.services) {
    for (let r = 0; r < R; r += 1) {
      const each = system.demandOf(service, mask, r);
      if (each === 0) continue;
      for (const [part, unit] of service.units.entries()) {
        const place = at[unit]! * R + r;
        const use = used.get(place) ?? { amount: 0, rules: [], variables: [] };
        used.set(place, use);
        use.amount += each * replicasOf(service, part);
        use.rules.push(service.demand[r]!);
        use.variables.push(unit);
        if (use.amount > free[place]! * (1 + EPSILON) + EPSILON) return use;
      }
    }
  }
  return undefined;
}

/** Units whose places decide over a channel. */
function unitsOf({ services }: RuleSystem, channel: ChannelRules | LeavingRules): number[] {
  return [
    ...(channel.from < 0 ? [] : services[channel.from]!.units),
    ...('to' in channel ? services[channel.to]!.units : []),
  ];
}

/** Where each caller's location goes, without a domain that is lost. */
function routesOf(
  { federation, services }: RuleSystem,
  channel: ChannelRules | LeavingRules,
  at: Int32Array,
  lost: number,
): Route[] {
  const { zone, paths } = federation;
  const alive = (k: number) => lost < 0 || zone[k] !== lost;
  const callees =
    'to' in channel
      ? services[channel.to]!.units.map((unit) => ({ location: at[unit]! }))
      : [...channel.shares];
  const left = callees.filter(({ location }) => alive(location));
  if (left.length === 0) return [];
  const callers = new Map<number, number>();
  if (channel.from < 0 && 'place' in channel) callers.set(channel.place, 1);
  else {
    const service = services[channel.from]!;
    service.units.forEach((unit, part) => {
      callers.set(at[unit]!, (callers.get(at[unit]!) ?? 0) + replicasOf(service, part));
    });
  }
  const living = [...callers].filter(([k]) => alive(k));
  const total = living.reduce((sum, [, replicas]) => sum + replicas, 0);
  return living.map(([from, replicas]) => ({
    from,
    to: nearestOf(paths, from, left),
    share: replicas / total,
  }));
}

function channelObjection(
  system: RuleSystem,
  channel: ChannelRules | LeavingRules,
  at: Int32Array,
  { active, figures }: Mask,
  lost = -1,
): Objection | undefined {
  const { paths } = system.federation;
  const on = (requirement: number) => requirement >= 0 && active[requirement] === 1;
  const { crossing, path, delay, bandwidth } = channel;
  const variables = unitsOf(system, channel);
  for (const { from, to } of routesOf(system, channel, at, lost)) {
    if (from === to) continue;
    const between = paths.delay[from * paths.size + to]!;
    if (on(crossing)) return { rules: [crossing], variables };
    if (on(delay) && !(between <= Math.min(figures[delay]! + EPSILON, Number.MAX_VALUE)))
      return { rules: [delay], variables };
    if (between !== Number.POSITIVE_INFINITY) continue;
    if (on(path)) return { rules: [path], variables };
    if (on(bandwidth)) return { rules: [bandwidth], variables };
  }
  return undefined;
}

/** The longest way, ms, of the channel that a delay is asked of. */
export function delayOf(system: RuleSystem, requirement: number, at: Int32Array): number {
  const { paths } = system.federation;
  const channel = [...system.channels, ...system.leaving].find(({ delay }) => delay === requirement)!;
  const routes = routesOf(system, channel, at, -1);
  return Math.max(
    0,
    ...routes.map(({ from, to }) => (from === to ? 0 : paths.delay[from * paths.size + to]!)),
  );
}

/** What is left without one domain still serves, and its channels keep their rules. */
function lossObjection(system: RuleSystem, at: Int32Array, mask: Mask, lost: number): Objection | undefined {
  for (const channel of [...system.channels, ...system.leaving]) {
    const objection = channelObjection(system, channel, at, mask, lost);
    if (objection) return { ...objection, rules: [system.survival, ...objection.rules] };
  }
  const narrow = bandwidthObjection(system, at, mask, lost);
  return narrow && { ...narrow, rules: [system.survival, ...narrow.rules] };
}

/** Reservations of all channels on pairs and on the links of their paths, without a domain that is lost. */
function bandwidthObjection(
  system: RuleSystem,
  at: Int32Array,
  { active, figures }: Mask,
  lost = -1,
): Objection | undefined {
  const { paths } = system.federation;
  const loads = new Map<number, { mbps: number; rules: number[]; variables: number[] }>();
  for (const channel of [...system.channels, ...system.leaving]) {
    const { bandwidth } = channel;
    if (bandwidth < 0 || !active[bandwidth]) continue;
    const units = unitsOf(system, channel);
    for (const { from, to, share } of routesOf(system, channel, at, lost)) {
      const pair = from * paths.size + to;
      const mbps = figures[bandwidth]! * share;
      if (paths.pairBandwidth && paths.pairBandwidth[pair]! < mbps - EPSILON)
        return { rules: [bandwidth], variables: units };
      for (const link of paths.linksOf(pair)) {
        const load = loads.get(link) ?? { mbps: 0, rules: [], variables: [] };
        loads.set(link, load);
        load.mbps += mbps;
        load.rules.push(bandwidth);
        load.variables.push(...units);
        if (load.mbps > paths.capacity[link]! * (1 + EPSILON)) return load;
      }
    }
  }
  return undefined;
}
