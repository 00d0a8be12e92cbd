import type { Budget } from '../budget.ts';
import type { Gqap } from '../gqap/gqap.ts';
import { LocalSearch } from '../large/localsearch.ts';
import { LargeState } from '../large/state.ts';
import type { Placement } from '../model/evaluate.ts';
import { Kicks } from './kicks.ts';
import type { Touched } from './livemodel.ts';
import { takeOver } from './liverows.ts';
import { Narrowed } from './narrowed.ts';

/**
 * Search around one placement on the few locations that it is likely to use: its rows are short, and stay in
 * the cache, so that in the time of a decision it looks at several times as many moves.
 */
export class LiveSearch {
  readonly #narrowed: Narrowed;
  readonly #state: LargeState;
  readonly #search: LocalSearch;
  readonly #kicks: Kicks;

  constructor(gqap: Gqap, locations: Iterable<number>, at: Placement, seed: number) {
    this.#narrowed = new Narrowed(gqap, locations);
    this.#state = new LargeState(this.#narrowed.gqap);
    this.#search = new LocalSearch(this.#state);
    this.#kicks = new Kicks(this.#state, this.#search, seed);
    this.start(at);
  }

  get locations(): Int32Array {
    return this.#narrowed.kept;
  }

  knows(k: number): boolean {
    return this.#narrowed.indexOf(k) >= 0;
  }

  start(at: Placement): void {
    this.#search.start(
      at.map((k) => this.#position(k)),
      [],
    );
  }

  /** What changed at a location that it knows. */
  follow(touched: Touched): void {
    takeOver(this.#state, this.#search, this.#narrowed.gqap, this.#narrowed.follow(touched));
  }

  /** Where it stands. */
  placed(): Placement {
    const { location } = this.#state.matrices;
    return this.#search.at.map((p) => this.#narrowed.kept[location[p]!]!);
  }

  /**
   * Local search near the locations, then groups on them, then handfuls around; `accept` is asked of every
   * placement that seems better, and what it refuses is undone.
   */
  improve(locations: readonly number[], budget: Budget, accept: (at: Placement) => boolean): void {
    const state = this.#state;
    let counted = state.work;
    const stop = () => {
      budget.spend(state.work - counted);
      counted = state.work;
      return budget.exhausted();
    };
    const taken = () => accept(this.placed());
    const places = locations.filter((k) => this.knows(k)).map((k) => this.#position(k));
    const near = this.#near(places);
    for (const i of near) this.#search.flag(i);
    this.#search.run(stop);
    taken();
    this.#kicks.hold();
    for (const p of places)
      for (const group of this.#kicks.groupsOn(p)) if (!stop()) this.#kicks.moveGroup(group, stop, taken);
    while (near.length > 0 && !stop()) this.#kicks.throwNear(near, stop, taken);
    stop();
  }

  /** Variables on the positions, and those that would be better off there. */
  #near(places: readonly number[]): number[] {
    const { n, m, table } = this.#state;
    const { f32 } = this.#state.matrices.arena;
    const { at } = this.#search;
    const near: number[] = [];
    for (let i = 0; i < n; i += 1) {
      const row = table + i * m;
      if (places.some((p) => at[i] === p || f32[row + p]! < f32[row + at[i]!]!)) near.push(i);
    }
    return near;
  }

  #position(k: number): number {
    return this.#state.matrices.position[this.#narrowed.indexOf(k)]!;
  }
}
