import type { Problem } from '../problem.ts';
import { networkOf, type PathNetwork, type Paths } from './pathnetwork.ts';
import { PathRepair } from './pathrepair.ts';
import { emptyRows, type PathRows } from './pathrows.ts';
import { PathTree } from './pathtree.ts';

/** What a changed link touched. */
export interface PathChange {
  /** Locations whose tree was repaired. */
  readonly sources: number;
  /** Pairs, source x locations + target, of which a figure or the way changed; valid until the next change. */
  readonly pairs: Int32Array;
}

/**
 * Shortest paths between all locations, kept current while links change. A slower link concerns only the
 * sources whose tree uses it, a faster one those that would reach its end no later through it; of their
 * trees only what lies behind the link is repaired. The table is at any time what a fresh one would be, bit
 * for bit.
 */
export class PathTable {
  readonly #network: PathNetwork;
  readonly #rows: PathRows;
  readonly #repair: PathRepair;
  readonly #paths: Paths;
  #worst: number | undefined;

  /** All pairs from scratch. O(locations x (arcs of nodes) log nodes + locations squared). */
  constructor(problem: Pick<Problem, 'locations' | 'nodes' | 'links'>) {
    const network = networkOf(problem);
    const rows = emptyRows(network);
    const { locations: m } = network;
    this.#network = network;
    this.#rows = rows;
    this.#repair = new PathRepair(network, rows);
    const worst = () => this.#worstDelay();
    this.#paths = {
      size: m,
      delay: rows.delay,
      usdPerGB: rows.usdPerGB,
      kWhPerGB: rows.kWhPerGB,
      lossNats: rows.lossNats,
      linksOf: (pair) => this.#linksOf(pair),
      capacity: network.capacity,
      pairBandwidth: undefined,
      get worstDelay() {
        return worst();
      },
    };
    const tree = new PathTree(network);
    for (let source = 0; source < m; source += 1) this.#grow(tree, source);
  }

  /** The same arrays for the life of the table; `worstDelay` as of now. */
  get paths(): Paths {
    return this.#paths;
  }

  /**
   * Gives a link (index into `capacity`) another delay in ms, Infinity for a link that is down. O(sources
   * concerned x what lies behind the link).
   */
  change(link: number, delay: number): PathChange {
    const { locations: m, places, from, end } = this.#network;
    const before = this.#network.delay[link];
    if (before === undefined)
      throw new RangeError(`no link ${link}: there are ${this.#network.delay.length}`);
    if (!(delay >= 0)) throw new RangeError(`delay of link ${link} is ${delay}: give ms, not negative`);
    this.#network.delay[link] = delay;
    this.#repair.begin();
    const [u, v] = [from[link]!, end[link]!];
    let sources = 0;
    // Locations pass nothing on: a link out of one is on the paths of that one alone.
    for (let source = u < m ? u : 0; source < (u < m ? u + 1 : m) && delay !== before; source += 1) {
      if (source === v) continue;
      const used = this.#rows.previous[source * places + v] === link;
      const gains = delay < before && this.#delayTo(source, u) + delay <= this.#delayTo(source, v);
      if (!used && !gains) continue;
      this.#repair.repair(source, v);
      sources += 1;
    }
    const { pairs } = this.#repair;
    if (pairs.length > 0) this.#worst = undefined;
    return { sources, pairs };
  }

  #grow(tree: PathTree, source: number): void {
    const { locations: m, places } = this.#network;
    const rows = this.#rows;
    tree.grow(source);
    for (const figure of ['delay', 'usdPerGB', 'kWhPerGB', 'lossNats'] as const) {
      rows[figure].set(tree[figure].subarray(0, m), source * m);
      rows.nodes[figure].set(tree[figure].subarray(m), source * (places - m));
    }
    rows.nodes.hops.set(tree.hops.subarray(m), source * (places - m));
    rows.previous.set(tree.previous, source * places);
  }

  #delayTo(source: number, place: number): number {
    const { locations: m, places } = this.#network;
    return place < m
      ? this.#rows.delay[source * m + place]!
      : this.#rows.nodes.delay[source * (places - m) + place - m]!;
  }

  /** From the end back to the source. */
  #linksOf(pair: number): readonly number[] {
    const { locations: m, places, from } = this.#network;
    const source = Math.floor(pair / m);
    const row = source * places;
    const along: number[] = [];
    for (let place = pair % m; place !== source; place = from[along.at(-1)!]!) {
      const link = this.#rows.previous[row + place]!;
      if (link < 0) break;
      along.push(link);
    }
    return along.reverse();
  }

  /** Looked for only when asked: it counts where a pair has no path, and a change touches it seldom. */
  #worstDelay(): number {
    if (this.#worst !== undefined) return this.#worst;
    let worst = 0;
    for (const delay of this.#rows.delay)
      if (delay > worst && delay !== Number.POSITIVE_INFINITY) worst = delay;
    this.#worst = worst;
    return worst;
  }
}
