import type { Link, Problem } from '../problem.ts';

/** Sums along the path between two locations; 0 where nothing is known. */
export interface Along {
  readonly usdPerGB: number;
  readonly kWhPerGB: number;
  readonly lossNats: number;
}

/** From one location to all places: delay, links passed, and the last link with the place before it. */
interface Tree {
  readonly delay: Float64Array;
  readonly hops: Int32Array;
  readonly via: Int32Array;
  readonly link: Int32Array;
}

const NOTHING: Along = { usdPerGB: 0, kWhPerGB: 0, lossNats: 0 };

/**
 * What lies between two locations, as the referee works it out: least delay; for equal delays fewer links,
 * then the smaller id of the place before, then the link that is listed first. Locations other than the
 * source pass nothing on. Built source by source, by repeated relaxation (Bellman and Ford).
 */
export class RefereeNetwork {
  readonly #problem: Problem;
  readonly #index: ReadonlyMap<string, number>;
  readonly #names: readonly string[];
  /** Directed, each with its place in the problem. */
  readonly #links: readonly (Link & { readonly listed: number })[];
  readonly #ends: readonly (readonly [from: number, to: number])[];
  /** Links that leave each location. */
  readonly #leaving: readonly (readonly number[])[];
  /** Links that leave a place that hosts nothing. */
  readonly #transit: readonly number[];
  readonly #trees = new Map<number, Tree>();
  #worst: number | undefined;

  constructor(problem: Problem) {
    const { locations, nodes } = problem;
    this.#problem = problem;
    this.#names = [...locations.map(({ id }) => id), ...nodes];
    const places = new Map(this.#names.map((name, at) => [name, at]));
    this.#index = new Map(locations.map(({ id }, at) => [id, at]));
    this.#links = problem.links.flatMap((link, listed) =>
      link.bidirectional
        ? [
            { ...link, listed },
            { ...link, listed, from: link.to, to: link.from },
          ]
        : [{ ...link, listed }],
    );
    this.#ends = this.#links.map(({ from, to }) => [places.get(from)!, places.get(to)!]);
    const leaving = locations.map((): number[] => []);
    const transit: number[] = [];
    this.#ends.forEach(([from], link) => {
      (leaving[from] ?? transit).push(link);
    });
    this.#leaving = leaving;
    this.#transit = transit;
  }

  /** One way, ms; Infinity where no path is known. */
  delay(from: string, to: string): number {
    if (from === to) return 0;
    const [k, l] = this.#pair(from, to);
    const { matrices } = this.#problem;
    if (matrices) return matrices.delayMs[k]?.[l] ?? Number.POSITIVE_INFINITY;
    return this.#tree(k).delay[l]!;
  }

  /** Directed links of the path, by index into what `capacity` reads. */
  links(from: string, to: string): number[] {
    if (from === to || this.#problem.matrices) return [];
    const [k, l] = this.#pair(from, to);
    return this.#linksOf(this.#tree(k), k, l);
  }

  /** Mbit/s of a directed link; Infinity where it is not known. */
  capacity(link: number): number {
    return this.#links[link]?.bandwidthMbps ?? Number.POSITIVE_INFINITY;
  }

  /** Index of a directed link in the problem, and where it leads. */
  ends(link: number): { link: number; from: string; to: string } {
    const { listed, from, to } = this.#links[link]!;
    return { link: listed, from, to };
  }

  linkName(link: number): string {
    return `${this.#links[link]?.from} to ${this.#links[link]?.to}`;
  }

  /** Mbit/s of a pair, where matrices give it; Infinity otherwise. */
  pairBandwidth(from: string, to: string): number {
    if (from === to) return Number.POSITIVE_INFINITY;
    const [k, l] = this.#pair(from, to);
    return this.#problem.matrices?.bandwidthMbps?.[k]?.[l] ?? Number.POSITIVE_INFINITY;
  }

  along(from: string, to: string): Along {
    if (from === to) return NOTHING;
    const [k, l] = this.#pair(from, to);
    return this.#problem.matrices ? this.#fromMatrices(k, l) : this.#sum(this.#tree(k), k, l);
  }

  /** Largest known delay: what an unknown path counts for a preference. */
  worstDelay(): number {
    if (this.#worst !== undefined) return this.#worst;
    let worst = 0;
    this.eachPair((_, __, delay) => {
      if (Number.isFinite(delay)) worst = Math.max(worst, delay);
    });
    this.#worst = worst;
    return worst;
  }

  /** Every ordered pair of locations by index; trees are not kept, so that 5,000 locations fit into memory. */
  eachPair(visit: (from: number, to: number, delay: number, along: Along) => void): void {
    const count = this.#index.size;
    for (let from = 0; from < count; from += 1) {
      const tree = this.#problem.matrices ? undefined : (this.#trees.get(from) ?? this.#grow(from));
      for (let to = 0; to < count; to += 1) {
        if (from === to) visit(from, to, 0, NOTHING);
        else if (tree) visit(from, to, tree.delay[to]!, this.#sum(tree, from, to));
        else {
          const delay = this.#problem.matrices?.delayMs[from]?.[to] ?? Number.POSITIVE_INFINITY;
          visit(from, to, delay, this.#fromMatrices(from, to));
        }
      }
    }
  }

  #pair(from: string, to: string): [number, number] {
    return [this.#index.get(from) ?? -1, this.#index.get(to) ?? -1];
  }

  #fromMatrices(k: number, l: number): Along {
    const { usdPerGB, kWhPerGB, loss } = this.#problem.matrices ?? {};
    return {
      usdPerGB: usdPerGB?.[k]?.[l] ?? 0,
      kWhPerGB: kWhPerGB?.[k]?.[l] ?? 0,
      lossNats: nats(loss?.[k]?.[l] ?? 0),
    };
  }

  #sum(tree: Tree, from: number, to: number): Along {
    const along = { usdPerGB: 0, kWhPerGB: 0, lossNats: 0 };
    for (const index of this.#linksOf(tree, from, to)) {
      const link = this.#links[index]!;
      along.usdPerGB += link.usdPerGB ?? 0;
      along.kWhPerGB += link.kWhPerGB ?? 0;
      along.lossNats += nats(link.loss ?? 0);
    }
    return along;
  }

  #linksOf(tree: Tree, from: number, to: number): number[] {
    const links: number[] = [];
    if (!Number.isFinite(tree.delay[to] ?? Number.POSITIVE_INFINITY)) return links;
    for (let at = to; at !== from; at = tree.via[at]!) links.push(tree.link[at]!);
    return links.reverse();
  }

  #tree(source: number): Tree {
    const known = this.#trees.get(source);
    if (known) return known;
    const tree = this.#grow(source);
    this.#trees.set(source, tree);
    return tree;
  }

  #grow(source: number): Tree {
    const size = this.#names.length;
    const tree: Tree = {
      delay: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
      hops: new Int32Array(size),
      via: new Int32Array(size).fill(-1),
      link: new Int32Array(size).fill(-1),
    };
    tree.delay[source] = 0;
    const usable = [...(this.#leaving[source] ?? []), ...this.#transit];
    for (let changed = true; changed; ) {
      changed = false;
      for (const link of usable) {
        const [from, to] = this.#ends[link]!;
        if (to === source || !Number.isFinite(tree.delay[from]!)) continue;
        const delay = tree.delay[from]! + this.#links[link]!.delayMs;
        const hops = tree.hops[from]! + 1;
        // What lies behind may have got nearer by less than this sum can show, on more links.
        const stale = tree.link[to] === link && (delay !== tree.delay[to] || hops !== tree.hops[to]);
        if (!stale && !this.#precedes(tree, to, delay, hops, from, link)) continue;
        tree.delay[to] = delay;
        tree.hops[to] = hops;
        tree.via[to] = from;
        tree.link[to] = link;
        changed = true;
      }
    }
    return tree;
  }

  #precedes(tree: Tree, to: number, delay: number, hops: number, from: number, link: number): boolean {
    if (delay !== tree.delay[to]!) return delay < tree.delay[to]!;
    if (hops !== tree.hops[to]!) return hops < tree.hops[to]!;
    const via = this.#names[tree.via[to]!]!;
    return via === this.#names[from]! ? link < tree.link[to]! : this.#names[from]! < via;
  }
}

/** Minus log of the share that arrives; what loses everything counts as good as that. */
function nats(loss: number): number {
  return loss >= 1 ? 1e3 : -Math.log(1 - loss);
}
