import type { Arc, Choice, ConstraintNetwork, PairRules, Spread } from '../feasible/network.ts';
import { EPSILON } from '../model/federation.ts';
import { objectionTo } from './objection.ts';
import {
  type ChannelRules,
  type Mask,
  type RuleSystem,
  replicasOf,
  type ServiceRules,
} from './rulesystem.ts';

/**
 * The requirements that stand, as a constraint network; its rules are the requirements by number.
 * O(units x locations).
 *
 * @param loose one replica for each unit: less than there are, so that a proof holds for all of them and a
 *   placement says nothing
 */
export function maskedNetwork(system: RuleSystem, mask: Mask, loose = false): ConstraintNetwork {
  const { federation, services, units: n } = system;
  const { resources, free, paths } = federation;
  const m = federation.ids.length;
  const R = resources.length;
  const allowed = new Uint8Array(n * m);
  const demand = new Float64Array(n * R);
  const demandRule = new Int32Array(n * R).fill(-1);
  const owner = new Int32Array(n);
  services.forEach((service, index) => {
    const row = allowedBy(system, service, mask);
    service.units.forEach((unit, part) => {
      owner[unit] = index;
      allowed.set(row, unit * m);
      for (let r = 0; r < R; r += 1) {
        const replicas = loose ? 1 : replicasOf(service, part);
        demand[unit * R + r] = system.demandOf(service, mask, r) * replicas;
        demandRule[unit * R + r] = service.demand[r]!;
      }
    });
  });
  const room = free.map((amount) => amount * (1 + EPSILON) + EPSILON);
  // A part of several replicas can be too large where one would fit.
  for (let i = 0; i < n; i += 1)
    for (let k = 0; k < m; k += 1)
      for (let r = 0; r < R; r += 1) if (demand[i * R + r]! > room[k * R + r]!) allowed[i * m + k] = 0;
  const { arcs, choices } = channelsOf(system, mask, loose);
  const spreads = spreadsOf(system, mask);
  for (const service of services) addParts(service, mask, arcs);
  const reserves = arcs.some(({ mbps }) => mbps > 0) || choices.some(({ mbps }) => mbps > 0);
  return {
    variables: n,
    locations: m,
    resources: R,
    rules: system.requirements.length,
    allowed,
    whyNot: (i, k, blamed) => whyNot(system, services[owner[i]!]!, k, mask, blamed),
    demand,
    demandRule,
    room,
    zone: federation.zone,
    delay: paths.delay,
    leastDelay: system.leastDelay,
    pairRoom: reserves ? system.pairRooms() : undefined,
    arcs,
    choices,
    spreads,
    links:
      reserves && paths.capacity.length > 0
        ? { room: paths.capacity.map((capacity) => capacity * (1 + EPSILON)), of: paths.linksOf }
        : undefined,
    judge: (at) => objectionTo(system, at, mask),
  };
}

function allowedBy(system: RuleSystem, service: ServiceRules, mask: Mask): Uint8Array {
  const m = system.federation.ids.length;
  const row = new Uint8Array(m).fill(1);
  for (const rule of service.own) {
    if (!mask.active[rule.requirement]) continue;
    if (system.isAsAsked(rule, mask)) {
      for (let k = 0; k < m; k += 1) if (rule.forbidden[k]) row[k] = 0;
    } else for (let k = 0; k < m; k += 1) if (system.forbids(rule, k, mask)) row[k] = 0;
  }
  for (const k of system.misshapen(service, mask)) row[k] = 0;
  return row;
}

/** One requirement that forbids the location alone, else all sizes, which no node has together. */
function whyNot(
  system: RuleSystem,
  service: ServiceRules,
  k: number,
  mask: Mask,
  blamed: Uint8Array,
): readonly number[] {
  let found = -1;
  for (const rule of service.own) {
    const { requirement } = rule;
    if (!mask.active[requirement] || !system.forbids(rule, k, mask)) continue;
    if (blamed[requirement]) return [];
    found = Math.max(found, requirement);
  }
  return found >= 0
    ? [found]
    : [...service.demand].filter((requirement) => requirement >= 0 && mask.active[requirement]);
}

/** What a channel asks of a pair of locations; undefined: nothing. */
function pairRulesOf(
  { crossing, path, delay, bandwidth }: ChannelRules,
  { active, figures }: Mask,
  share: number,
): PairRules | undefined {
  const on = (requirement: number) => (requirement >= 0 && active[requirement] ? requirement : -1);
  const rules = { crossing: on(crossing), path: on(path), delay: on(delay), bandwidth: on(bandwidth) };
  if (Math.max(rules.crossing, rules.path, rules.delay, rules.bandwidth) < 0) return undefined;
  const reaches = Math.max(rules.path, rules.delay, rules.bandwidth) >= 0;
  return {
    ...rules,
    // An unknown path is no path where anything is asked of it.
    maxDelay:
      rules.delay >= 0
        ? Math.min(figures[rules.delay]! + EPSILON, Number.MAX_VALUE)
        : reaches
          ? Number.MAX_VALUE
          : Number.POSITIVE_INFINITY,
    mbps: rules.bandwidth < 0 ? 0 : figures[rules.bandwidth]! * share,
  };
}

function channelsOf(system: RuleSystem, mask: Mask, loose: boolean): { arcs: Arc[]; choices: Choice[] } {
  const arcs: Arc[] = [];
  const choices: Choice[] = [];
  for (const channel of system.channels) {
    const callees = system.services[channel.to]!.units;
    if (channel.from < 0) {
      const rules = pairRulesOf(channel, mask, 1);
      if (rules) choices.push({ caller: -1, place: channel.place, callees, ...rules });
      continue;
    }
    const caller = system.services[channel.from]!;
    caller.units.forEach((unit, part) => {
      const share = (loose ? 1 : replicasOf(caller, part)) / caller.replicas;
      const rules = pairRulesOf(channel, mask, share);
      if (!rules) return;
      if (callees.length > 1) choices.push({ caller: unit, place: -1, callees, ...rules });
      else
        arcs.push({ from: unit, to: callees[0]!, apart: undefined, apartRule: -1, ordered: false, ...rules });
    });
  }
  return { arcs, choices };
}

function spreadsOf(system: RuleSystem, { active }: Mask): Spread[] {
  const { survival } = system;
  return system.services.flatMap(({ spread, over, min, units: members, replicas: most }): Spread[] => [
    ...(spread >= 0 && active[spread] && min > 1 ? [{ rule: spread, over, min, most, members }] : []),
    ...(survival >= 0 && active[survival]
      ? [{ rule: survival, over: 'Zone' as const, min: 2, most, members }]
      : []),
  ]);
}

const NO_PAIR_RULES: PairRules = {
  crossing: -1,
  path: -1,
  delay: -1,
  maxDelay: Number.POSITIVE_INFINITY,
  bandwidth: -1,
  mbps: 0,
};

/** Units of one service: apart where each needs a domain of its own, and in order where they are alike. */
function addParts(service: ServiceRules, { active }: Mask, arcs: Arc[]): void {
  const { units, spread, min, over } = service;
  const whole = units.length === service.replicas;
  const apart = spread >= 0 && active[spread] && whole && min === units.length && min > 1;
  units.forEach((to, part) => {
    for (let before = 0; apart && before < part; before += 1)
      arcs.push({
        ...NO_PAIR_RULES,
        from: units[before]!,
        to,
        apart: over,
        apartRule: spread,
        ordered: false,
      });
    const alike = part > 0 && replicasOf(service, part - 1) === replicasOf(service, part);
    if (alike)
      arcs.push({
        ...NO_PAIR_RULES,
        from: units[part - 1]!,
        to,
        apart: undefined,
        apartRule: -1,
        ordered: true,
      });
  });
}
