import { parseProblem } from '../../../../src/engine/parse.ts';
import type { Problem } from '../../../../src/engine/problem.ts';
import { Result } from '../../../../src/engine/result.ts';
import { PROBLEM_FORMAT, RESULT_FORMAT } from '../../../../src/engine/vocabulary.ts';
import { applicationOf, demandsOf, type PlantedApplication, type TRAFFIC } from './application.ts';
import { type Federation, federationOf } from './federation.ts';
import { type Family, graphOf } from './graphs.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { Random } from './random.ts';
import type { World } from './regions.ts';
import { Room } from './room.ts';

/** What a generated problem is made of; the same spec and world give the same bytes. */
export interface InstanceSpec {
  readonly family: Family;
  /** Of the drawn families; real graphs have their own number. */
  readonly services: number;
  readonly locations: number;
  /** At 50 locations a cloud holds 1 / (12 tightness) of the whole demand. */
  readonly tightness: number;
  readonly profile: ProfileName;
  readonly seed: number;
  readonly traffic?: keyof typeof TRAFFIC;
  readonly bandwidth?: boolean;
  readonly residency?: boolean;
}

export interface Instance {
  readonly name: string;
  readonly problem: Problem;
  /** The hidden placement, without figures. */
  readonly planted: Result;
}

/** One application on a federation. */
export function instanceOf(world: World, spec: InstanceSpec): Instance {
  const { traffic = 'requests', bandwidth = false, residency = false } = spec;
  const random = new Random(spec.seed * 7919 + spec.locations * 31 + spec.services);
  const federation = federationOf(world, spec.locations, random, bandwidth);
  const graph = graphOf(spec.family, spec.services, random);
  const demands = demandsOf(graph, random);
  const total = demands.reduce((sum, { cpu }) => sum + cpu, 0);
  const clouds = 12 * spec.tightness * Math.sqrt(spec.locations / 50);
  const room = new Room(federation, Math.max(total / clouds, 4.8), random);
  const features = { traffic, bandwidth, residency };
  const profile = PROFILES[spec.profile];
  const app = applicationOf('app', graph, demands, profile, federation, room, random, features);
  const extras = `${traffic === 'bulk' ? ' bulk' : ''}${bandwidth ? ' bandwidth' : ''}${residency ? ' residency' : ''}`;
  return {
    name: `${spec.family} ${graph.services}x${spec.locations} t=${spec.tightness} ${spec.profile} #${spec.seed}${extras}`,
    ...assemble(federation, room, [app]),
  };
}

/** A problem of planted applications; links that they reserve bandwidth on are wide enough for all of them. */
export function assemble(
  federation: Federation,
  room: Room,
  apps: readonly PlantedApplication[],
): { problem: Problem; planted: Result } {
  widenLinks(federation, apps);
  const free = room.free();
  const problem = parseProblem({
    format: PROBLEM_FORMAT,
    locations: federation.locations.map((location, at) => ({ ...location, free: free[at]! })),
    nodes: federation.hubs,
    links: federation.links,
    datasets: apps.flatMap(({ datasets }) => datasets),
    applications: apps.map(({ application }) => application),
  });
  const planted = Result.parse({
    format: RESULT_FORMAT,
    engine: 'planted',
    seed: 0,
    work: 0,
    applications: apps.map(({ application, planted: places }) => ({
      application: application.id,
      verdict: 'Feasible',
      services: application.services.map(({ id }, at) => ({
        service: id,
        shares: places[at]!.map((k) => ({ location: federation.locations[k]!.id, replicas: 1 })),
      })),
    })),
  });
  return { problem, planted };
}

function widenLinks(federation: Federation, apps: readonly PlantedApplication[]): void {
  const load = new Map<number, number>();
  for (const { application, planted } of apps) {
    const index = new Map(application.services.map(({ id }, at) => [id, at]));
    for (const { from, to, bandwidthMbps } of application.channels ?? []) {
      if (bandwidthMbps === undefined) continue;
      const callers = planted[index.get(from)!]!;
      for (const caller of callers) {
        const callees = planted[index.get(to.service)!]!;
        const nearest = callees.reduce((best, each) =>
          federation.delay(caller, each) < federation.delay(caller, best) ? each : best,
        );
        for (const link of federation.route(caller, nearest))
          load.set(link, (load.get(link) ?? 0) + bandwidthMbps / callers.length);
      }
    }
  }
  for (const [link, mbps] of load) {
    const of = federation.links[link]!;
    if (of.bandwidthMbps !== undefined) of.bandwidthMbps = Math.max(of.bandwidthMbps, Math.ceil(mbps));
  }
}
