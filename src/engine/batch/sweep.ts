import type { FlatModel } from './flatmodel.ts';
import { FORBIDDEN, type Ground } from './ground.ts';
import { Messages } from './message.ts';
import { Unary } from './unary.ts';

/** What the relaxation asks of every location, position by resource, and how sharply it chooses. */
export interface SoftDemand {
  readonly use: Float64Array;
  /** Places that cost up to so much more than the least have a share. */
  readonly width: number;
}

export interface PassOptions {
  /** Adds what the relaxation asks for. */
  readonly soft?: SoftDemand;
  /** Forbids more places in the row of a variable. */
  readonly forbid?: (v: number, row: number) => void;
}

/**
 * Sequential tree-reweighted message passing (Kolmogorov 2006) of one application after the other, under
 * prices of room that all of them share. Each variable gives an equal part of its costs to the factors that
 * lead on, and they say on what that means for their other ends.
 */
export class Sweep {
  readonly unary: Unary;
  readonly messages: Messages;
  readonly #model: FlatModel;
  readonly #ground: Ground;

  constructor(model: FlatModel, ground: Ground) {
    this.#model = model;
    this.#ground = ground;
    this.unary = new Unary(model, ground);
    this.messages = new Messages(model, ground);
  }

  /** Before the sweeps of an application, or under other prices. */
  enter(a: number, priced: boolean): void {
    this.unary.enter(a, priced);
    this.messages.enter(a);
  }

  /** One direction; returns the bound of the application before what its room costs. O(factors x groups squared + variables x positions). */
  pass(a: number, forward: boolean, { soft, forbid }: PassOptions = {}): number {
    const { variableStart, ownStart, own, slotFactor, slotStart, slotVariable, order, rank } = this.#model;
    const { arena, layout, wide, narrow } = this.#ground;
    const { kernels } = arena;
    const { stride } = layout;
    const [first, end] = [variableStart[a]!, variableStart[a + 1]!];
    const row = wide[0]!;
    const theta = narrow[2]!;
    let bound = 0;
    for (let turn = 0; turn < end - first; turn += 1) {
      const v = order[forward ? first + turn : end - 1 - turn]!;
      this.unary.row(a, v, row);
      forbid?.(v, row);
      this.theta(v, row, theta);
      const least = kernels.least(theta, stride);
      if (soft) this.#demand(v, row, theta, least, soft);
      // Factors that lead on, and those that end here.
      let [ahead, behind] = [0, 0];
      for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) {
        const f = slotFactor[own[e]!]!;
        let [later, earlier] = [0, 0];
        for (let s = slotStart[f]!; s < slotStart[f + 1]!; s += 1) {
          const other = rank[slotVariable[s]!]!;
          if (other > rank[v]!) later = 1;
          else if (other < rank[v]!) earlier = 1;
        }
        ahead += forward ? later : earlier;
        behind += forward ? earlier : later;
      }
      const part = 1 / Math.max(1, ahead, behind);
      bound += (1 - ahead * part) * least;
      if (ahead === 0) continue;
      for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) {
        const slot = own[e]!;
        const next = this.#next(slot, v, forward);
        if (next < 0) continue;
        kernels.addScaled(this.messages.at(slot), theta, -part, stride);
        this.messages.send(slotFactor[slot]!, next);
      }
    }
    return bound;
  }

  /** Own cost of each group, the least of its positions, and all messages. */
  theta(v: number, row: number, theta: number): void {
    const { ownStart, own } = this.#model;
    const { arena, layout, starts } = this.#ground;
    const { kernels, f32 } = arena;
    const { stride, groups } = layout;
    if (layout.single) f32.copyWithin(theta, row, row + stride);
    else kernels.zoneLeast(theta, row, row, 0, starts, groups);
    for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1)
      kernels.addScaled(theta, this.messages.at(own[e]!), 1, stride);
    for (let g = groups; g < stride; g += 1) f32[theta + g] = FORBIDDEN;
  }

  /** The nearest later slot of the factor in the order of the sweep; -1. */
  #next(slot: number, v: number, forward: boolean): number {
    const { slotFactor, slotStart, slotVariable, rank } = this.#model;
    const f = slotFactor[slot]!;
    let next = -1;
    for (let s = slotStart[f]!; s < slotStart[f + 1]!; s += 1) {
      const away = forward ? rank[slotVariable[s]!]! - rank[v]! : rank[v]! - rank[slotVariable[s]!]!;
      if (away <= 0) continue;
      if (next < 0) next = s;
      else {
        const known = rank[slotVariable[next]!]!;
        const other = rank[slotVariable[s]!]!;
        if (forward ? other < known : other > known) next = s;
      }
    }
    return next;
  }

  /** Places near the least share the demand, the nearer the more: prices that follow it settle. */
  #demand(v: number, row: number, theta: number, least: number, { use, width }: SoftDemand): void {
    const { layout, arena, resources } = this.#ground;
    const { f32 } = arena;
    const { start, groups, single } = layout;
    const { demand } = this.#model;
    const most = least + width;
    let sum = 0;
    for (let pass = 0; pass < 2; pass += 1) {
      for (let g = 0; g < groups; g += 1) {
        if (f32[theta + g]! >= most) continue;
        // Of a single location the row itself is the group.
        const above = single ? 0 : this.#above(row, theta, g);
        for (let p = start[g]!; p < start[g + 1]!; p += 1) {
          const value = single ? f32[theta + g]! : f32[row + p]! + above;
          if (value >= most) continue;
          const weight = (1 - (value - least) / width) ** 2;
          if (pass === 0) sum += weight;
          else
            for (let r = 0; r < resources; r += 1)
              use[p * resources + r] = use[p * resources + r]! + (weight / sum) * demand[v * resources + r]!;
        }
      }
    }
  }

  /** What the messages add in a group. */
  #above(row: number, theta: number, g: number): number {
    const { layout, arena } = this.#ground;
    const { f32 } = arena;
    let low = f32[row + layout.start[g]!]!;
    for (let p = layout.start[g]! + 1; p < layout.start[g + 1]!; p += 1)
      if (f32[row + p]! < low) low = f32[row + p]!;
    return f32[theta + g]! - low;
  }
}
