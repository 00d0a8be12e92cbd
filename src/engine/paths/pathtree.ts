import type { PathNetwork } from './pathnetwork.ts';

/**
 * Shortest paths from one location to all places (Dijkstra with a binary heap, by delay and then by number
 * of links). Locations are never transit: they are given their delay and never opened. Equal paths: the
 * smaller id of the place before, then the link that is listed first, so that the choice depends on nothing
 * else. O((arcs of nodes) log nodes). The arrays are those of the last call.
 */
export class PathTree {
  readonly delay: Float64Array;
  readonly hops: Int32Array;
  /** Link by which a place is reached; -1. */
  readonly previous: Int32Array;
  /** Sums along the way, from the source on. */
  readonly usdPerGB: Float64Array;
  readonly kWhPerGB: Float64Array;
  readonly lossNats: Float64Array;
  /** Transit places that are reached and not settled, and where in the heap each is; -1 none, -2 settled. */
  readonly #heap: Int32Array;
  readonly #slot: Int32Array;
  /** Transit places in the order in which they were settled. */
  readonly #settled: Int32Array;
  #size = 0;
  readonly #network: PathNetwork;

  constructor(network: PathNetwork) {
    const { places } = network;
    this.#network = network;
    this.delay = new Float64Array(places);
    this.hops = new Int32Array(places);
    this.previous = new Int32Array(places);
    this.usdPerGB = new Float64Array(places);
    this.kWhPerGB = new Float64Array(places);
    this.lossNats = new Float64Array(places);
    this.#settled = new Int32Array(places);
    this.#heap = new Int32Array(places);
    this.#slot = new Int32Array(places);
  }

  grow(source: number): void {
    const { locations, start, to, link, from, rank } = this.#network;
    const cost = this.#network.delay;
    const { delay, hops, previous } = this;
    const slot = this.#slot;
    delay.fill(Number.POSITIVE_INFINITY);
    hops.fill(0);
    previous.fill(-1);
    slot.fill(-1);
    delay[source] = 0;
    this.#size = 0;
    let settled = 0;
    let place = source;
    for (;;) {
      // Settled: -2.
      slot[place] = -2;
      for (let arc = start[place]!; arc < start[place + 1]!; arc += 1) {
        const next = to[arc]!;
        if (slot[next] === -2) continue;
        const through = delay[place]! + cost[link[arc]!]!;
        const far = hops[place]! + 1;
        if (through > delay[next]! || through === Number.POSITIVE_INFINITY) continue;
        if (through === delay[next]!) {
          if (far > hops[next]!) continue;
          if (far === hops[next]! && rank[place]! >= rank[from[previous[next]!]!]!) continue;
        }
        delay[next] = through;
        hops[next] = far;
        previous[next] = link[arc]!;
        if (next < locations) continue;
        if (slot[next]! < 0) {
          slot[next] = this.#size;
          this.#heap[this.#size] = next;
          this.#size += 1;
        }
        this.#rise(slot[next]!);
      }
      if (this.#size === 0) break;
      place = this.#pop();
      this.#settled[settled] = place;
      settled += 1;
    }
    this.#sumUp(source, settled);
  }

  /** What comes before a place in the order of settling has its sums already; locations come last. */
  #sumUp(source: number, settled: number): void {
    const { locations, from, usdPerGB, kWhPerGB, lossNats } = this.#network;
    const { previous } = this;
    const [usd, kWh, nats] = [this.usdPerGB, this.kWhPerGB, this.lossNats];
    usd.fill(0);
    kWh.fill(0);
    nats.fill(0);
    for (let turn = 0; turn < settled + locations; turn += 1) {
      const place = turn < settled ? this.#settled[turn]! : turn - settled;
      const link = previous[place]!;
      if (link < 0 || place === source) continue;
      const before = from[link]!;
      usd[place] = usd[before]! + usdPerGB[link]!;
      kWh[place] = kWh[before]! + kWhPerGB[link]!;
      nats[place] = nats[before]! + lossNats[link]!;
    }
  }

  #before(a: number, b: number): boolean {
    const { delay, hops } = this;
    if (delay[a]! !== delay[b]!) return delay[a]! < delay[b]!;
    return hops[a]! < hops[b]! || (hops[a]! === hops[b]! && a < b);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const slot = this.#slot;
    const place = heap[from]!;
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#before(place, heap[up]!)) break;
      heap[at] = heap[up]!;
      slot[heap[at]!] = at;
      at = up;
    }
    heap[at] = place;
    slot[place] = at;
  }

  #pop(): number {
    const heap = this.#heap;
    const slot = this.#slot;
    const top = heap[0]!;
    this.#size -= 1;
    const last = heap[this.#size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!this.#before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      slot[heap[at]!] = at;
      at = child;
    }
    heap[at] = last;
    slot[last] = at;
    return top;
  }
}
