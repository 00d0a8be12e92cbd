/**
 * Keys with the time at which each is due, the earliest first: a binary heap. Of several times for one key
 * the earliest counts; the others stay in the heap until they surface and are dropped there.
 * `put` and each key that `takeDue` gives cost O(log n).
 */
export class DelayedKeys {
  readonly #heap: { key: string; due: number }[] = [];
  readonly #dueOf = new Map<string, number>();

  get size(): number {
    return this.#dueOf.size;
  }

  put(key: string, due: number): void {
    const known = this.#dueOf.get(key);
    if (known !== undefined && known <= due) return;
    this.#dueOf.set(key, due);
    this.#heap.push({ key, due });
    this.#up(this.#heap.length - 1);
  }

  /** When the next key is due, or undefined when none waits. */
  nextDue(): number | undefined {
    this.#dropOutdated();
    return this.#heap[0]?.due;
  }

  /** Removes and returns the keys that are due at `now`, in order of their times. */
  takeDue(now: number): string[] {
    const keys: string[] = [];
    for (let next = this.nextDue(); next !== undefined && next <= now; next = this.nextDue()) {
      const { key } = this.#heap[0]!;
      this.#dueOf.delete(key);
      this.#removeFirst();
      keys.push(key);
    }
    return keys;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#dueOf.clear();
  }

  #dropOutdated(): void {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      if (this.#dueOf.get(first.key) === first.due) return;
      this.#removeFirst();
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#heap[parent]!.due <= this.#heap[at]!.due) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(from: number): void {
    let at = from;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#heap.length && this.#heap[child]!.due < this.#heap[least]!.due) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = kept;
  }
}
