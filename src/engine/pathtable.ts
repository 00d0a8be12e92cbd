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
  /** source x transit place: ms. */
  readonly #transit: Float64Array;
  /** source x place: link by which it is reached; -1. */
  readonly #previous: Int32Array;
  readonly #rowWorst: Float64Array;
  readonly #paths: { -readonly [K in keyof Paths]: Paths[K] };

  /** All pairs from scratch. O(locations x (arcs of nodes) log nodes + locations squared). */
  constructor(problem: Pick<Problem, 'locations' | 'nodes' | 'links'>) {
    const network = networkOf(problem);
    const { locations: m, places } = network;
    this.#network = network;
    this.#tree = new PathTree(network);
    this.#transit = new Float64Array(m * (places - m));
    this.#previous = new Int32Array(m * places);
    this.#rowWorst = new Float64Array(m);
    this.#paths = {
      size: m,
      delay: new Float64Array(m * m),
      usdPerGB: new Float64Array(m * m),
      kWhPerGB: new Float64Array(m * m),
      lossNats: new Float64Array(m * m),
      linksOf: (pair) => this.#linksOf(pair),
      capacity: network.capacity,
      pairBandwidth: undefined,
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
      const gains = delay < before && this.#delayTo(source, u) + delay <= this.#delayTo(source, v);
      if ((used && delay !== before) || gains) sources.push(source);
    }
    for (const source of sources) this.#grow(source);
    if (sources.length > 0) this.#worst();
    return sources;
  }

  #grow(source: number): void {
    const { locations: m, places } = this.#network;
    const tree = this.#tree;
    tree.grow(source);
    const paths = this.#paths;
    const first = source * m;
    let worst = 0;
    for (let target = 0; target < m; target += 1) {
      const delay = tree.delay[target]!;
      if (delay > worst && delay !== Number.POSITIVE_INFINITY) worst = delay;
    }
    paths.delay.set(tree.delay.subarray(0, m), first);
    paths.usdPerGB.set(tree.usdPerGB.subarray(0, m), first);
    paths.kWhPerGB.set(tree.kWhPerGB.subarray(0, m), first);
    paths.lossNats.set(tree.lossNats.subarray(0, m), first);
    this.#rowWorst[source] = worst;
    this.#transit.set(tree.delay.subarray(m), source * (places - m));
    this.#previous.set(tree.previous, source * places);
  }

  #delayTo(source: number, place: number): number {
    const { locations: m, places } = this.#network;
    return place < m
      ? this.#paths.delay[source * m + place]!
      : this.#transit[source * (places - m) + place - m]!;
  }

  /** From the end back to the source. */
  #linksOf(pair: number): readonly number[] {
    const { locations: m, places, from } = this.#network;
    const source = Math.floor(pair / m);
    const row = source * places;
    const along: number[] = [];
    for (let place = pair % m; place !== source; place = from[along.at(-1)!]!) {
      const link = this.#previous[row + place]!;
      if (link < 0) break;
      along.push(link);
    }
    return along.reverse();
  }

  #worst(): void {
    let worst = 0;
    for (const each of this.#rowWorst) if (each > worst) worst = each;
    this.#paths.worstDelay = worst;
  }
}
