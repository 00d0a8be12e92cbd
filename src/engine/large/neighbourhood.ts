import { randomOf } from '../exact/random.ts';
import type { LocalSearch } from './localsearch.ts';
import type { LargeState } from './state.ts';

/**
 * Large neighbourhood search (Shaw 1998): a connected handful of variables is thrown to cheap places at
 * random and repaired by local search; what is not better is undone.
 */
export class NeighbourhoodSearch {
  readonly #state: LargeState;
  readonly #search: LocalSearch;
  readonly #random: () => number;
  steps = 0;

  constructor(state: LargeState, search: LocalSearch, seed: number) {
    this.#state = state;
    this.#search = search;
    this.#random = randomOf(seed);
  }

  step(stop: () => boolean): void {
    const { n, m, slotsOf, slotsIn, table } = this.#state;
    const { f32 } = this.#state.matrices.arena;
    const random = this.#random;
    this.steps += 1;
    const before = this.#search.at.slice();
    const cost = this.#cost();
    const size = 2 + Math.floor(random() * 6);
    const chosen = new Set([Math.floor(random() * n)]);
    for (const i of chosen) {
      for (const { factor } of slotsOf[i]!)
        for (const { variable } of slotsIn[factor]!) if (chosen.size < size) chosen.add(variable);
    }
    const targets = [...chosen].map(
      (i) => this.#search.at[slotsIn[slotsOf[i]![0]?.factor ?? 0]?.[0]?.variable ?? i]!,
    );
    for (const i of chosen) {
      const p = targets[Math.floor(random() * targets.length)]!;
      if (f32[table + i * m + p]! < 1) this.#search.move(i, p);
    }
    this.#search.run(stop, { confirm: false });
    if (this.#cost() > cost - 1e-7) for (let i = 0; i < n; i += 1) this.#search.move(i, before[i]!);
  }

  #cost(): number {
    const { n, m, table, unary } = this.#state;
    const { f32 } = this.#state.matrices.arena;
    let sum = 0;
    for (let i = 0; i < n; i += 1)
      sum += f32[table + i * m + this.#search.at[i]!]! + f32[unary + i * m + this.#search.at[i]!]!;
    return sum / 2;
  }
}
