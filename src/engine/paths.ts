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
  /** Links of the path, by index into `capacity`; undefined for matrices and inside a location. */
  readonly links: (readonly number[] | undefined)[];
  /** Mbit/s by link; Infinity where it is not known. */
  readonly capacity: Float64Array;
  /** Mbit/s by pair, where matrices give it; Infinity otherwise. */
  readonly pairBandwidth: Float64Array;
  /** Largest finite delay: what an unknown path counts for a preference. */
  readonly worstDelay: number;
}

interface Arc {
  to: number;
  delay: number;
  link: number;
}

/** O(m (arcs + places log places)): one Dijkstra per location. */
export function buildPaths(problem: Problem): Paths {
  const m = problem.locations.length;
  const blank = (value: number) => new Float64Array(m * m).fill(value);
  const paths = {
    size: m,
    delay: blank(Number.POSITIVE_INFINITY),
    usdPerGB: blank(0),
    kWhPerGB: blank(0),
    lossNats: blank(0),
    links: new Array<readonly number[] | undefined>(m * m),
    capacity: new Float64Array(0),
    pairBandwidth: blank(Number.POSITIVE_INFINITY),
    worstDelay: 0,
  };
  if (problem.matrices) fillFromMatrices(problem, paths);
  else fillFromLinks(problem, paths);
  for (let k = 0; k < m; k += 1) {
    paths.delay[k * m + k] = 0;
    paths.usdPerGB[k * m + k] = 0;
    paths.kWhPerGB[k * m + k] = 0;
    paths.lossNats[k * m + k] = 0;
    paths.links[k * m + k] = undefined;
    paths.pairBandwidth[k * m + k] = Number.POSITIVE_INFINITY;
  }
  paths.worstDelay = paths.delay.reduce(
    (worst, delay) => (Number.isFinite(delay) ? Math.max(worst, delay) : worst),
    0,
  );
  return paths;
}

type Mutable = { -readonly [K in keyof Paths]: Paths[K] };

function fillFromMatrices(problem: Problem, paths: Mutable): void {
  const m = paths.size;
  const { delayMs, bandwidthMbps, loss, usdPerGB, kWhPerGB } = problem.matrices!;
  for (let k = 0; k < m; k += 1) {
    for (let l = 0; l < m; l += 1) {
      const at = k * m + l;
      paths.delay[at] = delayMs[k]![l] ?? Number.POSITIVE_INFINITY;
      paths.pairBandwidth[at] = bandwidthMbps?.[k]?.[l] ?? Number.POSITIVE_INFINITY;
      paths.lossNats[at] = lossNats(loss?.[k]?.[l] ?? 0);
      paths.usdPerGB[at] = usdPerGB?.[k]?.[l] ?? 0;
      paths.kWhPerGB[at] = kWhPerGB?.[k]?.[l] ?? 0;
    }
  }
}

function fillFromLinks(problem: Problem, paths: Mutable): void {
  const m = paths.size;
  const names = [...problem.locations.map(({ id }) => id), ...problem.nodes];
  const index = new Map(names.map((name, at) => [name, at]));
  const arcs: Arc[][] = names.map(() => []);
  const links = problem.links.flatMap((link) =>
    link.bidirectional ? [link, { ...link, from: link.to, to: link.from }] : [link],
  );
  paths.capacity = Float64Array.from(links, ({ bandwidthMbps }) => bandwidthMbps ?? Number.POSITIVE_INFINITY);
  links.forEach((link, at) => {
    arcs[index.get(link.from)!]!.push({ to: index.get(link.to)!, delay: link.delayMs, link: at });
  });
  for (let source = 0; source < m; source += 1) {
    const { delay, previous } = shortest(source, arcs, m, names);
    for (let target = 0; target < m; target += 1) {
      if (target === source || !Number.isFinite(delay[target]!)) continue;
      const at = source * m + target;
      const along: number[] = [];
      for (let place = target; place !== source; ) {
        const arc = previous[place]!;
        along.unshift(arc.link);
        place = arc.from;
      }
      paths.delay[at] = delay[target]!;
      paths.links[at] = along;
      for (const each of along) {
        const link = links[each]!;
        paths.usdPerGB[at] = paths.usdPerGB[at]! + (link.usdPerGB ?? 0);
        paths.kWhPerGB[at] = paths.kWhPerGB[at]! + (link.kWhPerGB ?? 0);
        paths.lossNats[at] = paths.lossNats[at]! + lossNats(link.loss ?? 0);
      }
    }
  }
}

/**
 * Dijkstra with a plain scan for the nearest: federations have few transit nodes. Equal delays: fewer links,
 * then the smaller id of the place before, then the link that is listed first; so links without delay
 * cannot make the choice depend on the order of visits.
 */
function shortest(
  source: number,
  arcs: readonly Arc[][],
  locations: number,
  names: readonly string[],
): { delay: Float64Array; previous: ({ from: number; link: number } | undefined)[] } {
  const delay = new Float64Array(arcs.length).fill(Number.POSITIVE_INFINITY);
  const hops = new Int32Array(arcs.length);
  const previous = new Array<{ from: number; link: number } | undefined>(arcs.length);
  const done = new Uint8Array(arcs.length);
  delay[source] = 0;
  const precedes = (a: number, b: number) =>
    delay[a]! < delay[b]! || (delay[a]! === delay[b]! && hops[a]! < hops[b]!);
  for (;;) {
    let place = -1;
    for (let each = 0; each < arcs.length; each += 1) {
      if (!done[each] && Number.isFinite(delay[each]!) && (place < 0 || precedes(each, place))) place = each;
    }
    if (place < 0) return { delay, previous };
    done[place] = 1;
    if (place !== source && place < locations) continue;
    for (const { to, link, delay: added } of arcs[place]!) {
      if (done[to]) continue;
      const through = delay[place]! + added;
      const far = hops[place]! + 1;
      const before = previous[to];
      const tie = through === delay[to]! && before !== undefined;
      const nearer =
        far < hops[to]! || (far === hops[to]! && before !== undefined && names[place]! < names[before.from]!);
      if (through < delay[to]! || (tie && nearer)) {
        delay[to] = through;
        hops[to] = far;
        previous[to] = { from: place, link };
      }
    }
  }
}

function lossNats(loss: number): number {
  return loss >= 1 ? 1e3 : -Math.log(1 - loss);
}
