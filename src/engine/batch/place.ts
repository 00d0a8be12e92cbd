import { Domains } from './domains.ts';
import type { FlatModel } from './flatmodel.ts';
import { BROKEN, FORBIDDEN, type Ground } from './ground.ts';
import { Neighbours } from './neighbours.ts';
import type { Sweep } from './sweep.ts';

/** Gains below these are noise of single precision. */
const TOLERANCE = 2e-6;
/** Looks at a placement that breaks a rule before it is given up. */
const REPAIRS = 2;
/** Groups tried for a variable before its application is given up. */
const ATTEMPTS = 12;

/** Where everybody is, and what is used; positions, not locations. */
export interface Standing {
  /** Position by variable; -1 where it has none. */
  readonly at: Int32Array;
  /** Position by resource. */
  readonly used: Float64Array;
  readonly room: Float64Array;
}

/**
 * Places one application of a batch in what is left: variable after variable in the order of the sweeps, each
 * where its own cost, the exact cost to what is placed and the messages of what is not are least in sum, and
 * where there is room. Messages look ahead; prices keep room for those to whom it is worth more.
 */
export class Placer {
  readonly #model: FlatModel;
  readonly #ground: Ground;
  readonly #sweep: Sweep;
  readonly #standing: Standing;
  readonly #domains: Domains;
  readonly #neighbours: Neighbours;

  constructor(model: FlatModel, ground: Ground, sweep: Sweep, standing: Standing) {
    this.#model = model;
    this.#ground = ground;
    this.#sweep = sweep;
    this.#standing = standing;
    this.#domains = new Domains(model, ground);
    this.#neighbours = new Neighbours(model, ground, sweep.messages, standing.at);
  }

  /** After `sweep.enter`. False: some variable found no place, or only one that breaks a rule; nothing is taken then. */
  place(a: number): boolean {
    return this.#greedy(a) || this.#consistent(a);
  }

  /** By messages alone; a broken rule is mended by looking at each variable again. */
  #greedy(a: number): boolean {
    const { variableStart, order } = this.#model;
    const { arena, wide } = this.#ground;
    const row = wide[0]!;
    let broken = false;
    for (let turn = variableStart[a]!; turn < variableStart[a + 1]!; turn += 1) {
      const v = order[turn]!;
      this.#sweep.unary.row(a, v, row);
      this.#neighbours.add(a, v, row, true);
      const p = this.#cheapest(v, row, FORBIDDEN / 2);
      if (p < 0) {
        this.lift(a);
        return false;
      }
      if (arena.f32[row + p]! >= BROKEN / 2) broken = true;
      this.#occupy(v, p, 1);
    }
    for (let look = 0; broken && look < REPAIRS; look += 1) broken = this.shift(a).broken;
    if (broken) this.lift(a);
    return !broken;
  }

  /** The same, with hard rules followed to the variables that have no place yet. */
  #consistent(a: number): boolean {
    const { variableStart, order } = this.#model;
    const { wide, layout } = this.#ground;
    const row = wide[0]!;
    const domains = this.#domains;
    const [first, end] = [variableStart[a]!, variableStart[a + 1]!];
    domains.enter(a);
    for (let v = first; v < end; v += 1) this.#keepRoomy(a, v);
    if (!domains.propagate(Array.from({ length: end - first }, (_, i) => first + i))) return false;
    for (let turn = first; turn < end; turn += 1) {
      const v = order[turn]!;
      let placed = false;
      for (let attempt = 0; !placed && attempt < ATTEMPTS; attempt += 1) {
        this.#sweep.unary.row(a, v, row);
        this.#neighbours.add(a, v, row, true);
        this.#crossOut(v, row);
        const p = this.#cheapest(v, row, BROKEN / 2);
        if (p < 0) break;
        const mark = domains.mark();
        domains.fix(v, layout.group[p]!);
        placed = domains.propagate([v]);
        if (placed) this.#occupy(v, p, 1);
        else {
          domains.rollback(mark);
          domains.remove(v, layout.group[p]!);
          if (!domains.propagate([v])) break;
        }
      }
      if (placed) continue;
      this.lift(a);
      return false;
    }
    return true;
  }

  /** Groups where the variable has a place with room now. */
  #keepRoomy(a: number, v: number): void {
    const { arena, layout, wide } = this.#ground;
    const row = wide[0]!;
    this.#sweep.unary.row(a, v, row);
    for (let g = 0; g < layout.groups; g += 1) {
      let roomy = false;
      for (let p = layout.start[g]!; !roomy && p < layout.start[g + 1]!; p += 1)
        roomy = arena.f32[row + p]! < FORBIDDEN / 2 && this.#fits(v, p);
      if (!roomy) this.#domains.remove(v, g);
    }
  }

  /** Forbids every position without room for the variable now. */
  crossOutFull(v: number, row: number): void {
    const { arena, layout } = this.#ground;
    for (let p = 0; p < layout.positions; p += 1) if (!this.#fits(v, p)) arena.f32[row + p] = FORBIDDEN;
  }

  #crossOut(v: number, row: number): void {
    const { arena, layout } = this.#ground;
    for (let g = 0; g < layout.groups; g += 1)
      if (!this.#domains.allows(v, g))
        arena.f32.fill(3e38, row + layout.start[g]!, row + layout.start[g + 1]!);
  }

  /** Takes an application off. */
  lift(a: number): void {
    const { variableStart } = this.#model;
    const { at } = this.#standing;
    for (let v = variableStart[a]!; v < variableStart[a + 1]!; v += 1)
      if (at[v]! >= 0) this.#occupy(v, at[v]!, -1);
  }

  /** Puts an application where it was. */
  restore(a: number, kept: ArrayLike<number>): void {
    const first = this.#model.variableStart[a]!;
    for (let v = 0; v < kept.length; v += 1) this.#occupy(first + v, kept[v]!, 1);
  }

  /** One look at every variable of a placed application, all others as they are; whether one moved, and whether one still breaks a rule. After `sweep.enter`. */
  shift(a: number): { moved: boolean; broken: boolean } {
    const { variableStart, order } = this.#model;
    const { arena, wide } = this.#ground;
    const { f32 } = arena;
    const { at } = this.#standing;
    const row = wide[0]!;
    let [moved, broken] = [false, false];
    for (let turn = variableStart[a]!; turn < variableStart[a + 1]!; turn += 1) {
      const v = order[turn]!;
      const here = at[v]!;
      this.#sweep.unary.row(a, v, row);
      this.#neighbours.add(a, v, row, false);
      const now = f32[row + here]!;
      this.#occupy(v, here, -1);
      const p = this.#cheapest(v, row, now - TOLERANCE);
      this.#occupy(v, p < 0 ? here : p, 1);
      if (p >= 0) moved = true;
      if ((p < 0 ? now : f32[row + p]!) >= BROKEN / 2) broken = true;
    }
    return { moved, broken };
  }

  #occupy(v: number, p: number, sign: number): void {
    const { at, used } = this.#standing;
    const R = this.#model.resources;
    for (let r = 0; r < R; r += 1) used[p * R + r] = used[p * R + r]! + sign * this.#model.demand[v * R + r]!;
    at[v] = sign > 0 ? p : -1;
  }

  /** The cheapest position below the limit with room; -1. What has none is crossed out in the row. */
  #cheapest(v: number, row: number, limit: number): number {
    const { arena, layout } = this.#ground;
    const { kernels, f32 } = arena;
    for (;;) {
      const least = kernels.least(row, layout.positions);
      if (!(least < limit)) return -1;
      const p = f32.indexOf(least, row) - row;
      if (layout.location[p]! >= 0 && this.#fits(v, p)) return p;
      f32[row + p] = 3e38;
    }
  }

  #fits(v: number, p: number): boolean {
    const { used, room } = this.#standing;
    const { demand, resources: R } = this.#model;
    for (let r = 0; r < R; r += 1) {
      const amount = demand[v * R + r]!;
      if (amount > 0 && used[p * R + r]! + amount > room[p * R + r]!) return false;
    }
    return true;
  }
}
