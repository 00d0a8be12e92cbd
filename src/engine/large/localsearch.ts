import { addPlaced } from './placed.ts';
import { addRow, pairAt } from './product.ts';
import type { LargeState } from './state.ts';
import { BIG } from './terms.ts';

/** Gains below these are noise of single precision. */
const SHIFT_TOLERANCE = 2e-6;
const PAIR_TOLERANCE = 4e-6;

/** Moves per variable in one run: more are a circle drawn by rounding. */
const MOST_MOVES = 40;

const WORK = { Shift: 1, Pair: 2, Swap: 4 } as const;
const ALL = WORK.Shift | WORK.Pair | WORK.Swap;

/**
 * Local search over one table of the cost of every variable on every position, all others as they are:
 * shifts, both ends of a pair to one position, swaps. Work flags: only variables whose row changed are looked
 * at again; when nothing is left all are flagged once more, for room that got free. `stop` is asked after
 * every variable, so that a deadline is overrun by one row at most.
 */
export class LocalSearch {
  readonly at: Int32Array;
  readonly use: Float64Array;
  moves = 0;
  readonly #state: LargeState;
  readonly #flags: Uint8Array;
  readonly #neighbours: readonly (readonly number[])[];
  readonly #nearest: readonly boolean[];

  constructor(state: LargeState) {
    const { n, m, R, slotsOf, slotsIn, factors } = state;
    this.#state = state;
    this.at = new Int32Array(n);
    this.use = new Float64Array(m * R);
    this.#flags = new Uint8Array(n);
    this.#neighbours = slotsOf.map((own, i) =>
      [...new Set(own.flatMap(({ factor }) => slotsIn[factor]!.map(({ variable }) => variable)))].filter(
        (j) => j !== i,
      ),
    );
    this.#nearest = slotsOf.map((own) => own.some(({ factor }) => factors[factor]!.nearest));
  }

  /** Starts from a placement; `flagged` alone are looked at first, all where absent. O(factors x positions). */
  start(at: ArrayLike<number>, flagged?: readonly number[]): void {
    const { n } = this.#state;
    this.at.set(at);
    this.use.fill(0);
    for (let i = 0; i < n; i += 1) this.#occupy(i, this.at[i]!, 1);
    for (let i = 0; i < n; i += 1) this.refresh(i);
    this.#flags.fill(flagged ? 0 : ALL);
    for (const i of flagged ?? []) this.#flags[i] = ALL;
  }

  flag(i: number): void {
    this.#flags[i] = ALL;
  }

  /** Takes variables from their places; their rows then tell what each position costs without the others. */
  lift(variables: readonly number[]): void {
    for (const i of variables) this.#occupy(i, this.at[i]!, -1);
    for (const i of variables) this.at[i] = -1;
    for (const i of variables) this.refresh(i);
  }

  /** Puts what was lifted to positions. */
  settle(variables: readonly number[], positions: readonly number[]): void {
    variables.forEach((i, each) => {
      this.at[i] = positions[each]!;
      this.#occupy(i, positions[each]!, 1);
    });
    this.moves += variables.length;
    for (const i of new Set(variables.flatMap((each) => [each, ...this.#neighbours[each]!]))) {
      this.refresh(i);
      this.#flags[i] = ALL;
    }
  }

  /** Row of variable i anew from unary costs and neighbours. */
  refresh(i: number): void {
    const state = this.#state;
    const { m, unary, table, slotsOf, wide } = state;
    const row = table + i * m;
    state.matrices.arena.f32.copyWithin(row, unary + i * m, unary + (i + 1) * m);
    const rows = { add: addRow, spare: [wide[3]!, wide[4]!] as const, length: m };
    for (const slot of slotsOf[i]!) addPlaced(state, slot, this.at, row, rows);
  }

  /** Until nothing helps, or `stop`. `confirm`: all variables are looked at once more before the end. */
  run(stop: () => boolean, { swaps = true, confirm = true } = {}): void {
    const { order } = this.#state;
    const kinds = swaps ? ALL : WORK.Shift | WORK.Pair;
    let before = this.moves;
    const most = before + MOST_MOVES * this.#state.n;
    for (;;) {
      let busy = false;
      for (const kind of [WORK.Shift, WORK.Pair, WORK.Swap]) {
        if ((kind & kinds) === 0) continue;
        let moved = false;
        for (const i of order) {
          if ((this.#flags[i]! & kind) === 0) continue;
          if (stop() || this.moves >= most) return;
          this.#flags[i] = this.#flags[i]! & ~kind;
          const done =
            kind === WORK.Shift ? this.#shift(i) : kind === WORK.Pair ? this.#pair(i) : this.#swap(i);
          moved ||= done;
        }
        busy ||= moved;
        // Cheap moves first: only when they are through are the dear ones tried.
        if (moved && kind !== WORK.Shift) break;
      }
      if (busy) continue;
      if (!confirm || this.moves === before) return;
      before = this.moves;
      this.#flags.fill(ALL);
    }
  }

  #occupy(i: number, p: number, sign: 1 | -1): void {
    const { R, demand } = this.#state;
    for (let r = 0; r < R; r += 1)
      this.use[p * R + r] = Math.max(0, this.use[p * R + r]! + sign * demand[i * R + r]!);
  }

  /** Whether the positions' room holds i at p, once `without` has left it. */
  fits(i: number, p: number, without = -1): boolean {
    const { R, demand, room } = this.#state;
    for (let r = 0; r < R; r += 1) {
      const amount = demand[i * R + r]!;
      if (amount <= 0) continue;
      const left = without < 0 ? 0 : demand[without * R + r]!;
      if (this.use[p * R + r]! - left + amount > room[p * R + r]!) return false;
    }
    return true;
  }

  /** Whether i is where there is too little room of what it uses: what uses none of it may as well stay. */
  overloads(i: number): boolean {
    const { R, demand, room } = this.#state;
    const p = this.at[i]!;
    for (let r = 0; r < R; r += 1)
      if (demand[i * R + r]! > 0 && this.use[p * R + r]! > room[p * R + r]! * (1 + 1e-12) + 1e-12)
        return true;
    return false;
  }

  move(i: number, p: number): void {
    const before = this.at[i]!;
    if (before === p) return;
    this.moves += 1;
    this.#occupy(i, before, -1);
    this.#occupy(i, p, 1);
    this.at[i] = p;
    this.#flags[i] = ALL;
    const { m, table, slotsOf, slotsIn, factors } = this.#state;
    for (const j of this.#neighbours[i]!) {
      this.#flags[j] = ALL;
      if (this.#nearest[j] || slotsOf[j]!.length <= 3) {
        this.refresh(j);
        continue;
      }
      for (const slot of slotsOf[j]!) {
        const members = slotsIn[slot.factor]!;
        const calls = members[0] !== slot;
        if (members[calls ? 0 : 1]!.variable !== i) continue;
        const direction = calls ? 'Calling' : 'Called';
        addRow(this.#state, factors[slot.factor]!, direction, p, table + j * m, 1);
        addRow(this.#state, factors[slot.factor]!, direction, before, table + j * m, -1);
      }
    }
  }

  #shift(i: number): boolean {
    const { m, table } = this.#state;
    const { kernels, f32 } = this.#state.matrices.arena;
    const row = table + i * m;
    const here = this.at[i]!;
    const now = f32[row + here]!;
    let best = this.overloads(i) ? now + BIG / 2 : now - SHIFT_TOLERANCE;
    let to = -1;
    for (let p = kernels.nextBelow(row, 0, m, best); p < m; p = kernels.nextBelow(row, p + 1, m, best)) {
      if (p === here || !this.fits(i, p)) continue;
      best = f32[row + p]!;
      to = p;
    }
    this.#state.work += m >> 2;
    if (to < 0) return false;
    this.move(i, to);
    return true;
  }

  /** Variable i and one of its neighbours to one position. */
  #pair(i: number): boolean {
    const state = this.#state;
    const { m, table, wide } = state;
    const { kernels, f32 } = state.matrices.arena;
    if (this.#nearest[i]) return false;
    const sum = wide[5]!;
    for (const j of this.#neighbours[i]!) {
      if (this.#nearest[j]) continue;
      const [here, there] = [this.at[i]!, this.at[j]!];
      f32.copyWithin(sum, table + i * m, table + (i + 1) * m);
      kernels.addScaled(sum, table + j * m, 1, m);
      let between = 0;
      let meet = 0;
      for (const slot of state.slotsOf[i]!) {
        const members = state.slotsIn[slot.factor]!;
        const factor = state.factors[slot.factor]!;
        const calls = members[0] === slot;
        if (members[calls ? 1 : 0]!.variable !== j) continue;
        // Row of i given j where it is, and of j given i where it is: neither holds after the move.
        addRow(state, factor, calls ? 'Called' : 'Calling', there, sum, -1);
        addRow(state, factor, calls ? 'Calling' : 'Called', here, sum, -1);
        between += calls ? pairAt(state, factor, here, there) : pairAt(state, factor, there, here);
        meet += pairAt(state, factor, 0, 0);
      }
      if (meet >= BIG) continue;
      let best = f32[table + i * m + here]! + f32[table + j * m + there]! - between - meet - PAIR_TOLERANCE;
      if (this.overloads(i) || this.overloads(j)) best += BIG / 2;
      let to = -1;
      for (let p = kernels.nextBelow(sum, 0, m, best); p < m; p = kernels.nextBelow(sum, p + 1, m, best)) {
        if (!this.#fitBoth(i, j, p)) continue;
        best = f32[sum + p]!;
        to = p;
      }
      state.work += m;
      if (to < 0) continue;
      this.move(i, to);
      this.move(j, to);
      return true;
    }
    return false;
  }

  #fitBoth(i: number, j: number, p: number): boolean {
    const { R, demand, room } = this.#state;
    for (let r = 0; r < R; r += 1) {
      let more = this.use[p * R + r]!;
      if (this.at[i] !== p) more += demand[i * R + r]!;
      if (this.at[j] !== p) more += demand[j * R + r]!;
      if (demand[i * R + r]! + demand[j * R + r]! > 0 && more > room[p * R + r]!) return false;
    }
    return true;
  }

  /** Variable i changes places with one that it shares no factor with. */
  #swap(i: number): boolean {
    const { n, m, table } = this.#state;
    const { f32 } = this.#state.matrices.arena;
    const here = this.at[i]!;
    const now = f32[table + i * m + here]!;
    let best = -PAIR_TOLERANCE;
    let other = -1;
    for (let j = 0; j < n; j += 1) {
      const there = this.at[j]!;
      if (there === here) continue;
      const gain =
        f32[table + i * m + there]! - now + f32[table + j * m + here]! - f32[table + j * m + there]!;
      if (gain >= best || this.#neighbours[i]!.includes(j)) continue;
      if (!this.fits(i, there, j) || !this.fits(j, here, i)) continue;
      best = gain;
      other = j;
    }
    this.#state.work += n;
    if (other < 0) return false;
    const there = this.at[other]!;
    this.move(i, there);
    this.move(other, here);
    return true;
  }
}
