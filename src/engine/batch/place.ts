import { Domains } from './domains.ts';
import type { FlatModel } from './flatmodel.ts';
import { BROKEN, FORBIDDEN, type Ground } from './ground.ts';
import { Neighbours } from './neighbours.ts';
import type { Standing } from './standing.ts';
import type { Sweep } from './sweep.ts';

/** Gains below these are noise of single precision. */
const TOLERANCE = 2e-6;
/** Looks at a placement that breaks a rule before it is given up. */
const REPAIRS = 2;
/** Locations tried for a variable before its application is given up. */
const ATTEMPTS = 24;
/** Orders tried for an application whose rules are hard to keep. */
const TRIES = 6;
/** Where there is no room. */
const FULL = 1e30;

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
    this.#neighbours = new Neighbours(model, ground, sweep.messages, standing);
  }

  /**
   * By messages alone, after a pass against the order; a broken rule is mended by looking at each variable again. False: some variable found
   * no place, or only one that breaks a rule; nothing is taken then. `full`: what it costs to stand where there is no room;
   * FULL: nobody may.
   */
  place(a: number, full = FULL): boolean {
    const { variableStart, order, paired } = this.#model;
    const { rows, wide, layout } = this.#ground;
    const row = wide[0]!;
    let broken = false;
    for (let turn = variableStart[a]!; turn < variableStart[a + 1]!; turn += 1) {
      const v = order[turn]!;
      if (paired[v] === 1) {
        this.#sweep.unary.withLater(v, row);
        this.#neighbours.addPlaced(a, v, row);
      } else this.#ahead(a, v, row);
      const p = this.#cheapest(v, row, FORBIDDEN / 2, full);
      if (p < 0) {
        this.lift(a);
        return false;
      }
      if (rows[row + p]! >= BROKEN / 2) broken = true;
      this.#standing.occupy(v, layout.location[p]!, 1);
    }
    for (let look = 0; broken && full === FULL && look < REPAIRS; look += 1) broken = this.shift(a).broken;
    if (broken) this.lift(a);
    return !broken;
  }

  #ahead(a: number, v: number, row: number): void {
    this.#sweep.unary.row(v, row);
    this.#neighbours.addAll(a, v, row);
  }

  /** The same, with hard rules followed to the variables that have no place yet; whoever finds none comes first in the next try. */
  placeConsistently(a: number, full = FULL): boolean {
    const { variableStart, order } = this.#model;
    const [first, end] = [variableStart[a]!, variableStart[a + 1]!];
    const turns = Array.from(order.subarray(first, end));
    for (let turn = 0; turn < TRIES; turn += 1) {
      const stuck = this.#placeInTurn(a, turns, full);
      if (stuck === undefined) return true;
      if (stuck < 0) return false;
      turns.unshift(...turns.splice(turns.indexOf(stuck), 1));
    }
    return false;
  }

  /** The variable that finds no place; -1 where the rules alone leave none. */
  #placeInTurn(a: number, turns: readonly number[], full: number): number | undefined {
    const { rows, wide, layout } = this.#ground;
    const row = wide[0]!;
    const domains = this.#domains;
    domains.enter(a);
    for (const v of turns) this.#keepRoomy(v, full);
    if (!domains.propagate([...turns])) return -1;
    for (const v of turns) {
      let placed = false;
      let tried = -1;
      for (let attempt = 0; !placed && attempt < ATTEMPTS; attempt += 1) {
        if (tried < 0) {
          this.#ahead(a, v, row);
          this.#crossOut(v, row);
        }
        const p = this.#cheapest(v, row, BROKEN / 2, full);
        if (p < 0) break;
        const k = layout.location[p]!;
        const mark = domains.mark();
        domains.fix(v, layout.group[k]!);
        placed = domains.propagate([v]);
        if (!placed) {
          domains.rollback(mark);
          domains.remove(v, layout.group[k]!);
          if (!domains.propagate([v])) break;
          tried = -1;
          continue;
        }
        this.#standing.occupy(v, k, 1);
        if (this.#leavesPlaces(a, v, full)) continue;
        placed = false;
        this.#standing.occupy(v, k, -1);
        domains.rollback(mark);
        rows[row + p] = FULL;
        tried = p;
      }
      if (placed) continue;
      this.lift(a);
      return v;
    }
    return undefined;
  }

  /** Whether every variable that shares a factor with v and has no place yet still has one that keeps all rules. */
  #leavesPlaces(a: number, v: number, full: number): boolean {
    const { ownStart, own, slotFactor, slotStart, slotVariable } = this.#model;
    const { kernels, wide, layout } = this.#ground;
    const row = wide[3]!;
    for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) {
      const f = slotFactor[own[e]!]!;
      for (let s = slotStart[f]!; s < slotStart[f + 1]!; s += 1) {
        const other = slotVariable[s]!;
        if (this.#standing.at[other]! >= 0) continue;
        this.#sweep.unary.row(other, row);
        this.#neighbours.addPlaced(a, other, row);
        this.#crossOut(other, row);
        this.crossOutFull(other, row, full);
        if (!(kernels.least(row, layout.positions) < BROKEN / 2)) return false;
      }
    }
    return true;
  }

  /** Groups where the variable has a place with room now. */
  #keepRoomy(v: number, full: number): void {
    const { rows, layout, wide } = this.#ground;
    const row = wide[0]!;
    this.#sweep.unary.row(v, row);
    this.crossOutFull(v, row, full);
    for (let g = 0; g < layout.groups; g += 1) {
      let roomy = false;
      for (let p = layout.start[g]!; !roomy && p < layout.start[g + 1]!; p += 1)
        roomy = rows[row + p]! < FORBIDDEN / 2;
      if (!roomy) this.#domains.remove(v, g);
    }
  }

  /** Makes every position without room for the variable now dearer; by default nobody may stand there. */
  readonly crossOutFull = (v: number, row: number, full = FULL): void => {
    const { kernels, left, layout, resources } = this.#ground;
    for (let r = 0; r < resources; r += 1) {
      const amount = this.#model.demand[v * resources + r]!;
      if (amount > 0) kernels.forbid(row, left[r]!, amount, full, layout.positions);
    }
  };

  #crossOut(v: number, row: number): void {
    const { rows, layout } = this.#ground;
    for (let g = 0; g < layout.groups; g += 1)
      if (!this.#domains.allows(v, g)) rows.fill(FULL, row + layout.start[g]!, row + layout.start[g + 1]!);
  }

  /** Takes an application off. */
  lift(a: number): void {
    const { variableStart } = this.#model;
    const { at } = this.#standing;
    for (let v = variableStart[a]!; v < variableStart[a + 1]!; v += 1)
      if (at[v]! >= 0) this.#standing.occupy(v, at[v]!, -1);
  }

  /**
   * One look at every variable of a placed application, all others as they are; whether one moved, and whether
   * one still breaks a rule. After `sweep.enter`.
   */
  shift(a: number): { moved: boolean; broken: boolean } {
    const { variableStart, order } = this.#model;
    const { rows, wide, layout } = this.#ground;
    const { at } = this.#standing;
    const row = wide[0]!;
    let [moved, broken] = [false, false];
    for (let turn = variableStart[a]!; turn < variableStart[a + 1]!; turn += 1) {
      const v = order[turn]!;
      const here = at[v]!;
      this.#sweep.unary.row(v, row);
      this.#neighbours.addPlaced(a, v, row);
      const now = rows[row + layout.position[here]!]!;
      this.#standing.occupy(v, here, -1);
      const p = this.#cheapest(v, row, now - TOLERANCE);
      this.#standing.occupy(v, p < 0 ? here : layout.location[p]!, 1);
      if (p >= 0) moved = true;
      if ((p < 0 ? now : rows[row + p]!) >= BROKEN / 2) broken = true;
    }
    return { moved, broken };
  }

  /** The cheapest position below the limit with room; -1. What has none is crossed out in the row. */
  #cheapest(v: number, row: number, limit: number, full = FULL): number {
    const { rows, kernels, layout } = this.#ground;
    if (full < FULL) this.crossOutFull(v, row, full);
    let crossed = false;
    for (;;) {
      const least = kernels.least(row, layout.positions);
      if (!(least < limit)) return -1;
      const p = rows.indexOf(least, row) - row;
      if (full < FULL || this.#standing.fits(v, layout.location[p]!)) return p;
      if (crossed) rows[row + p] = FULL;
      else this.crossOutFull(v, row);
      crossed = true;
    }
  }
}
