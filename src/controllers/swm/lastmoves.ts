import type { AppState } from '../../snapshot/appstate.ts';

/** When apps were last moved, ms since the epoch: what cooldown and budget are counted from. */
export class LastMoves {
  readonly #at = new Map<string, number>();
  readonly #states: ReadonlyMap<string, AppState>;

  constructor(states: ReadonlyMap<string, AppState>) {
    this.#states = states;
    for (const [id, { plan }] of states) {
      const at = Date.parse(plan?.spec.decision?.movedAt ?? '');
      if (!Number.isNaN(at)) this.#at.set(id, at);
    }
  }

  of(id: string): number | undefined {
    return this.#at.get(id);
  }

  /** Of the other apps of its namespace. */
  othersOf({ id, namespace }: AppState): number[] {
    return [...this.#at].flatMap(([other, at]) =>
      other !== id && this.#states.get(other)?.namespace === namespace ? [at] : [],
    );
  }

  moved(id: string, at: number): void {
    this.#at.set(id, at);
  }
}
