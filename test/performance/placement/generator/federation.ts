import type { ProblemInput } from '../../../../src/engine/problem.ts';
import type { Random } from './random.ts';
import type { World } from './regions.ts';

type LocationInput = ProblemInput['locations'][number];
type LinkInput = NonNullable<ProblemInput['links']>[number];

export const TIERS = ['cloud', 'regional', 'edge'] as const;
export type Tier = (typeof TIERS)[number];

/** A federation without capacities: those follow from what is to run on it. */
export interface Federation {
  readonly locations: LocationInput[];
  readonly tiers: readonly Tier[];
  /** GPUs that a location has if the application uses any. */
  readonly gpus: readonly number[];
  readonly hubs: string[];
  readonly links: LinkInput[];
  /** One way, ms, along the shortest path. */
  readonly delay: (from: number, to: number) => number;
  /** The links of that path, by index. */
  readonly route: (from: number, to: number) => readonly number[];
}

/** What distinguishes the tiers; ranges are drawn from evenly. */
const TIER = {
  cloud: {
    access: [0.2, 1],
    price: 1,
    pue: 1.1,
    availability: [0.9993, 0.9999],
    mbps: 10_000,
    loss: 1e-5,
    kWh: 0.002,
  },
  regional: {
    access: [1, 4],
    price: 1.25,
    pue: 1.3,
    availability: [0.998, 0.9995],
    mbps: 1000,
    loss: 1e-4,
    kWh: 0.006,
  },
  edge: {
    access: [2, 9],
    price: 1.8,
    pue: 1.6,
    availability: [0.985, 0.998],
    mbps: 200,
    loss: 1e-3,
    kWh: 0.02,
  },
} as const;

/** Private links between locations, for each location. */
const PRIVATE_LINKS = 3.3;

/**
 * Locations in three tiers, each on the hub of its region; hubs in a full mesh; private links between
 * locations that are shorter than the way over the hubs. The first locations are clouds in different
 * regions, so that small federations span the world as large ones do. O(locations + hubs cubed).
 */
export function federationOf(world: World, size: number, random: Random, withBandwidth: boolean): Federation {
  const regions = random
    .shuffled(world.regions.map((_, index) => index))
    .slice(0, Math.max(3, Math.ceil(size * 0.6)));
  const tiers: Tier[] = [];
  const home: number[] = [];
  for (let at = 0; at < size; at += 1) {
    tiers.push(at < size * 0.3 ? 'cloud' : at < size * 0.65 ? 'regional' : 'edge');
    home.push(at < regions.length ? regions[at]! : random.pick(regions));
  }
  const locations = tiers.map((tier, at): LocationInput => {
    const region = world.regions[home[at]!]!;
    const { price, pue, availability } = TIER[tier];
    const cpu = round(region.priceUSDPerHour * price * random.between(0.92, 1.08));
    return {
      id: `${region.name}-${tier}-${at}`,
      zone: region.name,
      region: region.name,
      jurisdiction: region.jurisdiction,
      securityClass: tier === 'cloud' ? 2 : tier === 'regional' ? 1 : 0,
      labels: { tier, jurisdiction: region.jurisdiction },
      taints: tier === 'edge' && random.chance(0.2) ? [{ key: 'constrained', effect: 'NoSelect' }] : [],
      free: {},
      priceUSDPerHour: { cpu, memory: round(cpu * 0.134) },
      wattsPerCore: round(random.pick(world.wattsPerCore) * pue),
      gramsPerKWh: round(region.gramsPerKWh * random.between(0.95, 1.05)),
      availability: round(random.between(availability[0], availability[1])),
      egressUSDPerGB: Object.fromEntries(
        regions.map((to) => [world.regions[to]!.name, world.egressUSDPerGB[home[at]!]![to]!]),
      ),
    };
  });
  const gpus = tiers.map((tier) =>
    (tier === 'cloud' && random.chance(0.3)) || (tier === 'regional' && random.chance(0.12))
      ? random.integer(1, 4)
      : 0,
  );

  const hub = (region: number) => `hub-${world.regions[region]!.name}`;
  const bandwidth = (mbps: number) => (withBandwidth ? { bandwidthMbps: mbps } : {});
  const links: LinkInput[] = [];
  const meshLink = new Map<string, number>();
  regions.forEach((a, row) => {
    for (const b of regions.slice(row + 1)) {
      meshLink.set(`${a} ${b}`, links.length).set(`${b} ${a}`, links.length);
      links.push({
        from: hub(a),
        to: hub(b),
        delayMs: round(world.delayMs[a]![b]!),
        loss: round(random.between(1e-5, 5e-4)),
        kWhPerGB: round(0.003 + world.delayMs[a]![b]! * 2e-4),
        bidirectional: true,
        ...bandwidth(world.bandwidthMbps[a]![b]!),
      });
    }
  });
  const access = tiers.map((tier, at) => {
    const { access: range, loss, kWh, mbps } = TIER[tier];
    links.push({
      from: locations[at]!.id,
      to: hub(home[at]!),
      delayMs: round(random.between(range[0], range[1])),
      loss: round(loss * random.between(0.5, 2)),
      kWhPerGB: kWh,
      bidirectional: true,
      ...bandwidth(mbps),
    });
    return links.length - 1;
  });

  const hubs = hubPaths(regions, links, meshLink);
  const overHubs = (from: number, to: number) =>
    links[access[from]!]!.delayMs + hubs.delay(home[from]!, home[to]!) + links[access[to]!]!.delayMs;
  const direct = new Map<number, number>();
  const neighbours = new Map<number, number[]>();
  home.forEach((region, at) => {
    neighbours.set(region, [...(neighbours.get(region) ?? []), at]);
  });
  for (let count = 0; count < size * PRIVATE_LINKS; count += 1) {
    const from = random.integer(0, size - 1);
    const to = random.chance(0.4) ? random.pick(neighbours.get(home[from]!)!) : random.integer(0, size - 1);
    if (from === to || direct.has(from * size + to)) continue;
    direct.set(from * size + to, links.length).set(to * size + from, links.length);
    links.push({
      from: locations[from]!.id,
      to: locations[to]!.id,
      delayMs: round(overHubs(from, to) * random.between(0.55, 0.95)),
      loss: round(random.between(1e-6, 1e-4)),
      usdPerGB: 0.01,
      kWhPerGB: 0.004,
      bidirectional: true,
      ...bandwidth(1000),
    });
  }
  return {
    locations,
    tiers,
    gpus,
    hubs: regions.map(hub),
    links,
    delay: (from, to) => {
      if (from === to) return 0;
      const link = direct.get(from * size + to);
      const around = overHubs(from, to);
      return link === undefined ? around : Math.min(around, links[link]!.delayMs);
    },
    route: (from, to) => {
      if (from === to) return [];
      const link = direct.get(from * size + to);
      if (link !== undefined && links[link]!.delayMs < overHubs(from, to)) return [link];
      return [access[from]!, ...hubs.route(home[from]!, home[to]!), access[to]!];
    },
  };
}

/** All pairs of hubs (Floyd and Warshall): measured delays break the triangle inequality, so detours pay. */
function hubPaths(
  regions: readonly number[],
  links: readonly LinkInput[],
  meshLink: ReadonlyMap<string, number>,
): { delay: (a: number, b: number) => number; route: (a: number, b: number) => readonly number[] } {
  const delay = new Map<string, number>();
  const next = new Map<string, number>();
  for (const a of regions) {
    for (const b of regions) {
      delay.set(`${a} ${b}`, a === b ? 0 : links[meshLink.get(`${a} ${b}`)!]!.delayMs);
      next.set(`${a} ${b}`, b);
    }
  }
  const of = (a: number, b: number) => delay.get(`${a} ${b}`)!;
  for (const via of regions) {
    for (const a of regions) {
      for (const b of regions) {
        if (of(a, via) + of(via, b) >= of(a, b)) continue;
        delay.set(`${a} ${b}`, of(a, via) + of(via, b));
        next.set(`${a} ${b}`, next.get(`${a} ${via}`)!);
      }
    }
  }
  const route = (a: number, b: number): number[] => {
    const along: number[] = [];
    for (let at = a; at !== b; at = next.get(`${at} ${b}`)!)
      along.push(meshLink.get(`${at} ${next.get(`${at} ${b}`)!}`)!);
    return along;
  };
  return { delay: of, route };
}

/** Seven decimals: short in a file, and equal on every machine. */
function round(value: number): number {
  return Number(value.toPrecision(7));
}
