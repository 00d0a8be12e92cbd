import { EPSILON, type FederationModel } from './federation.ts';

/** What is already used: by location and resource, and on links. Applications are added as they are admitted. */
export interface Load {
  /** Amount by location and resource. */
  used: Float64Array;
  /** Reserved Mbit/s by link. */
  links: Float64Array;
}

export function emptyLoad(federation: FederationModel): Load {
  return {
    used: new Float64Array(federation.free.length),
    links: new Float64Array(federation.paths.capacity.length),
  };
}

/** The same load with room for any traffic on links: for what is priced there, or judged apart. */
export function anyBandwidth({ used, links }: Load): Load {
  return { used, links: links.map(() => Number.NEGATIVE_INFINITY) };
}

export function copyLoad({ used, links }: Load): Load {
  return { used: used.slice(), links: links.slice() };
}

/** Whether `replicas` of the demand still fit on location `k`. */
export function fitsOn(
  federation: FederationModel,
  load: Load,
  k: number,
  demand: Float64Array,
  replicas: number,
): boolean {
  const first = k * demand.length;
  for (let r = 0; r < demand.length; r += 1) {
    const free = federation.free[first + r]!;
    if (demand[r]! > 0 && load.used[first + r]! + demand[r]! * replicas > free * (1 + EPSILON) + EPSILON)
      return false;
  }
  return true;
}

/** Adds `replicas` of the demand to location `k`; negative takes away. */
export function use(load: Load, k: number, demand: Float64Array, replicas: number): void {
  const first = k * demand.length;
  for (let r = 0; r < demand.length; r += 1)
    load.used[first + r] = load.used[first + r]! + demand[r]! * replicas;
}

/** Adds reserved bandwidth to the links between two locations. */
export function reserve(federation: FederationModel, load: Load, pair: number, mbps: number): void {
  for (const link of federation.paths.linksOf(pair)) load.links[link] = load.links[link]! + mbps;
}

/** Whether the links between two locations carry `mbps` more. */
export function carries(federation: FederationModel, load: Load, pair: number, mbps: number): boolean {
  const { paths } = federation;
  if (paths.pairBandwidth && paths.pairBandwidth[pair]! < mbps - EPSILON) return false;
  return paths
    .linksOf(pair)
    .every((link) => load.links[link]! + mbps <= paths.capacity[link]! * (1 + EPSILON));
}
