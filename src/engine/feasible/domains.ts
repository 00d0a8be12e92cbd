/** Why a label was taken from a variable. What else belongs to it is the argument of the deletion. */
export const CAUSE = {
  /** A rule of the variable alone. */
  Own: 0,
  /** No label of the other end of an arc is left for it. Argument: twice the arc, plus 1 for its `to`. */
  Arc: 1,
  /** No callee of a choice is left for it. Argument: the choice. */
  Choice: 2,
  /** Only this callee can serve the caller of a choice, and not from there. Argument: the choice. */
  Callee: 3,
  /** What is fixed on the location leaves too little. Argument: the resource. */
  Room: 4,
  /** All that must be where it is do not fit there together. Argument: the resource. */
  Together: 5,
  /** A decision of the search for another label. Argument: its level. */
  Decision: 6,
  /** Tried, and proved impossible. Argument: number of the proof. */
  Refuted: 7,
} as const;

/**
 * The labels that are left to each variable, as sparse sets: taking one away is a swap, giving back the last
 * ones that were taken is counting up. Each deletion keeps its cause and its time, for proofs to be read
 * backwards.
 */
export class Domains {
  readonly n: number;
  readonly m: number;
  /** The first `count[i]` of row i are the labels left, in no order. */
  readonly list: Int32Array;
  readonly count: Int32Array;
  readonly cause: Uint8Array;
  readonly argument: Int32Array;
  /** Number of deletions before this one; -1: forbidden from the start. */
  readonly when: Int32Array;
  readonly #position: Int32Array;
  readonly #trail: Int32Array;
  #size = 0;

  constructor(n: number, m: number, allowed: Uint8Array) {
    this.n = n;
    this.m = m;
    this.list = new Int32Array(n * m);
    this.count = new Int32Array(n);
    this.cause = new Uint8Array(n * m);
    this.argument = new Int32Array(n * m);
    this.when = new Int32Array(n * m).fill(-1);
    this.#position = new Int32Array(n * m);
    this.#trail = new Int32Array(n * m);
    for (let i = 0; i < n; i += 1) {
      let left = 0;
      let gone = m;
      for (let k = 0; k < m; k += 1) {
        const t = allowed[i * m + k] ? left++ : --gone;
        this.list[i * m + t] = k;
        this.#position[i * m + k] = t;
      }
      this.count[i] = left;
    }
  }

  /** Deletions so far; a moment to return to. */
  get time(): number {
    return this.#size;
  }

  has(i: number, k: number): boolean {
    return this.#position[i * this.m + k]! < this.count[i]!;
  }

  /** The only label left; of a variable that has one. */
  only(i: number): number {
    return this.list[i * this.m]!;
  }

  remove(i: number, k: number, cause: number, argument: number): void {
    const row = i * this.m;
    const last = this.count[i]! - 1;
    const at = this.#position[row + k]!;
    const other = this.list[row + last]!;
    this.list[row + at] = other;
    this.#position[row + other] = at;
    this.list[row + last] = k;
    this.#position[row + k] = last;
    this.count[i] = last;
    this.cause[row + k] = cause;
    this.argument[row + k] = argument;
    this.when[row + k] = this.#size;
    this.#trail[this.#size] = row + k;
    this.#size += 1;
  }

  /** Gives back what was taken since. */
  returnTo(time: number): void {
    while (this.#size > time) {
      this.#size -= 1;
      const at = this.#trail[this.#size]!;
      const i = Math.floor(at / this.m);
      this.count[i] = this.count[i]! + 1;
    }
  }
}
