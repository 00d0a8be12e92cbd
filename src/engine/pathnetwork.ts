import type { Problem } from './problem.ts';

/**
 * What lies between every two locations, row by row in the order of `locations`. Paths are the shortest by
 * delay; equal ones are told apart by the ids along them, so that both directions choose the same.
 * Locations are never transit. Absent figures are NaN; no path at all is a delay of Infinity.
 */
export interface Paths {
  readonly size: number;
  readonly delay: Float64Array;
  readonly usdPerGB: Float64Array;
  readonly kWhPerGB: Float64Array;
  /** Minus log of the share of packets that arrive. */
  readonly lossNats: Float64Array;
  /** Links of the path of a pair, by index into `capacity`; none for matrices and inside a location. */
  readonly linksOf: (pair: number) => readonly number[];
  /** Mbit/s by link; Infinity where it is not known. */
  readonly capacity: Float64Array;
  /** Mbit/s by pair, Infinity where it is not known; only where matrices give it. */
  readonly pairBandwidth: Float64Array | undefined;
  /** Largest finite delay: what an unknown path counts for a preference. */
  readonly worstDelay: number;
}

/**
 * Links in compressed rows: places are locations, then network nodes. Arcs of a place lie from `start[place]`
 * on, in the order of the links. A bidirectional link counts as two that follow one another.
 */
export interface PathNetwork {
  readonly locations: number;
  readonly places: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
  /** Link by arc. */
  readonly link: Int32Array;
  readonly from: Int32Array;
  readonly end: Int32Array;
  /** By link: ms, Mbit/s, USD per GB, kWh per GB, nats. */
  readonly delay: Float64Array;
  readonly capacity: Float64Array;
  readonly usdPerGB: Float64Array;
  readonly kWhPerGB: Float64Array;
  readonly lossNats: Float64Array;
  /** Rank of a place by its id. */
  readonly rank: Int32Array;
}

export function networkOf(problem: Pick<Problem, 'locations' | 'nodes' | 'links'>): PathNetwork {
  const names = [...problem.locations.map(({ id }) => id), ...problem.nodes];
  const index = new Map(names.map((name, at) => [name, at]));
  const links: Problem['links'] = [];
  const ends: number[] = [];
  for (const each of problem.links) {
    const [a, b] = [index.get(each.from)!, index.get(each.to)!];
    links.push(each);
    ends.push(a, b);
    if (!each.bidirectional) continue;
    links.push(each);
    ends.push(b, a);
  }
  const places = names.length;
  const from = Int32Array.from(links, (_, at) => ends[2 * at]!);
  const end = Int32Array.from(links, (_, at) => ends[2 * at + 1]!);
  const start = new Int32Array(places + 1);
  for (const place of from) start[place + 1] = start[place + 1]! + 1;
  for (let place = 0; place < places; place += 1) start[place + 1] = start[place + 1]! + start[place]!;
  const next = start.slice(0, places);
  const to = new Int32Array(links.length);
  const link = new Int32Array(links.length);
  links.forEach((_, at) => {
    const arc = next[from[at]!]!;
    next[from[at]!] = arc + 1;
    to[arc] = end[at]!;
    link[arc] = at;
  });
  const rank = new Int32Array(places);
  [...names.keys()]
    .sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b))
    .forEach((place, at) => {
      rank[place] = at;
    });
  return {
    locations: problem.locations.length,
    places,
    start,
    to,
    link,
    from,
    end,
    delay: Float64Array.from(links, ({ delayMs }) => delayMs),
    capacity: Float64Array.from(links, ({ bandwidthMbps }) => bandwidthMbps ?? Number.POSITIVE_INFINITY),
    usdPerGB: Float64Array.from(links, ({ usdPerGB }) => usdPerGB ?? 0),
    kWhPerGB: Float64Array.from(links, ({ kWhPerGB }) => kWhPerGB ?? 0),
    lossNats: Float64Array.from(links, ({ loss }) => lossNats(loss ?? 0)),
    rank,
  };
}

/** Minus log of the share of packets that arrive. */
export function lossNats(loss: number): number {
  return loss >= 1 ? 1e3 : -Math.log(1 - loss);
}
