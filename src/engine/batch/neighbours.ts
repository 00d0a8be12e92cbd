import { type FlatModel, KIND, RULE } from './flatmodel.ts';
import { BROKEN, FORBIDDEN, type Ground } from './ground.ts';
import type { Oriented } from './matrices.ts';
import type { Messages } from './message.ts';

/**
 * What a variable's factors cost it by position: exactly where their other ends have a place, as the messages
 * say where they have none yet.
 */
export class Neighbours {
  readonly #model: FlatModel;
  readonly #ground: Ground;
  readonly #messages: Messages;
  /** Position by variable; -1 where it has none. */
  readonly #at: Int32Array;

  constructor(model: FlatModel, ground: Ground, messages: Messages, at: Int32Array) {
    this.#model = model;
    this.#ground = ground;
    this.#messages = messages;
    this.#at = at;
  }

  /** Adds exact costs to placed neighbours, and messages of the others where `ahead`. */
  add(a: number, v: number, row: number, ahead: boolean): void {
    const { ownStart, own, slotFactor, slotStart } = this.#model;
    const { arena, layout, narrow, groupOf } = this.#ground;
    const { kernels, f32 } = arena;
    const told = narrow[3]!;
    let any = false;
    for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) {
      const slot = own[e]!;
      const f = slotFactor[slot]!;
      const [first, end] = [slotStart[f]!, slotStart[f + 1]!];
      if (this.#exact(a, f, slot, first, end, row) || !ahead) continue;
      if (!any) f32.fill(0, told, told + layout.stride);
      any = true;
      kernels.addScaled(told, this.#told(f, slot, first), 1, layout.stride);
    }
    if (!any) return;
    if (layout.single) kernels.addScaled(row, told, 1, layout.positions);
    else kernels.expand(row, told, groupOf, layout.positions);
  }

  /** The message of a factor; for one of two parts it knows where the other part is. */
  #told(f: number, slot: number, first: number): number {
    const { slotVariable, kind, share } = this.#model;
    const { arena, layout, narrow } = this.#ground;
    const { kernels, f32 } = arena;
    const messages = this.#messages;
    const { stride, groups, group } = layout;
    const two = kind[f] === KIND.Callers || kind[f] === KIND.Callees;
    const sibling = slot === first + 1 ? first + 2 : first + 1;
    const there = two && slot !== first ? this.#at[slotVariable[sibling]!]! : -1;
    if (there < 0) return messages.at(slot);
    const [given, spare, out] = [narrow[0]!, narrow[1]!, narrow[4]!];
    const g = group[there]!;
    if (kind[f] === KIND.Callees) {
      messages.given(first, given);
      messages.product(f, given, out, true);
      const used = f32[out + g]!;
      for (let h = 0; h < groups; h += 1) f32[out + h] = Math.min(f32[out + h]!, used);
      return out;
    }
    // Where the callee would be: what it gave, and its channel from the other part.
    f32.fill(FORBIDDEN, spare, spare + stride);
    f32[spare + g] = 0;
    messages.product(f, spare, out, true, share[slotVariable[sibling]!]!);
    messages.given(first, given);
    kernels.addScaled(given, out, 1, stride);
    messages.product(f, given, out, false, share[slotVariable[slot]!]!);
    return out;
  }

  /** Adds what factor f costs its slot by position; false where its other ends have no place yet. */
  #exact(a: number, f: number, slot: number, first: number, end: number, row: number): boolean {
    const { slotVariable, kind, share } = this.#model;
    const { arena, layout, wide } = this.#ground;
    const { kernels, f32 } = arena;
    const at = this.#at;
    const { positions } = layout;
    if (kind[f] === KIND.Pair) {
      const other = at[slotVariable[slot === first ? first + 1 : first]!]!;
      if (other < 0) return false;
      this.#addCosts(a, f, other, slot !== first, row);
      return true;
    }
    if (kind[f] === KIND.Callers) {
      if (slot !== first) {
        const callee = at[slotVariable[first]!]!;
        if (callee < 0) return false;
        this.#addCosts(a, f, callee, false, row, share[slotVariable[slot]!]!);
        return true;
      }
      let any = false;
      for (let s = first + 1; s < end; s += 1) {
        const caller = at[slotVariable[s]!]!;
        if (caller < 0) continue;
        any = true;
        this.#addCosts(a, f, caller, true, row, share[slotVariable[s]!]!);
      }
      return any;
    }
    const near = wide[1]!;
    if (slot === first) {
      const best = wide[2]!;
      let known = false;
      for (let s = first + 1; s < end; s += 1) {
        const callee = at[slotVariable[s]!]!;
        if (callee < 0) continue;
        const into = known ? near : best;
        f32.fill(0, into, into + positions);
        this.#addCosts(a, f, callee, false, into);
        if (known) kernels.lowerTo(best, near, 0, positions);
        known = true;
      }
      if (known) kernels.addScaled(row, best, 1, positions);
      return known;
    }
    const caller = at[slotVariable[first]!]!;
    if (caller < 0) return false;
    f32.fill(0, near, near + positions);
    this.#addCosts(a, f, caller, true, near);
    let elsewhere = Number.POSITIVE_INFINITY;
    for (let s = first + 1; s < end; s += 1) {
      const callee = at[slotVariable[s]!]!;
      if (s !== slot && callee >= 0) elsewhere = Math.min(elsewhere, f32[near + callee]!);
    }
    if (elsewhere < Number.POSITIVE_INFINITY) {
      const flat = wide[2]!;
      f32.fill(elsewhere, flat, flat + positions);
      kernels.lowerTo(near, flat, 0, positions);
    }
    kernels.addScaled(row, near, 1, positions);
    return true;
  }

  /** Cost of f by position, its other end at position q; `caller`: the caller is at q. */
  #addCosts(a: number, f: number, q: number, caller: boolean, into: number, share = 1): void {
    const { perMs, perGB, perNat, maxDelay, rule, apps } = this.#model;
    const { arena, layout, network, zoneOf } = this.#ground;
    const { kernels, f32 } = arena;
    const { positions, location } = layout;
    switch (rule[f]) {
      case RULE.SameLocation: {
        const here = f32[into + q]!;
        kernels.addConstant(into, BROKEN, positions);
        f32[into + q] = here;
        return;
      }
      case RULE.OtherLocation:
        f32[into + q] = f32[into + q]! + BROKEN;
        return;
      case RULE.OtherZone: {
        const zone = zoneOf[q]!;
        for (let p = 0; p < positions; p += 1)
          if (zoneOf[p] === zone && location[p]! >= 0) f32[into + p] = f32[into + p]! + BROKEN;
        return;
      }
      default:
    }
    const { cost, carbon } = apps[a]!.factor;
    const at = (of: Oriented) => (caller ? of.byCaller : of.byCallee) + q * positions;
    const limited = maxDelay[f]! < Number.POSITIVE_INFINITY;
    kernels.addCosts(
      into,
      positions,
      1,
      at(network.delay),
      at(network.usd),
      at(network.grams),
      at(network.hard),
      perMs[f]! * share,
      perGB[f]! * cost * share,
      perGB[f]! * carbon * share,
      Math.min(maxDelay[f]! + 1e-9, 3e38),
      BROKEN,
      true,
      limited,
    );
    if (perNat[f]! > 0) kernels.addScaled(into, at(network.loss), perNat[f]! * share, positions);
  }
}
