import { ln } from '../arithmetic/ln.ts';
import type { Problem } from '../problem.ts';

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
  /** Links from network nodes into a place, from `inStart[place]` on, in the order of the links. */
  readonly inStart: Int32Array;
  readonly inLink: Int32Array;
}

export function networkOf(problem: Pick<Problem, 'locations' | 'nodes' | 'links'>): PathNetwork {
  const names = [...problem.locations.map(({ id }) => id), ...problem.nodes];
  const index = new Map(names.map((name, at) => [name, at]));
  const places = names.length;
  let arcs = 0;
  for (const { bidirectional } of problem.links) arcs += bidirectional ? 2 : 1;
  const from = new Int32Array(arcs);
  const end = new Int32Array(arcs);
  const delay = new Float64Array(arcs);
  const capacity = new Float64Array(arcs);
  const usdPerGB = new Float64Array(arcs);
  const kWhPerGB = new Float64Array(arcs);
  const nats = new Float64Array(arcs);
  let at = 0;
  // One loop over the links for all columns: this runs before every solve.
  for (const link of problem.links) {
    const a = index.get(link.from)!;
    const b = index.get(link.to)!;
    const loss = lossNats(link.loss ?? 0);
    for (let turn = 0; turn < (link.bidirectional ? 2 : 1); turn += 1) {
      from[at] = turn === 0 ? a : b;
      end[at] = turn === 0 ? b : a;
      delay[at] = link.delayMs;
      capacity[at] = link.bandwidthMbps ?? Number.POSITIVE_INFINITY;
      usdPerGB[at] = link.usdPerGB ?? 0;
      kWhPerGB[at] = link.kWhPerGB ?? 0;
      nats[at] = loss;
      at += 1;
    }
  }
  const all = new Int32Array(arcs);
  for (let arc = 0; arc < arcs; arc += 1) all[arc] = arc;
  const leaving = rowsOf(all, from, places);
  const entering = rowsOf(
    all.filter((arc) => from[arc]! >= problem.locations.length),
    end,
    places,
  );
  const rank = new Int32Array(places);
  [...names.keys()]
    .sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b))
    .forEach((place, order) => {
      rank[place] = order;
    });
  return {
    locations: problem.locations.length,
    places,
    start: leaving.start,
    to: leaving.link.map((arc) => end[arc]!),
    link: leaving.link,
    from,
    end,
    delay,
    capacity,
    usdPerGB,
    kWhPerGB,
    lossNats: nats,
    rank,
    inStart: entering.start,
    inLink: entering.link,
  };
}

/** Links by one of their ends, in compressed rows and in their order. */
function rowsOf(
  links: Int32Array,
  ends: Int32Array,
  places: number,
): { readonly start: Int32Array; readonly link: Int32Array } {
  const start = new Int32Array(places + 1);
  for (const each of links) start[ends[each]! + 1] = start[ends[each]! + 1]! + 1;
  for (let place = 0; place < places; place += 1) start[place + 1] = start[place + 1]! + start[place]!;
  const next = start.slice(0, places);
  const link = new Int32Array(links.length);
  for (const each of links) {
    const place = ends[each]!;
    link[next[place]!] = each;
    next[place] = next[place]! + 1;
  }
  return { start, link };
}

/** Minus log of the share of packets that arrive. */
export function lossNats(loss: number): number {
  return loss >= 1 ? 1e3 : -ln(1 - loss);
}
