/** A binary heap of nodes by delay and then by number of links; equal ones: the lower index first. */
export class NodeHeap {
  readonly #heap: Int32Array;
  /** Where in the heap a node is; -1. */
  readonly #slot: Int32Array;
  readonly #delay: Float64Array;
  readonly #hops: Int32Array;
  #size = 0;

  constructor(nodes: number) {
    this.#heap = new Int32Array(nodes);
    this.#slot = new Int32Array(nodes).fill(-1);
    this.#delay = new Float64Array(nodes);
    this.#hops = new Int32Array(nodes);
  }

  get size(): number {
    return this.#size;
  }

  has(node: number): boolean {
    return this.#slot[node]! >= 0;
  }

  /** Puts a node in, or gives one that is in it another key. O(log nodes) */
  put(node: number, delay: number, hops: number): void {
    this.#delay[node] = delay;
    this.#hops[node] = hops;
    if (this.#slot[node]! < 0) {
      this.#slot[node] = this.#size;
      this.#heap[this.#size] = node;
      this.#size += 1;
    }
    this.#rise(this.#slot[node]!);
    this.#sink(this.#slot[node]!);
  }

  /** Takes the first node out. */
  pop(): number {
    const top = this.#heap[0]!;
    this.#slot[top] = -1;
    this.#size -= 1;
    if (this.#size > 0) {
      const last = this.#heap[this.#size]!;
      this.#heap[0] = last;
      this.#slot[last] = 0;
      this.#sink(0);
    }
    return top;
  }

  #before(a: number, b: number): boolean {
    const [delay, hops] = [this.#delay, this.#hops];
    if (delay[a]! !== delay[b]!) return delay[a]! < delay[b]!;
    return hops[a]! < hops[b]! || (hops[a]! === hops[b]! && a < b);
  }

  #rise(from: number): void {
    const [heap, slot] = [this.#heap, this.#slot];
    const node = heap[from]!;
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#before(node, heap[up]!)) break;
      heap[at] = heap[up]!;
      slot[heap[at]!] = at;
      at = up;
    }
    heap[at] = node;
    slot[node] = at;
  }

  #sink(from: number): void {
    const [heap, slot] = [this.#heap, this.#slot];
    const node = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!this.#before(heap[child]!, node)) break;
      heap[at] = heap[child]!;
      slot[heap[at]!] = at;
      at = child;
    }
    heap[at] = node;
    slot[node] = at;
  }
}
