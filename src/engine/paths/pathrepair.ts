import { NodeHeap } from './nodeheap.ts';
import { betweenOf, type Leaves, leavesOf, type NodeLinks } from './nodelinks.ts';
import type { PathNetwork } from './pathnetwork.ts';
import type { PathRows } from './pathrows.ts';

/**
 * Makes the tree of one source current after the delay of a link into a network node, or into a location,
 * has changed: nodes by the algorithm for fixed points of Ramalingam and Reps (1996), in the order of delay
 * and number of links, then the locations behind those nodes whose path is another one. A path is longer by
 * one link than what it goes through, so that the fixed point is unique: what comes out is bit for bit what
 * growing the tree anew gives. O(changed nodes x (their links + log)) for each source.
 */
export class PathRepair {
  readonly #network: PathNetwork;
  readonly #rows: PathRows;
  /** By place: the best link from the source itself; -1. */
  readonly #direct: Int32Array;
  /** By node: the best way in as labels are now. */
  readonly #delay: Float64Array;
  readonly #hops: Int32Array;
  readonly #link: Int32Array;
  /** Nodes to look at, by the better of label and best way in. */
  readonly #queue: NodeHeap;
  /** Nodes whose path is another one, what of it is another (CHANGED), and the round in which a place was looked at. */
  readonly #moved: Int32Array;
  readonly #changed: Uint8Array;
  #movedCount = 0;
  readonly #seen: Float64Array;
  #round = 0;
  readonly #leaves: Leaves;
  /** Links between nodes, by the node that they leave. */
  readonly #between: NodeLinks;
  #source = 0;
  /** Changed pairs of locations, source x locations + target. */
  #pairs = new Int32Array(1024);
  #pairCount = 0;

  constructor(network: PathNetwork, rows: PathRows) {
    const { locations: m, places } = network;
    const nodes = places - m;
    this.#network = network;
    this.#rows = rows;
    this.#direct = new Int32Array(places).fill(-1);
    this.#delay = new Float64Array(nodes);
    this.#hops = new Int32Array(nodes);
    this.#link = new Int32Array(nodes);
    this.#queue = new NodeHeap(nodes);
    this.#moved = new Int32Array(nodes);
    this.#changed = new Uint8Array(nodes);
    this.#leaves = leavesOf(network);
    this.#between = betweenOf(network);
    this.#seen = new Float64Array(places);
  }

  /** Forgets the pairs of the change before. */
  begin(): void {
    this.#pairCount = 0;
  }

  /** Pairs whose path or delay changed since `begin`; valid until the next one. */
  get pairs(): Int32Array {
    return this.#pairs.subarray(0, this.#pairCount);
  }

  note(pair: number): void {
    if (this.#pairCount === this.#pairs.length) {
      const more = new Int32Array(2 * this.#pairs.length);
      more.set(this.#pairs);
      this.#pairs = more;
    }
    this.#pairs[this.#pairCount] = pair;
    this.#pairCount += 1;
  }

  /** The link that changed leads into `place`. */
  repair(source: number, place: number): void {
    const m = this.#network.locations;
    this.#source = source;
    this.#markDirect(true);
    if (place < m) this.#location(place);
    else {
      this.#movedCount = 0;
      this.#look(place - m, true);
      this.#settle();
      this.#locations();
    }
    this.#markDirect(false);
  }

  /** Parallel links from the source: the fastest, then the one listed first. */
  #markDirect(set: boolean): void {
    const { start, to, link, delay } = this.#network;
    const direct = this.#direct;
    const source = this.#source;
    for (let arc = start[source]!; arc < start[source + 1]!; arc += 1) {
      const known = direct[to[arc]!]!;
      if (!set) direct[to[arc]!] = -1;
      else if (known < 0 || delay[link[arc]!]! < delay[known]!) direct[to[arc]!] = link[arc]!;
    }
  }

  /** Best way into a node as the labels before it are now; queued where it differs from the label, or `force`. */
  #look(node: number, force: boolean): void {
    const { locations: m, places, inStart, inLink, from, rank } = this.#network;
    const cost = this.#network.delay;
    const { nodes, previous } = this.#rows;
    const source = this.#source;
    const row = source * (places - m);
    const place = m + node;
    let link = this.#direct[place]!;
    let delay = link < 0 ? Number.POSITIVE_INFINITY : cost[link]!;
    let hops = 1;
    if (delay === Number.POSITIVE_INFINITY) link = -1;
    for (let at = inStart[place]!; at < inStart[place + 1]!; at += 1) {
      const each = inLink[at]!;
      const before = from[each]!;
      const through = nodes.delay[row + before - m]! + cost[each]!;
      if (through > delay || through === Number.POSITIVE_INFINITY) continue;
      const far = nodes.hops[row + before - m]! + 1;
      if (through === delay) {
        if (far > hops) continue;
        if (far === hops && rank[before]! >= rank[from[link]!]!) continue;
      }
      link = each;
      delay = through;
      hops = far;
    }
    if (link < 0) hops = 0;
    this.#delay[node] = delay;
    this.#hops[node] = hops;
    this.#link[node] = link;
    const same =
      delay === nodes.delay[row + node]! &&
      hops === nodes.hops[row + node]! &&
      link === previous[source * places + place]!;
    if (!same || force || this.#queue.has(node)) this.#put(node);
  }

  #put(node: number): void {
    const { locations: m, places } = this.#network;
    const { delay, hops } = this.#rows.nodes;
    const at = this.#source * (places - m) + node;
    if (precedes(delay[at]!, hops[at]!, this.#delay[node]!, this.#hops[node]!))
      this.#queue.put(node, delay[at]!, hops[at]!);
    else this.#queue.put(node, this.#delay[node]!, this.#hops[node]!);
  }

  #settle(): void {
    const { locations: m, places, from } = this.#network;
    const { nodes, previous } = this.#rows;
    const source = this.#source;
    const row = source * (places - m);
    while (this.#queue.size > 0) {
      const node = this.#queue.pop();
      const at = row + node;
      const place = source * places + m + node;
      if (precedes(nodes.delay[at]!, nodes.hops[at]!, this.#delay[node]!, this.#hops[node]!)) {
        // The way that gave the label is gone: nobody may build on it until another is settled.
        nodes.delay[at] = Number.POSITIVE_INFINITY;
        nodes.hops[at] = 0;
        previous[place] = -1;
        this.#mark(node, CHANGED.All);
        this.#after(node);
        this.#look(node, true);
        continue;
      }
      const link = this.#link[node]!;
      let [usd, kWh, nats] = [0, 0, 0];
      if (link >= 0) {
        const before = from[link]!;
        const known = row + before - m;
        usd = (before < m ? 0 : nodes.usdPerGB[known]!) + this.#network.usdPerGB[link]!;
        kWh = (before < m ? 0 : nodes.kWhPerGB[known]!) + this.#network.kWhPerGB[link]!;
        nats = (before < m ? 0 : nodes.lossNats[known]!) + this.#network.lossNats[link]!;
      }
      const sums = usd === nodes.usdPerGB[at]! && kWh === nodes.kWhPerGB[at]! && nats === nodes.lossNats[at]!;
      const same = sums && link === previous[place]! && this.#hops[node]! === nodes.hops[at]!;
      if (same && this.#delay[node]! === nodes.delay[at]!) continue;
      nodes.delay[at] = this.#delay[node]!;
      nodes.hops[at] = this.#hops[node]!;
      previous[place] = link;
      nodes.usdPerGB[at] = usd;
      nodes.kWhPerGB[at] = kWh;
      nodes.lossNats[at] = nats;
      this.#mark(node, same ? CHANGED.Delay : CHANGED.All);
      this.#after(node);
    }
  }

  #mark(node: number, changed: number): void {
    const place = this.#network.locations + node;
    if (this.#seen[place] === this.#round + 1) {
      this.#changed[node] = this.#changed[node]! | changed;
      return;
    }
    this.#seen[place] = this.#round + 1;
    this.#changed[node] = changed;
    this.#moved[this.#movedCount] = node;
    this.#movedCount += 1;
  }

  /** Nodes behind one whose label is new: those that go through it, and those that it serves better now. */
  #after(node: number): void {
    const { locations: m, places, from, rank } = this.#network;
    const { start, link, target } = this.#between;
    const { nodes, previous } = this.#rows;
    const source = this.#source;
    const row = source * (places - m);
    const known = nodes.delay[row + node]!;
    const far = nodes.hops[row + node]! + 1;
    for (let arc = start[node]!; arc < start[node + 1]!; arc += 1) {
      const next = target[arc]!;
      const queued = this.#queue.has(next);
      const best = queued ? this.#link[next]! : previous[source * places + m + next]!;
      if (best >= 0 && from[best] === m + node) {
        this.#look(next, true);
        continue;
      }
      const through = known + this.#network.delay[link[arc]!]!;
      if (through === Number.POSITIVE_INFINITY) continue;
      const delay = queued ? this.#delay[next]! : nodes.delay[row + next]!;
      if (through > delay) continue;
      if (through === delay) {
        const hops = queued ? this.#hops[next]! : nodes.hops[row + next]!;
        if (far > hops || (far === hops && rank[m + node]! >= rank[from[best]!]!)) continue;
      }
      this.#delay[next] = through;
      this.#hops[next] = far;
      this.#link[next] = link[arc]!;
      this.#put(next);
    }
  }

  /** Locations behind the nodes whose path is another one. */
  #locations(): void {
    const { start, target, single } = this.#leaves;
    this.#round += 1;
    for (let turn = 0; turn < this.#movedCount; turn += 1) {
      const node = this.#moved[turn]!;
      const end = start[node + 1]!;
      // Most locations hang on one node: what comes to it comes to them.
      const alone = single[node]!;
      this.#hanging(node, start[node]!, alone);
      for (let at = alone; at < end; at += 1) {
        const place = target[at]!;
        if (place === this.#source || this.#seen[place] === this.#round) continue;
        this.#seen[place] = this.#round;
        this.#location(place);
      }
    }
    this.#round += 1;
  }

  #hanging(node: number, first: number, end: number): void {
    const { locations: m, places } = this.#network;
    const cost = this.#network.delay;
    const { nodes, previous, delay: delays, usdPerGB, kWhPerGB, lossNats } = this.#rows;
    const { target, link: links } = this.#leaves;
    const source = this.#source;
    const at = source * (places - m) + node;
    const delay = nodes.delay[at]!;
    const [usd, kWh, nats] = [nodes.usdPerGB[at]!, nodes.kWhPerGB[at]!, nodes.lossNats[at]!];
    const sums = (this.#changed[node]! & CHANGED.All) === CHANGED.All;
    for (let leaf = first; leaf < end; leaf += 1) {
      const place = target[leaf]!;
      if (place === source) continue;
      const link = links[leaf]!;
      const through = delay + cost[link]!;
      const pair = source * m + place;
      if (this.#direct[place]! >= 0 || through === Number.POSITIVE_INFINITY) {
        this.#location(place);
        continue;
      }
      if (sums) {
        usdPerGB[pair] = usd + this.#network.usdPerGB[link]!;
        kWhPerGB[pair] = kWh + this.#network.kWhPerGB[link]!;
        lossNats[pair] = nats + this.#network.lossNats[link]!;
        previous[source * places + place] = link;
      }
      delays[pair] = through;
      this.note(pair);
    }
  }

  /** Best way into a location, over nodes or straight from the source. */
  #location(target: number): void {
    const { locations: m, places, inStart, inLink, from, rank } = this.#network;
    const { nodes, previous, delay: delays, usdPerGB, kWhPerGB, lossNats } = this.#rows;
    const cost = this.#network.delay;
    const source = this.#source;
    const row = source * (places - m);
    let link = this.#direct[target]!;
    let delay = link < 0 ? Number.POSITIVE_INFINITY : cost[link]!;
    let hops = 1;
    if (delay === Number.POSITIVE_INFINITY) link = -1;
    for (let at = inStart[target]!; at < inStart[target + 1]!; at += 1) {
      const each = inLink[at]!;
      const before = row + from[each]! - m;
      const through = nodes.delay[before]! + cost[each]!;
      if (through > delay || through === Number.POSITIVE_INFINITY) continue;
      const far = nodes.hops[before]! + 1;
      if (through === delay) {
        if (far > hops) continue;
        if (far === hops && rank[from[each]!]! >= rank[from[link]!]!) continue;
      }
      link = each;
      delay = through;
      hops = far;
    }
    let [usd, kWh, nats] = [0, 0, 0];
    if (link >= 0) {
      const before = from[link]!;
      const known = row + before - m;
      usd = (before < m ? 0 : nodes.usdPerGB[known]!) + this.#network.usdPerGB[link]!;
      kWh = (before < m ? 0 : nodes.kWhPerGB[known]!) + this.#network.kWhPerGB[link]!;
      nats = (before < m ? 0 : nodes.lossNats[known]!) + this.#network.lossNats[link]!;
    }
    const pair = source * m + target;
    const place = source * places + target;
    const same = delay === delays[pair] && usd === usdPerGB[pair] && kWh === kWhPerGB[pair];
    if (same && nats === lossNats[pair] && link === previous[place]) return;
    delays[pair] = delay;
    usdPerGB[pair] = usd;
    kWhPerGB[pair] = kWh;
    lossNats[pair] = nats;
    previous[place] = link;
    this.note(pair);
  }
}

/** What of the path to a node is another. All: the way, and with it every sum. */
const CHANGED = { Delay: 1, All: 3 } as const;

/** By delay, then by number of links. */
function precedes(delay: number, hops: number, than: number, thanHops: number): boolean {
  return delay < than || (delay === than && delay !== Number.POSITIVE_INFINITY && hops < thanHops);
}
