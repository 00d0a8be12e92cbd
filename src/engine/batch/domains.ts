import { type FlatModel, KIND, RULE } from './flatmodel.ts';
import type { Ground } from './ground.ts';
import { limitOf } from './message.ts';

/**
 * Groups that the variables of one application may still use, as hard rules allow: arc consistency
 * (Mackworth 1977) over limits on delay, same location and apartness. Messages weigh rules softly and lose
 * sight of them around cycles; this does not, but knows no costs.
 */
export class Domains {
  readonly #model: FlatModel;
  readonly #ground: Ground;
  /** 1 where allowed, variable of the application by group. */
  #allowed = new Uint8Array(0);
  #count = new Int32Array(0);
  #first = 0;
  #undo: number[] = [];

  constructor(model: FlatModel, ground: Ground) {
    this.#model = model;
    this.#ground = ground;
  }

  enter(a: number): void {
    const { variableStart } = this.#model;
    const { groups } = this.#ground.layout;
    this.#first = variableStart[a]!;
    const variables = variableStart[a + 1]! - this.#first;
    if (this.#allowed.length < variables * groups) this.#allowed = new Uint8Array(2 * variables * groups);
    if (this.#count.length < variables) this.#count = new Int32Array(2 * variables);
    this.#allowed.fill(1, 0, variables * groups);
    this.#count.fill(groups, 0, variables);
    this.#undo.length = 0;
  }

  allows(v: number, g: number): boolean {
    return this.#allowed[(v - this.#first) * this.#ground.layout.groups + g] === 1;
  }

  remove(v: number, g: number): void {
    const at = (v - this.#first) * this.#ground.layout.groups + g;
    if (this.#allowed[at] === 0) return;
    this.#allowed[at] = 0;
    this.#count[v - this.#first]! -= 1;
    this.#undo.push(at);
  }

  /** What `rollback` goes back to. */
  mark(): number {
    return this.#undo.length;
  }

  rollback(mark: number): void {
    const { groups } = this.#ground.layout;
    while (this.#undo.length > mark) {
      const at = this.#undo.pop()!;
      this.#allowed[at] = 1;
      this.#count[Math.floor(at / groups)]! += 1;
    }
  }

  /** Variable v is in group g. */
  fix(v: number, g: number): void {
    for (let h = 0; h < this.#ground.layout.groups; h += 1) if (h !== g) this.remove(v, h);
  }

  /** Until nothing more follows; false where some variable has no group left. */
  propagate(changed: number[]): boolean {
    const { ownStart, own, slotFactor, slotStart, slotVariable } = this.#model;
    while (changed.length > 0) {
      const v = changed.pop()!;
      if (this.#count[v - this.#first] === 0) return false;
      for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) {
        const f = slotFactor[own[e]!]!;
        if (!this.#isHard(f)) continue;
        for (let s = slotStart[f]!; s < slotStart[f + 1]!; s += 1) {
          const other = slotVariable[s]!;
          if (other === v) continue;
          const before = this.#count[other - this.#first]!;
          this.#revise(f, s);
          const after = this.#count[other - this.#first]!;
          if (after === 0) return false;
          if (after < before) changed.push(other);
        }
      }
    }
    return true;
  }

  #isHard(f: number): boolean {
    return this.#model.rule[f] !== RULE.Any || this.#model.maxDelay[f]! < Number.POSITIVE_INFINITY;
  }

  /** Removes groups of the slot's variable that the others leave no partner for. O(groups squared) */
  #revise(f: number, slot: number): void {
    const { slotStart, slotVariable, kind } = this.#model;
    const { groups } = this.#ground.layout;
    const v = slotVariable[slot]!;
    const first = slotStart[f]!;
    const end = slotStart[f + 1]!;
    const callersFirst = kind[f] !== KIND.Callers;
    for (let g = 0; g < groups; g += 1) {
      if (!this.allows(v, g)) continue;
      let kept: boolean;
      if (slot === first) {
        // A caller needs one callee in reach; a callee of two parts is needed by both.
        let [some, all] = [false, true];
        for (let s = first + 1; s < end; s += 1) {
          if (this.#reaches(f, g, slotVariable[s]!, callersFirst)) some = true;
          else all = false;
        }
        kept = callersFirst ? some : all;
      } else {
        kept = this.#reaches(f, g, slotVariable[first]!, !callersFirst);
        if (!kept && (kind[f] === KIND.Callees || kind[f] === KIND.Nearest))
          kept = this.#otherServes(f, first, slot, end);
      }
      if (!kept) this.remove(v, g);
    }
  }

  /** Whether some group that `other` may use goes with g; `caller`: g is the caller's. */
  #reaches(f: number, g: number, other: number, caller: boolean): boolean {
    const { groups } = this.#ground.layout;
    for (let h = 0; h < groups; h += 1)
      if (this.allows(other, h) && (caller ? this.#goes(f, g, h) : this.#goes(f, h, g))) return true;
    return false;
  }

  /** Whether f allows some location of g, its caller's, with some of h. */
  #goes(f: number, g: number, h: number): boolean {
    const { rows, layout, least } = this.#ground;
    const { zone, stride, groups, locations } = layout;
    switch (this.#model.rule[f]) {
      case RULE.SameLocation:
        return g === h;
      case RULE.OtherLocation:
        return g !== h || groups < locations;
      case RULE.OtherZone:
        return zone[g]! < 0 || zone[g] !== zone[h];
      default:
        return g === h || rows[least.hard.byCaller + g * stride + h]! <= limitOf(this.#model.maxDelay[f]!);
    }
  }

  /** Whether another part may be the one that the caller uses. */
  #otherServes(f: number, first: number, slot: number, end: number): boolean {
    const { slotVariable } = this.#model;
    const { groups } = this.#ground.layout;
    const caller = slotVariable[first]!;
    for (let s = first + 1; s < end; s += 1) {
      if (s === slot) continue;
      for (let g = 0; g < groups; g += 1)
        if (this.allows(caller, g) && this.#reaches(f, g, slotVariable[s]!, true)) return true;
    }
    return false;
  }
}
