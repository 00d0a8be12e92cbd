import { networkOf, type PathNetwork, type Paths } from './pathnetwork.ts';
import { PathTree } from './pathtree.ts';
import type { Problem } from './problem.ts';

/**
 * Shortest paths between all locations, kept current while links change. A slower link concerns only the
 * sources whose tree uses it, a faster one those that would reach its end no later through it; their trees
 * are grown anew, so that the table is at any time what a fresh one would be, bit for bit.
 */
export class PathTable {
  readonly #network: PathNetwork;
  readonly #tree: PathTree;
  /** source x place: ms, link by which it is reached. */
  readonly #delay: Float64Array;
  readonly #previous: Int32Array;
  readonly #rowWorst: Float64Array;
  readonly #paths: { -readonly [K in keyof Paths]: Paths[K] };

  /** All pairs from scratch. O(locations x (arcs of nodes) log nodes + locations squared x links of a path). */
  constructor(problem: Pick<Problem, 'locations' | 'nodes' | 'links'>) {
    const network = networkOf(problem);
    const { locations: m, places } = network;
    this.#network = network;
    this.#tree = new PathTree(network);
    this.#delay = new Float64Array(m * places);
    this.#previous = new Int32Array(m * places);
    this.#rowWorst = new Float64Array(m);
    this.#paths = {
      size: m,
      delay: new Float64Array(m * m),
      usdPerGB: new Float64Array(m * m),
      kWhPerGB: new Float64Array(m * m),
      lossNats: new Float64Array(m * m),
      links: new Array<readonly number[] | undefined>(m * m),
      capacity: network.capacity,
      pairBandwidth: new Float64Array(m * m).fill(Number.POSITIVE_INFINITY),
      worstDelay: 0,
    };
    for (let source = 0; source < m; source += 1) this.#grow(source);
    this.#worst();
  }

  /** The same arrays for the life of the table; `worstDelay` as of now. */
  get paths(): Paths {
    return this.#paths;
  }

  /**
   * Gives a link (index into `capacity`) another delay in ms, Infinity for a link that is down. Returns the
   * sources whose rows were written anew.
   */
  change(link: number, delay: number): number[] {
    const { locations: m, places, from, end } = this.#network;
    const before = this.#network.delay[link];
    if (before === undefined)
      throw new RangeError(`no link ${link}: there are ${this.#network.delay.length}`);
    if (!(delay >= 0)) throw new RangeError(`delay of link ${link} is ${delay}: give ms, not negative`);
    this.#network.delay[link] = delay;
    const [u, v] = [from[link]!, end[link]!];
    const sources: number[] = [];
    for (let source = 0; source < m; source += 1) {
      if (u !== source && u < m) continue;
      const row = source * places;
      const used = this.#previous[row + v] === link;
      const gains = delay < before && this.#delay[row + u]! + delay <= this.#delay[row + v]!;
      if ((used && delay !== before) || gains) sources.push(source);
    }
    for (const source of sources) this.#grow(source);
    if (sources.length > 0) this.#worst();
    return sources;
  }

  #grow(source: number): void {
    const { locations: m, places, from, usdPerGB, kWhPerGB, lossNats } = this.#network;
    const tree = this.#tree;
    tree.grow(source);
    const paths = this.#paths;
    const own = source * places;
    const fresh = tree.previous;
    let worst = 0;
    // A path changed if one of its links did: from the end back to the first place that is known.
    const same = new Int8Array(places);
    same[source] = 1;
    const isSame = (place: number): boolean => {
      if (same[place] !== 0) return same[place] === 1;
      const link = fresh[place]!;
      const kept = link >= 0 && this.#previous[own + place] === link && isSame(from[link]!);
      same[place] = kept ? 1 : -1;
      return kept;
    };
    for (let target = 0; target < m; target += 1) {
      const at = source * m + target;
      const delay = tree.delay[target]!;
      paths.delay[at] = delay;
      if (delay > worst && delay !== Number.POSITIVE_INFINITY) worst = delay;
      if (target === source || (isSame(target) && paths.links[at] !== undefined)) continue;
      const along: number[] = [];
      for (let place = target; place !== source && fresh[place]! >= 0; place = from[fresh[place]!]!)
        along.push(fresh[place]!);
      along.reverse();
      let [usd, kWh, nats] = [0, 0, 0];
      for (const link of along) {
        usd += usdPerGB[link]!;
        kWh += kWhPerGB[link]!;
        nats += lossNats[link]!;
      }
      paths.usdPerGB[at] = usd;
      paths.kWhPerGB[at] = kWh;
      paths.lossNats[at] = nats;
      paths.links[at] = along.length > 0 ? along : undefined;
    }
    this.#rowWorst[source] = worst;
    this.#delay.set(tree.delay, own);
    this.#previous.set(fresh, own);
  }

  #worst(): void {
    let worst = 0;
    for (const each of this.#rowWorst) if (each > worst) worst = each;
    this.#paths.worstDelay = worst;
  }
}
