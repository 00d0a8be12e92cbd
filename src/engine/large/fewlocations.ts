import type { Oriented } from './matrices.ts';
import type { LargeState } from './state.ts';
import { BIG, type Factor, LIMIT } from './terms.ts';

/** A matrix between the few, rows of the caller and rows of the callee. */
interface Small {
  readonly byCaller: Float32Array;
  readonly byCallee: Float32Array;
}

/**
 * A placement on the few locations that matter, with its costs in matrices small enough for the cache:
 * variables are lifted from their places and put to others.
 */
export class FewLocations {
  /** Position by local index; the first `targets` of them may be moved to. */
  readonly position: Int32Array;
  readonly targets: number;
  /** Local index by variable. */
  readonly at: Int32Array;
  readonly neighbours: readonly Int32Array[];
  cost = 0;
  readonly #state: LargeState;
  readonly #count: number;
  readonly #unary: Float32Array;
  readonly #delay: Small;
  readonly #volume: Small;
  readonly #loss: Small;
  readonly #hard: Float32Array;
  readonly #zone: Int32Array;
  readonly #use: Float64Array;
  readonly #room: Float64Array;
  readonly #members: readonly Int32Array[];
  readonly #factorsOf: readonly Int32Array[];
  readonly #outside: Int32Array;

  constructor(state: LargeState, positions: ArrayLike<number>) {
    const { n, R, labels, single, factors, matrices, unary, m, room, slotsOf } = state;
    const { f32 } = matrices.arena;
    this.#state = state;
    const chosen = new Set(Array.from(positions));
    for (let label = 0; label < labels; label += 1) if (single[label]! >= 0) chosen.add(single[label]!);
    this.targets = chosen.size;
    for (const { callerLocation } of factors)
      if (callerLocation >= 0) chosen.add(matrices.position[callerLocation]!);
    this.position = Int32Array.from(chosen);
    const count = this.position.length;
    this.#count = count;
    const index = new Map([...this.position].map((p, local) => [p, local]));
    this.at = Int32Array.from(positions, (p) => index.get(p)!);
    this.#outside = Int32Array.from(factors, ({ callerLocation }) =>
      callerLocation < 0 ? -1 : index.get(matrices.position[callerLocation]!)!,
    );
    this.#unary = new Float32Array(n * count);
    for (let i = 0; i < n; i += 1)
      for (let k = 0; k < count; k += 1) this.#unary[i * count + k] = f32[unary + i * m + this.position[k]!]!;
    const gather = (matrix: number): Float32Array => {
      const small = new Float32Array(count * count);
      for (let k = 0; k < count; k += 1)
        for (let l = 0; l < count; l += 1)
          small[k * count + l] = f32[matrix + this.position[k]! * m + this.position[l]!]!;
      return small;
    };
    const both = ({ byCaller, byCallee }: Oriented): Small => {
      const rows = gather(byCaller);
      return { byCaller: rows, byCallee: byCaller === byCallee ? rows : gather(byCallee) };
    };
    this.#delay = both(matrices.delay);
    this.#volume = both(matrices.volume);
    this.#loss = both(matrices.loss);
    this.#hard = matrices.hard === matrices.delay ? this.#delay.byCaller : gather(matrices.hard.byCaller);
    this.#zone = this.position.map((p) => matrices.zone[p]!);
    this.#room = new Float64Array(count * R);
    for (let k = 0; k < count; k += 1)
      for (let r = 0; r < R; r += 1) this.#room[k * R + r] = room[this.position[k]! * R + r]!;
    this.#use = new Float64Array(count * R);
    this.#members = factors.map(({ members }) => Int32Array.from(members));
    this.#factorsOf = slotsOf.map((own) => Int32Array.from(new Set(own.map(({ factor }) => factor))));
    this.neighbours = slotsOf.map((own, i) => {
      const all = new Set(own.flatMap(({ factor }) => [...factors[factor]!.members]));
      all.delete(i);
      return Int32Array.from(all);
    });
    for (let i = 0; i < n; i += 1) {
      this.#occupy(i, this.at[i]!, 1);
      this.cost += this.#unary[i * count + this.at[i]!]!;
    }
    factors.forEach((_, f) => {
      this.cost += this.#costOf(f);
    });
    state.work += n * count + 4 * count * count;
  }

  /** Returns what i cost where it was, its factors with what is lifted already left out. */
  lift(i: number): number {
    const here = this.at[i]!;
    let cost = this.#unary[i * this.#count + here]!;
    for (const f of this.#factorsOf[i]!) cost += this.#costOf(f);
    this.#occupy(i, here, -1);
    this.at[i] = -1;
    for (const f of this.#factorsOf[i]!) if (this.#state.factors[f]!.nearest) cost -= this.#costOf(f);
    return cost;
  }

  put(i: number, k: number): void {
    this.at[i] = k;
    this.#occupy(i, k, 1);
  }

  /**
   * into[k] = what lifted variable i adds on target k, its factors with lifted ones left out; Infinity where it
   * does not fit. O(factors of i x targets).
   */
  costsOf(i: number, into: Float64Array): void {
    const { R, demand, factors } = this.#state;
    const count = this.#count;
    const own = this.#factorsOf[i]!;
    for (let k = 0; k < this.targets; k += 1) into[k] = this.#unary[i * count + k]!;
    for (let each = 0; each < own.length; each += 1) {
      const f = own[each]!;
      const members = this.#members[f]!;
      const factor = factors[f]!;
      if (factor.nearest) this.#addNearest(i, f, into);
      else if (members[0] === i) this.#addPairs(factor, this.at[members[1]!]!, true, into);
      else this.#addPairs(factor, this.at[members[0]!]!, false, into);
    }
    for (let r = 0; r < R; r += 1) {
      const amount = demand[i * R + r]!;
      if (amount <= 0) continue;
      for (let k = 0; k < this.targets; k += 1)
        if (this.#use[k * R + r]! + amount > this.#room[k * R + r]!) into[k] = Number.POSITIVE_INFINITY;
    }
  }

  /** into[k] += cost of the pair with its other end on `there`; nothing where that is lifted. */
  #addPairs(factor: Factor, there: number, calls: boolean, into: Float64Array): void {
    if (there < 0) return;
    const { perMs, perVolume, perNat, limit } = factor;
    // Rows of the other end, whichever it is.
    const side = calls ? 'byCallee' : 'byCaller';
    const [delay, volume, loss] = [this.#delay[side], this.#volume[side], this.#loss[side]];
    const row = there * this.#count;
    const { targets } = this;
    if (perNat > 0)
      for (let k = 0; k < targets; k += 1)
        into[k] = into[k]! + perMs * delay[row + k]! + perVolume * volume[row + k]! + perNat * loss[row + k]!;
    else
      for (let k = 0; k < targets; k += 1)
        into[k] = into[k]! + perMs * delay[row + k]! + perVolume * volume[row + k]!;
    if (limit === LIMIT.None) return;
    for (let k = 0; k < this.targets; k += 1)
      if (calls ? this.#breaks(factor, k, there) : this.#breaks(factor, there, k)) into[k] = into[k]! + BIG;
  }

  #addNearest(i: number, f: number, into: Float64Array): void {
    const members = this.#members[f]!;
    const outside = this.#outside[f]!;
    const factor = this.#state.factors[f]!;
    const caller = outside >= 0 ? outside : this.at[members[0]!]!;
    const first = outside >= 0 ? 0 : 1;
    const calls = outside < 0 && members[0] === i;
    if (!calls && caller < 0) return;
    let known = Number.POSITIVE_INFINITY;
    if (!calls)
      for (let each = first; each < members.length; each += 1) {
        const there = this.at[members[each]!]!;
        if (there >= 0) known = Math.min(known, this.#pair(factor, caller, there));
      }
    for (let k = 0; k < this.targets; k += 1) {
      let least = calls ? Number.POSITIVE_INFINITY : this.#pair(factor, caller, k);
      for (let each = first; calls && each < members.length; each += 1) {
        const there = this.at[members[each]!]!;
        if (there >= 0) least = Math.min(least, this.#pair(factor, k, there));
      }
      if (known < least) least = known;
      if (least < Number.POSITIVE_INFINITY)
        into[k] = into[k]! + least - (known < Number.POSITIVE_INFINITY ? known : 0);
    }
  }

  #occupy(i: number, k: number, sign: 1 | -1): void {
    const { R, demand } = this.#state;
    for (let r = 0; r < R; r += 1)
      this.#use[k * R + r] = Math.max(0, this.#use[k * R + r]! + sign * demand[i * R + r]!);
  }

  /** For a nearest-factor the cheapest callee stands for the nearest. Of members that are lifted it knows nothing. */
  #costOf(f: number): number {
    const factor = this.#state.factors[f]!;
    const members = this.#members[f]!;
    const outside = this.#outside[f]!;
    const caller = outside >= 0 ? outside : this.at[members[0]!]!;
    if (caller < 0) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (let each = outside >= 0 ? 0 : 1; each < members.length; each += 1) {
      const there = this.at[members[each]!]!;
      if (there >= 0) least = Math.min(least, this.#pair(factor, caller, there));
    }
    return least < Number.POSITIVE_INFINITY ? least : 0;
  }

  #pair(factor: Factor, a: number, b: number): number {
    const { perMs, perVolume, perNat } = factor;
    const pair = a * this.#count + b;
    let cost = 0;
    if (perMs > 0) cost += perMs * this.#delay.byCaller[pair]!;
    if (perVolume > 0) cost += perVolume * this.#volume.byCaller[pair]!;
    if (perNat > 0) cost += perNat * this.#loss.byCaller[pair]!;
    return this.#breaks(factor, a, b) ? cost + BIG : cost;
  }

  #breaks({ limit, most }: Factor, a: number, b: number): boolean {
    switch (limit) {
      case LIMIT.None:
        return false;
      case LIMIT.Delay:
        return this.#hard[a * this.#count + b]! > most;
      case LIMIT.SameLocation:
        return a !== b;
      case LIMIT.OtherLocation:
        return a === b;
      case LIMIT.OtherZone:
        return this.#zone[a] === this.#zone[b];
    }
  }
}
