import type { Problem } from '../problem.ts';
import { lossNats, type Paths } from './pathnetwork.ts';
import { PathTable } from './pathtable.ts';

export type { Paths } from './pathnetwork.ts';

/** O(m (arcs + places log places)): one Dijkstra per location. */
export function buildPaths(problem: Problem): Paths {
  if (!problem.matrices) return new PathTable(problem).paths;
  const m = problem.locations.length;
  const blank = (value: number) => new Float64Array(m * m).fill(value);
  const pairBandwidth = blank(Number.POSITIVE_INFINITY);
  const paths = {
    size: m,
    delay: blank(Number.POSITIVE_INFINITY),
    usdPerGB: blank(0),
    kWhPerGB: blank(0),
    lossNats: blank(0),
    linksOf: () => NONE,
    capacity: new Float64Array(0),
    pairBandwidth,
    worstDelay: 0,
  };
  fillFromMatrices(problem, paths, pairBandwidth);
  for (let k = 0; k < m; k += 1) {
    paths.delay[k * m + k] = 0;
    paths.usdPerGB[k * m + k] = 0;
    paths.kWhPerGB[k * m + k] = 0;
    paths.lossNats[k * m + k] = 0;
    pairBandwidth[k * m + k] = Number.POSITIVE_INFINITY;
  }
  for (const delay of paths.delay)
    if (delay > paths.worstDelay && delay !== Number.POSITIVE_INFINITY) paths.worstDelay = delay;
  return paths;
}

const NONE: readonly number[] = [];

type Mutable = { -readonly [K in keyof Paths]: Paths[K] };

function fillFromMatrices(problem: Problem, paths: Mutable, pairBandwidth: Float64Array): void {
  const m = paths.size;
  const { delayMs, bandwidthMbps, loss, usdPerGB, kWhPerGB } = problem.matrices!;
  for (let k = 0; k < m; k += 1) {
    for (let l = 0; l < m; l += 1) {
      const at = k * m + l;
      paths.delay[at] = delayMs[k]![l] ?? Number.POSITIVE_INFINITY;
      pairBandwidth[at] = bandwidthMbps?.[k]?.[l] ?? Number.POSITIVE_INFINITY;
      paths.lossNats[at] = lossNats(loss?.[k]?.[l] ?? 0);
      paths.usdPerGB[at] = usdPerGB?.[k]?.[l] ?? 0;
      paths.kWhPerGB[at] = kWhPerGB?.[k]?.[l] ?? 0;
    }
  }
}
