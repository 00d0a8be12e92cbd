import { randomOf } from '../exact/random.ts';
import type { LocalSearch } from '../large/localsearch.ts';
import { addPlaced } from '../large/placed.ts';
import { addRow, pairAt } from '../large/product.ts';
import type { LargeState } from '../large/state.ts';
import { BIG } from '../large/terms.ts';

/** Largest group that moves as one, and places that it tries. */
const LARGEST_GROUP = 16;
const PLACES = 3;
/** Variables of a random neighbourhood at most, and what a better placement saves at least. */
const LARGEST_KICK = 8;
const SAVED = 2e-6;

/**
 * Ways out of a local optimum near what changed: groups of neighbours that share a location go elsewhere as
 * one, to where that costs least, and connected handfuls are thrown to where they cost little on their own
 * (Shaw 1998); local search follows, and what is not better, or not accepted by who asked, is undone.
 */
export class Kicks {
  readonly #state: LargeState;
  readonly #search: LocalSearch;
  readonly #neighbours: readonly (readonly number[])[];
  readonly #random: () => number;
  readonly #before: Int32Array;
  readonly #use: Float64Array;
  readonly #rows: Float32Array;
  #cost = 0;

  constructor(state: LargeState, search: LocalSearch, seed: number) {
    const { slotsOf, slotsIn } = state;
    this.#state = state;
    this.#search = search;
    this.#random = randomOf(seed);
    this.#before = new Int32Array(state.n);
    this.#use = new Float64Array(state.m * state.R);
    this.#rows = new Float32Array(state.n * state.m);
    this.#neighbours = slotsOf.map((own, i) =>
      [...new Set(own.flatMap(({ factor }) => slotsIn[factor]!.map(({ variable }) => variable)))].filter(
        (j) => j !== i,
      ),
    );
  }

  /** Connected groups among the variables on a position, the largest first; singles are left to shifts. */
  groupsOn(p: number): number[][] {
    const { n } = this.#state;
    const { at } = this.#search;
    const left = new Set<number>();
    for (let i = 0; i < n; i += 1) if (at[i] === p) left.add(i);
    const groups: number[][] = [];
    if (left.size > 2 && left.size <= LARGEST_GROUP) groups.push([...left]);
    for (const start of [...left]) {
      if (!left.delete(start)) continue;
      const group = [start];
      for (const i of group) for (const j of this.#neighbours[i]!) if (left.delete(j)) group.push(j);
      if (group.length > 1) groups.push(group.slice(0, LARGEST_GROUP));
    }
    return groups.sort((a, b) => b.length - a.length || a[0]! - b[0]!);
  }

  /** Moves a group to each of its cheapest other places in turn; true where one is better in the end. */
  moveGroup(group: readonly number[], stop: () => boolean, accept: () => boolean): boolean {
    let improved = false;
    for (const p of this.placesFor(group)) {
      if (stop()) return improved;
      const move = () => {
        for (const i of group) this.#search.move(i, p);
      };
      if (this.#try(move, stop, accept)) improved = true;
    }
    return improved;
  }

  /** Throws a connected handful around one of the variables to places that are cheap for one of them. */
  throwNear(seeds: readonly number[], stop: () => boolean, accept: () => boolean): boolean {
    const random = this.#random;
    const { at } = this.#search;
    const size = 2 + Math.floor(random() * (LARGEST_KICK - 1));
    const chosen = [seeds[Math.floor(random() * seeds.length)]!];
    const seen = new Set(chosen);
    for (const i of chosen) {
      const near = this.#neighbours[i]!;
      const from = near.length === 0 ? 0 : Math.floor(random() * near.length);
      for (let turn = 0; turn < near.length && chosen.length < size; turn += 1) {
        const j = near[(from + turn) % near.length]!;
        if (!seen.has(j)) chosen.push(j);
        seen.add(j);
      }
    }
    const targets = new Set<number>();
    for (const i of chosen) for (const j of this.#neighbours[i]!) if (at[j] !== at[i]) targets.add(at[j]!);
    const [p] = random() < 0.5 ? this.placesFor(chosen, 1 + Math.floor(random() * 4)).slice(-1) : [];
    const list = [...targets];
    const to = p ?? list[Math.floor(random() * list.length)];
    if (to === undefined) return false;
    return this.#try(
      () => {
        for (const i of chosen)
          if (this.#allowed(i, to) && (p !== undefined || random() < 0.8)) this.#search.move(i, to);
      },
      stop,
      accept,
    );
  }

  /** Of the placement as it stands, in units of the scale. O(variables + factors) */
  cost(): number {
    const { n, m, unary, factors, matrices } = this.#state;
    const { f32 } = matrices.arena;
    const { at } = this.#search;
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += f32[unary + i * m + at[i]!]!;
    for (const factor of factors) {
      const { members, nearest, callerLocation } = factor;
      const outside = callerLocation >= 0;
      const caller = outside ? matrices.position[callerLocation]! : at[members[0]!]!;
      let least = Number.POSITIVE_INFINITY;
      for (let each = nearest && outside ? 0 : 1; each < members.length; each += 1)
        least = Math.min(least, pairAt(this.#state, factor, caller, at[members[each]!]!));
      sum += least;
    }
    return sum;
  }

  #allowed(i: number, p: number): boolean {
    const { m, unary } = this.#state;
    return this.#state.matrices.arena.f32[unary + i * m + p]! < BIG;
  }

  /** What the search stands on, rows and all, is what refused moves come back to. O(variables x positions) */
  hold(): void {
    const { n, m, table, matrices } = this.#state;
    this.#rows.set(matrices.arena.f32.subarray(table, table + n * m));
    this.#before.set(this.#search.at);
    this.#use.set(this.#search.use);
    this.#cost = this.cost();
  }

  #try(change: () => void, stop: () => boolean, accept: () => boolean): boolean {
    const search = this.#search;
    change();
    search.run(stop, { confirm: false });
    const better = this.cost() < this.#cost - SAVED && !this.#overloaded() && accept();
    const moved = this.#neighbours.flatMap((near, i) => (search.at[i] === this.#before[i] ? [] : [near]));
    const { m, table, matrices } = this.#state;
    const { f32 } = matrices.arena;
    // Rows are copied back: moving back would change them by rounding, and have all of them looked at again.
    for (const i of new Set(moved.flat())) {
      const row = table + i * m;
      if (better) this.#rows.set(f32.subarray(row, row + m), i * m);
      else f32.set(this.#rows.subarray(i * m, (i + 1) * m), row);
    }
    if (better) {
      this.#before.set(search.at);
      this.#use.set(search.use);
      this.#cost = this.cost();
    } else {
      search.at.set(this.#before);
      search.use.set(this.#use);
    }
    return better;
  }

  #overloaded(): boolean {
    const { n, R, room } = this.#state;
    const { at, use } = this.#search;
    for (let i = 0; i < n; i += 1)
      for (let at_ = at[i]! * R; at_ < (at[i]! + 1) * R; at_ += 1)
        if (use[at_]! > room[at_]! * (1 + 1e-12) + 1e-12) return true;
    return false;
  }

  /** Where the group as a whole costs least, room kept, beside where it is; cheapest first. */
  placesFor(group: readonly number[], count = PLACES): number[] {
    const state = this.#state;
    const { m, table, wide, slotsOf, slotsIn, factors } = state;
    const { kernels, f32 } = state.matrices.arena;
    const { at } = this.#search;
    const [sum, own] = [wide[6]!, wide[7]!];
    const inside = new Set(group);
    const rows = { add: addRow, spare: [wide[3]!, wide[4]!] as const, length: m };
    f32.fill(0, sum, sum + m);
    for (const i of group) {
      kernels.addScaled(sum, table + i * m, 1, m);
      for (const slot of slotsOf[i]!) {
        const members = slotsIn[slot.factor]!;
        const factor = factors[slot.factor]!;
        if (factor.nearest) {
          // What caller and callee in the group cost one another is gone when they meet.
          const [caller, ...callees] = members.map(({ variable }) => variable);
          if (factor.callerLocation >= 0 || !inside.has(caller!) || !callees.some((j) => inside.has(j)))
            continue;
          f32.fill(0, own, own + m);
          addPlaced(state, slot, at, own, rows);
          kernels.addScaled(sum, own, -1, m);
          continue;
        }
        const calls = members[0] === slot;
        const j = members[calls ? 1 : 0]!.variable;
        if (!inside.has(j)) continue;
        // The row counts j where it is; together they meet.
        addRow(state, factor, calls ? 'Called' : 'Calling', at[j]!, sum, -1);
        if (calls && pairAt(state, factor, 0, 0) >= BIG) return [];
      }
    }
    state.work += group.length * m;
    const places: number[] = [];
    const taken = new Set(group.map((i) => at[i]!));
    const here = taken.size === 1 ? [...taken][0]! : -1;
    for (let tries = 0; places.length < count && tries < 24; tries += 1) {
      const least = kernels.least(sum, m);
      if (least >= BIG) break;
      const p = f32.indexOf(least, sum) - sum;
      f32[sum + p] = 1e6;
      if (p !== here && this.#holds(group, p)) places.push(p);
    }
    return places;
  }

  #holds(group: readonly number[], p: number): boolean {
    const { R, demand, room } = this.#state;
    const { at, use } = this.#search;
    for (let r = 0; r < R; r += 1) {
      let more = 0;
      for (const i of group) if (at[i] !== p) more += demand[i * R + r]!;
      if (more > 0 && use[p * R + r]! + more > room[p * R + r]!) return false;
    }
    return true;
  }
}
