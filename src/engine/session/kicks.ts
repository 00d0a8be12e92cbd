import { randomOf } from '../exact/random.ts';
import type { LocalSearch } from '../large/localsearch.ts';
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

  constructor(state: LargeState, search: LocalSearch, seed: number) {
    const { slotsOf, slotsIn } = state;
    this.#state = state;
    this.#search = search;
    this.#random = randomOf(seed);
    this.#before = new Int32Array(state.n);
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
    for (const p of this.#placesFor(group)) {
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
    const [p] = random() < 0.5 ? this.#placesFor(chosen, 1 + Math.floor(random() * 4)).slice(-1) : [];
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

  cost(): number {
    const { n, m, table, unary } = this.#state;
    const { f32 } = this.#state.matrices.arena;
    const { at } = this.#search;
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += f32[table + i * m + at[i]!]! + f32[unary + i * m + at[i]!]!;
    return sum / 2;
  }

  #allowed(i: number, p: number): boolean {
    const { m, unary } = this.#state;
    return this.#state.matrices.arena.f32[unary + i * m + p]! < BIG;
  }

  #try(change: () => void, stop: () => boolean, accept: () => boolean): boolean {
    const search = this.#search;
    const before = this.#before;
    before.set(search.at);
    const cost = this.cost();
    change();
    search.run(stop, { confirm: false });
    if (this.cost() < cost - SAVED && !this.#overloaded() && accept()) return true;
    for (let i = 0; i < before.length; i += 1) search.move(i, before[i]!);
    return false;
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
  #placesFor(group: readonly number[], count = PLACES): number[] {
    const state = this.#state;
    const { m, table, wide, slotsOf, slotsIn, factors } = state;
    const { kernels, f32 } = state.matrices.arena;
    const { at } = this.#search;
    const sum = wide[6]!;
    const inside = new Set(group);
    f32.fill(0, sum, sum + m);
    for (const i of group) {
      kernels.addScaled(sum, table + i * m, 1, m);
      for (const slot of slotsOf[i]!) {
        const members = slotsIn[slot.factor]!;
        const factor = factors[slot.factor]!;
        if (factor.nearest) continue;
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
