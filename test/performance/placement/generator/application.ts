import type { ProblemInput } from '../../../../src/engine/problem.ts';
import type { Federation } from './federation.ts';
import type { Graph } from './graphs.ts';
import type { Random } from './random.ts';
import type { Room } from './room.ts';

export type ApplicationInput = ProblemInput['applications'][number];
export type ServiceInput = ApplicationInput['services'][number];
export type ChannelInput = NonNullable<ApplicationInput['channels']>[number];
export type DatasetInput = NonNullable<ProblemInput['datasets']>[number];

/** Shares of services and channels that carry a rule. */
const SHARE = { delayLimit: 0.3, spread: 0.12, jurisdiction: 0.2, data: 0.2, gpu: 0.07, securityClass: 0.1 };

/** One way, ms: what a channel asks for before its limit is widened around the planted placement. */
const DELAY_LIMITS = [2, 4, 8, 15, 30, 60];

/**
 * Bytes of a call, both ways, drawn evenly in the logarithm. Calls inside a large fleet mostly carry up to a few
 * kilobytes (Seemakhupt et al., A Cloud-Scale Characterization of Remote Procedure Calls, SOSP 2023):
 * `requests`. With `bulk` what flows between services costs and emits many times what the services do.
 */
export const TRAFFIC = { requests: [100, 10_000], bulk: [500, 100_000] } as const;

export interface Features {
  traffic: keyof typeof TRAFFIC;
  /** ASSURED channels reserve bandwidth. */
  bandwidth: boolean;
  /** Some data sets, and what is made of them, may not leave their jurisdictions. */
  residency: boolean;
}

export interface PlantedApplication {
  readonly application: ApplicationInput;
  readonly datasets: readonly DatasetInput[];
  /** Locations of each service, one for each replica. */
  readonly planted: readonly (readonly number[])[];
}

/** What each service of a graph demands; before anything is placed, so that capacities can follow from it. */
export function demandsOf(
  graph: Graph,
  random: Random,
): { cpu: number; memory: number; 'nvidia.com/gpu'?: number }[] {
  return Array.from({ length: graph.services }, () => {
    const cpu = Number(random.logBetween(0.25, 4).toFixed(2));
    const gpu = random.chance(SHARE.gpu) ? { 'nvidia.com/gpu': 1 } : {};
    return { cpu, memory: Number((cpu * random.between(1, 4)).toFixed(2)), ...gpu };
  });
}

/**
 * An application on a graph, with rules that a hidden placement keeps: every service goes near its caller
 * where there is room, then limits, jurisdictions, data sets and classes are drawn and widened until that
 * placement keeps them. So every instance is feasible, and a method that finds nothing has failed.
 */
export function applicationOf(
  id: string,
  graph: Graph,
  demands: ReturnType<typeof demandsOf>,
  profile: ApplicationInput['profile'],
  federation: Federation,
  room: Room,
  random: Random,
  { traffic, bandwidth, residency }: Features,
): PlantedApplication {
  const { locations, delay } = federation;
  const callers = Array.from({ length: graph.services }, (): number[] => []);
  for (const [from, to] of graph.calls) callers[to]!.push(from);
  const planted: number[][] = [];
  const home = random.integer(0, locations.length - 1);
  const services: ServiceInput[] = demands.map((demand, at) => {
    const spread = demand['nvidia.com/gpu'] === undefined && random.chance(SHARE.spread);
    const near = callers[at]!.length === 0 ? home : planted[callers[at]![0]!]![0]!;
    const first = room.place(demand, near, random, () => true);
    const places = [first];
    if (spread)
      places.push(room.place(demand, near, random, (k) => locations[k]!.zone !== locations[first]!.zone));
    planted.push(places);
    return {
      id: `s${at}`,
      demand,
      replicas: places.length,
      ...(spread ? { spread: { over: 'Zone' as const, min: 2 } } : {}),
      ...jurisdictionRule(places, federation, random),
      ...(random.chance(SHARE.securityClass)
        ? { securityClass: Math.min(...places.map((k) => locations[k]!.securityClass ?? 0)) }
        : {}),
      ...(places.some((k) => (locations[k]!.taints ?? []).length > 0) || random.chance(0.2)
        ? { tolerations: [{ key: 'constrained', operator: 'Exists' as const }] }
        : {}),
    };
  });

  const datasets: DatasetInput[] = [];
  services.forEach((service, at) => {
    if (!random.chance(SHARE.data)) return;
    const holders = new Set([
      random.integer(0, locations.length - 1),
      random.integer(0, locations.length - 1),
    ]);
    const reach = Math.max(
      ...planted[at]!.map((k) => Math.min(...[...holders].map((holder) => delay(k, holder)))),
    );
    const dataset = `${id}-data-${at}`;
    datasets.push({
      id: dataset,
      holders: [...holders].map((k) => ({ location: locations[k]!.id })),
      sizeGB: Math.round(random.logBetween(1, 500)),
    });
    service.data = [
      random.chance(0.5)
        ? { dataset, locality: 'Required', maxDelayMs: widened(random.pick(DELAY_LIMITS), reach) }
        : { dataset, locality: 'Preferred' },
    ];
  });

  const [fewest, most] = TRAFFIC[traffic];
  const channels = graph.calls.map(([from, to]): ChannelInput => {
    const callsPerSecond = Math.round(random.logBetween(2, 200));
    const bytesPerCall = Math.round(random.logBetween(fewest, most));
    const assured = random.chance(SHARE.delayLimit);
    const farthest = Math.max(
      ...planted[from]!.map((k) => Math.min(...planted[to]!.map((l) => delay(k, l)))),
    );
    return {
      id: `s${from}-s${to}`,
      from: `s${from}`,
      to: { service: `s${to}` },
      callsPerSecond,
      bytesPerCall,
      ...(assured
        ? { class: 'ASSURED' as const, maxDelayMs: widened(random.pick(DELAY_LIMITS), farthest) }
        : {}),
      // Twice the mean rate, as a reservation is.
      ...(assured && bandwidth
        ? { bandwidthMbps: Math.ceil((callsPerSecond * bytesPerCall * 16) / 1e6) }
        : {}),
    };
  });
  if (residency) bindData(services, channels, datasets, planted, federation);

  const entries = services.filter((_, at) => callers[at]!.length === 0).slice(0, 3);
  return {
    application: {
      id,
      profile,
      services,
      channels,
      entryPoints: entries.map(({ id: service }, at) => ({
        id: `users-${at}`,
        service,
        region: locations[random.chance(0.5) ? home : random.integer(0, locations.length - 1)]!.region!,
        callsPerSecond: Math.round(random.logBetween(5, 200)),
      })),
    },
    datasets,
    planted,
  };
}

function jurisdictionRule(
  places: readonly number[],
  { locations }: Federation,
  random: Random,
): Pick<ServiceInput, 'requirements'> {
  if (!random.chance(SHARE.jurisdiction)) return {};
  const values = [...new Set(places.map((k) => locations[k]!.jurisdiction!))].sort();
  return { requirements: [{ key: 'jurisdiction', operator: 'In', values }] };
}

/** The limit asked for, or just above what the planted placement needs. */
function widened(limit: number, needed: number): number {
  return Math.max(limit, Math.ceil((needed * 1.02 + 0.01) * 100) / 100);
}

/**
 * Binds up to half of the data sets to the jurisdictions where the planted placement has what they flow to:
 * their readers and those that share a channel with them; the channels that lead on from there are clean.
 */
function bindData(
  services: readonly ServiceInput[],
  channels: ChannelInput[],
  datasets: readonly DatasetInput[],
  planted: readonly (readonly number[])[],
  { locations }: Federation,
): void {
  const index = new Map(services.map(({ id }, at) => [id, at]));
  const bound = new Set<string>();
  for (const dataset of datasets.slice(0, Math.ceil(datasets.length / 2))) {
    const reader = services.find(({ data }) => data?.[0]?.dataset === dataset.id)!.id;
    if (bound.has(reader)) continue;
    const component = new Set([reader]);
    for (const { from, to } of channels) {
      if (component.size >= 4) break;
      if (from === reader && !bound.has(to.service)) component.add(to.service);
      if (to.service === reader && !bound.has(from)) component.add(from);
    }
    for (const channel of channels) {
      if (component.has(channel.from) !== component.has(channel.to.service)) channel.clean = true;
    }
    for (const service of component) bound.add(service);
    dataset.residency = [
      ...new Set(
        [...component].flatMap((id) => planted[index.get(id)!]!.map((k) => locations[k]!.jurisdiction!)),
      ),
    ].sort();
  }
}
