import { parseProblem } from '../../../../src/engine/parse.ts';
import type { Problem } from '../../../../src/engine/problem.ts';
import { PROBLEM_FORMAT } from '../../../../src/engine/vocabulary.ts';
import {
  applicationOf,
  type ChannelInput,
  demandsOf,
  type PlantedApplication,
  type ServiceInput,
} from './application.ts';
import { type Federation, federationOf } from './federation.ts';
import { graphOf } from './graphs.ts';
import { PROFILES } from './profiles.ts';
import { Random } from './random.ts';
import type { World } from './regions.ts';
import { Room } from './room.ts';

export const INFEASIBLE_KINDS = [
  'pinned ends',
  'far jurisdictions',
  'group too big',
  'more domains than zones',
  'all limits squeezed',
  'capacity and delay',
] as const;
export type InfeasibleKind = (typeof INFEASIBLE_KINDS)[number];

export interface InfeasibleSpec {
  readonly kind: InfeasibleKind;
  readonly services: number;
  readonly locations: number;
  readonly seed: number;
}

/** The parts that a contradiction is written into. */
interface Draft {
  readonly app: PlantedApplication['application'] & { services: ServiceInput[]; channels: ChannelInput[] };
  readonly federation: Federation;
  readonly free: { cpu: number; memory: number }[];
  readonly random: Random;
}

/**
 * A feasible problem with one contradiction added that no placement can satisfy, by construction: each
 * kind computes its own limit from the least value that any placement has.
 */
export function infeasibleOf(
  world: World,
  { kind, services, locations, seed }: InfeasibleSpec,
): { name: string; problem: Problem } {
  const random = new Random(seed * 15_485_863 + INFEASIBLE_KINDS.indexOf(kind));
  const federation = federationOf(world, locations, random, false);
  const graph = graphOf('sparse', services, random);
  const demands = demandsOf(graph, random);
  const total = demands.reduce((sum, { cpu }) => sum + cpu, 0);
  const room = new Room(federation, Math.max(total / 3, 4.8), random);
  const made = applicationOf('app', graph, demands, PROFILES.balanced, federation, room, random, {
    traffic: 'requests',
    bandwidth: false,
    residency: false,
  });
  const app = {
    ...made.application,
    services: [...made.application.services],
    channels: [...(made.application.channels ?? [])],
  };
  CONTRADICTIONS[kind]({ app, federation, free: room.free(), random });
  const free = room.free();
  return {
    name: `${kind} ${services}x${locations} #${seed}`,
    problem: parseProblem({
      format: PROBLEM_FORMAT,
      locations: federation.locations.map((location, at) => ({ ...location, free: free[at]! })),
      nodes: federation.hubs,
      links: federation.links,
      datasets: made.datasets,
      applications: [app],
    }),
  };
}

const CONTRADICTIONS: Record<InfeasibleKind, (draft: Draft) => void> = {
  /** Two services pinned far apart, one between them that cannot be near enough to both. */
  'pinned ends': ({ app, federation, random }) => {
    const [a, b] = farApart(federation, random);
    const reach = Math.min(
      ...federation.locations.map((_, k) => Math.max(federation.delay(a, k), federation.delay(k, b))),
    );
    app.services.push(
      service('first', { onlyLocations: [federation.locations[a]!.id] }),
      service('between', {}),
      service('last', { onlyLocations: [federation.locations[b]!.id] }),
    );
    app.channels.push(limited('first', 'between', reach * 0.9), limited('between', 'last', reach * 0.9));
  },
  'far jurisdictions': ({ app, federation, random }) => {
    const all = random.shuffled([...new Set(federation.locations.map(({ jurisdiction }) => jurisdiction!))]);
    const [one = '', other = ''] = all;
    const of = (jurisdiction: string) =>
      federation.locations.flatMap((location, k) => (location.jurisdiction === jurisdiction ? [k] : []));
    const least = Math.min(...of(one).flatMap((k) => of(other).map((l) => federation.delay(k, l))));
    const stays = (jurisdiction: string): Partial<ServiceInput> => ({
      requirements: [{ key: 'jurisdiction', operator: 'In', values: [jurisdiction] }],
    });
    app.services.push(service('here', stays(one)), service('there', stays(other)));
    app.channels.push(limited('here', 'there', least * 0.9));
  },
  /** Each fits on either of two locations; all of them do not. */
  'group too big': ({ app, federation, free, random }) => {
    const clouds = federation.tiers.flatMap((tier, k) => (tier === 'cloud' ? [k] : []));
    const [a = 0, b = 0] = random.shuffled(clouds);
    const onlyLocations = [federation.locations[a]!.id, federation.locations[b]!.id];
    const each = Math.min(free[a]!.cpu, free[b]!.cpu) * 0.9;
    for (const name of ['large-a', 'large-b', 'large-c'])
      app.services.push(service(name, { onlyLocations, demand: { cpu: each } }));
    app.channels.push(limited('large-a', 'large-b', 500), limited('large-b', 'large-c', 500));
  },
  'more domains than zones': ({ app, federation, random }) => {
    const zones = random.shuffled([...new Set(federation.locations.map(({ zone }) => zone!))]).slice(0, 3);
    const onlyLocations = federation.locations
      .filter(({ zone }) => zones.includes(zone!))
      .map(({ id }) => id);
    app.services.push(service('spread', { onlyLocations, replicas: 4, spread: { over: 'Zone', min: 4 } }));
    app.channels.push(limited('spread', 's0', 1000));
  },
  /** Every channel too short for any two locations: one location would have to hold everything. */
  'all limits squeezed': ({ app, federation, free }) => {
    let least = Number.POSITIVE_INFINITY;
    federation.locations.forEach((_, k) => {
      for (let l = 0; l < k; l += 1) least = Math.min(least, federation.delay(k, l));
    });
    app.channels.forEach((channel, at) => {
      app.channels[at] = { ...channel, class: 'ASSURED', maxDelayMs: least * 0.9 };
    });
    app.services.forEach((of, at) => {
      app.services[at] = { id: of.id, demand: of.demand };
      // The first level may hold several services that nothing else connects.
      if (at > 0 && !app.channels.some(({ to }) => to.service === of.id))
        app.channels.push(limited('s0', of.id, least * 0.9));
    });
    const total = app.services.reduce((sum, { demand }) => sum + (demand['cpu'] ?? 0), 0);
    for (const each of free) each.cpu = Math.min(each.cpu, total * 0.95);
  },
  /** What lies within reach of a pinned service holds all but one of its callees. */
  'capacity and delay': ({ app, federation, free, random }) => {
    const anchor = random.integer(0, federation.locations.length - 1);
    const near = federation.locations
      .map((_, k) => k)
      .sort((k, l) => federation.delay(anchor, k) - federation.delay(anchor, l));
    const within = near.slice(0, 3);
    const limit = (federation.delay(anchor, near[2]!) + federation.delay(anchor, near[3]!)) / 2;
    const largest = Math.max(...within.map((k) => free[k]!.cpu));
    const each = largest / 2.1;
    const holds = within.reduce((sum, k) => sum + Math.floor(free[k]!.cpu / each), 0);
    app.services.push(
      service('anchor', { demand: { cpu: 0.01 }, onlyLocations: [federation.locations[anchor]!.id] }),
    );
    for (let index = 0; index <= holds; index += 1) {
      app.services.push(service(`near-${index}`, { demand: { cpu: each } }));
      app.channels.push(limited('anchor', `near-${index}`, limit));
    }
  },
};

function service(id: string, more: Partial<ServiceInput>): ServiceInput {
  return { id, demand: { cpu: 0.1 }, tolerations: [{ operator: 'Exists' }], ...more };
}

function limited(from: string, to: string, maxDelayMs: number): ChannelInput {
  return {
    id: `${from}-${to}`,
    from,
    to: { service: to },
    class: 'ASSURED',
    maxDelayMs,
    callsPerSecond: 10,
    bytesPerCall: 1000,
  };
}

/** Two locations in the upper half of all distances. */
function farApart({ locations, delay }: Federation, random: Random): [number, number] {
  const a = random.integer(0, locations.length - 1);
  const sorted = locations.map((_, k) => k).sort((k, l) => delay(a, k) - delay(a, l));
  return [a, sorted[random.integer(Math.floor(sorted.length / 2), sorted.length - 1)]!];
}
