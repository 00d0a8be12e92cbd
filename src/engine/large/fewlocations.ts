import type { LargeState } from './state.ts';
import { BIG, type Factor, LIMIT } from './terms.ts';

/**
 * A placement on the few locations that matter, with its costs in matrices small enough for the cache, and
 * moves that can be undone. A move that does not fit, or is hopeless by its own costs, changes nothing and
 * costs Infinity.
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
  readonly #delay: Float32Array;
  readonly #volume: Float32Array;
  readonly #loss: Float32Array;
  readonly #hard: Float32Array;
  readonly #zone: Int32Array;
  readonly #use: Float64Array;
  readonly #room: Float64Array;
  readonly #members: readonly Int32Array[];
  readonly #factorsOf: readonly Int32Array[];
  readonly #costs: Float64Array;
  readonly #outside: Int32Array;
  /** The move that is not decided yet. */
  readonly #changed: Int32Array;
  readonly #after: Float64Array;
  #changes = 0;
  #moved: readonly [number, number, number, number] = [-1, 0, -1, 0];
  #delta = 0;

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
    this.#delay = gather(matrices.delay.byCaller);
    this.#volume = gather(matrices.volume.byCaller);
    this.#loss = gather(matrices.loss.byCaller);
    this.#hard = matrices.hard === matrices.delay ? this.#delay : gather(matrices.hard.byCaller);
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
    this.#costs = new Float64Array(factors.length);
    factors.forEach((_, f) => {
      this.#costs[f] = this.#costOf(f);
      this.cost += this.#costs[f]!;
    });
    this.#changed = new Int32Array(factors.length);
    this.#after = new Float64Array(factors.length);
    state.work += n * count + 4 * count * count;
  }

  /** Variable i to a local index. */
  shift(i: number, to: number, hopeless: number): number {
    this.#changes = 0;
    this.#moved = NOTHING;
    const from = this.at[i]!;
    if (to === from || !this.#fits(i, to, -1)) return Number.POSITIVE_INFINITY;
    const own = this.#unary[i * this.#count + to]! - this.#unary[i * this.#count + from]!;
    if (own > hopeless) return Number.POSITIVE_INFINITY;
    this.#moved = [i, from, -1, 0];
    this.at[i] = to;
    this.#delta = own + this.#look(i, -1);
    return this.#delta;
  }

  /** Variables i and j change places. */
  exchange(i: number, j: number, hopeless: number): number {
    this.#changes = 0;
    this.#moved = NOTHING;
    const [a, b] = [this.at[i]!, this.at[j]!];
    if (a === b || !this.#fits(i, b, j) || !this.#fits(j, a, i)) return Number.POSITIVE_INFINITY;
    const unary = this.#unary;
    const [one, two] = [i * this.#count, j * this.#count];
    const own = unary[one + b]! - unary[one + a]! + unary[two + a]! - unary[two + b]!;
    if (own > hopeless) return Number.POSITIVE_INFINITY;
    this.#moved = [i, a, j, b];
    this.at[i] = b;
    this.at[j] = a;
    this.#delta = own + this.#look(i, -1) + this.#look(j, i);
    return this.#delta;
  }

  undo(): void {
    const [i, a, j, b] = this.#moved;
    if (i >= 0) this.at[i] = a;
    if (j >= 0) this.at[j] = b;
  }

  keep(): void {
    const [i, a, j, b] = this.#moved;
    if (i < 0) return;
    this.cost += this.#delta;
    for (let each = 0; each < this.#changes; each += 1)
      this.#costs[this.#changed[each]!] = this.#after[each]!;
    this.#occupy(i, a, -1);
    this.#occupy(i, this.at[i]!, 1);
    if (j < 0) return;
    this.#occupy(j, b, -1);
    this.#occupy(j, this.at[j]!, 1);
  }

  /** What the factors of i cost more than before; those that `seen` has as well were looked at. */
  #look(i: number, seen: number): number {
    const own = this.#factorsOf[i]!;
    let more = 0;
    for (let each = 0; each < own.length; each += 1) {
      const f = own[each]!;
      if (seen >= 0 && this.#members[f]!.includes(seen)) continue;
      const cost = this.#costOf(f);
      this.#changed[this.#changes] = f;
      this.#after[this.#changes] = cost;
      this.#changes += 1;
      more += cost - this.#costs[f]!;
    }
    return more;
  }

  #occupy(i: number, k: number, sign: 1 | -1): void {
    const { R, demand } = this.#state;
    for (let r = 0; r < R; r += 1)
      this.#use[k * R + r] = Math.max(0, this.#use[k * R + r]! + sign * demand[i * R + r]!);
  }

  #fits(i: number, k: number, without: number): boolean {
    const { R, demand } = this.#state;
    for (let r = 0; r < R; r += 1) {
      const amount = demand[i * R + r]!;
      if (amount <= 0) continue;
      const left = without < 0 ? 0 : demand[without * R + r]!;
      if (this.#use[k * R + r]! - left + amount > this.#room[k * R + r]!) return false;
    }
    return true;
  }

  /** For a nearest-factor the cheapest callee stands for the nearest. */
  #costOf(f: number): number {
    const factor = this.#state.factors[f]!;
    const members = this.#members[f]!;
    const outside = this.#outside[f]!;
    if (!factor.nearest) return this.#pair(factor, this.at[members[0]!]!, this.at[members[1]!]!);
    const caller = outside >= 0 ? outside : this.at[members[0]!]!;
    let least = Number.POSITIVE_INFINITY;
    for (let each = outside >= 0 ? 0 : 1; each < members.length; each += 1)
      least = Math.min(least, this.#pair(factor, caller, this.at[members[each]!]!));
    return least;
  }

  #pair({ perMs, perVolume, perNat, limit, most }: Factor, a: number, b: number): number {
    const pair = a * this.#count + b;
    let cost = 0;
    if (perMs > 0) cost += perMs * this.#delay[pair]!;
    if (perVolume > 0) cost += perVolume * this.#volume[pair]!;
    if (perNat > 0) cost += perNat * this.#loss[pair]!;
    switch (limit) {
      case LIMIT.None:
        return cost;
      case LIMIT.Delay:
        return this.#hard[pair]! > most ? cost + BIG : cost;
      case LIMIT.SameLocation:
        return a === b ? cost : cost + BIG;
      case LIMIT.OtherLocation:
        return a === b ? cost + BIG : cost;
      case LIMIT.OtherZone:
        return this.#zone[a] === this.#zone[b] ? cost + BIG : cost;
    }
  }
}

const NOTHING: readonly [number, number, number, number] = [-1, 0, -1, 0];
