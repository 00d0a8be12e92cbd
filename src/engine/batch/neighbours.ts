import { type FlatModel, KIND, RULE } from './flatmodel.ts';
import { BROKEN, type Ends, type Ground } from './ground.ts';
import type { Messages } from './message.ts';
import type { Standing } from './standing.ts';

/**
 * What a variable's factors cost it by position: exactly where their other ends have a place, as the messages
 * say where they have none yet.
 */
export class Neighbours {
  readonly #model: FlatModel;
  readonly #ground: Ground;
  readonly #messages: Messages;
  readonly #standing: Standing;

  constructor(model: FlatModel, ground: Ground, messages: Messages, standing: Standing) {
    this.#model = model;
    this.#ground = ground;
    this.#messages = messages;
    this.#standing = standing;
  }

  /** Adds exact costs to placed neighbours. */
  addPlaced(a: number, v: number, row: number): void {
    const { ownStart, own } = this.#model;
    for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) this.#exact(a, own[e]!, row);
  }

  /** The same, and the messages of factors whose other ends have no place yet. */
  addAll(a: number, v: number, row: number): void {
    const { ownStart, own } = this.#model;
    const { kernels, layout } = this.#ground;
    for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) {
      const slot = own[e]!;
      if (!this.#exact(a, slot, row)) kernels.addScaled(row, this.#told(a, slot), 1, layout.positions);
    }
  }

  /** Position of a variable; -1 where it has none. */
  #at(v: number): number {
    const k = this.#standing.at[v]!;
    return k < 0 ? -1 : this.#ground.layout.position[k]!;
  }

  /** The message of a factor; for one of two parts it knows where the other part is. */
  #told(a: number, slot: number): number {
    const { slotVariable, slotFactor, slotStart, kind, share } = this.#model;
    const { rows, kernels, layout, wide, zero } = this.#ground;
    const messages = this.#messages;
    const { positions } = layout;
    const f = slotFactor[slot]!;
    const first = slotStart[f]!;
    const two = kind[f] === KIND.Callers || kind[f] === KIND.Callees;
    const sibling = slot === first + 1 ? first + 2 : first + 1;
    const there = two && slot !== first ? this.#at(slotVariable[sibling]!) : -1;
    if (there < 0) return messages.at(slot);
    const [given, out] = [wide[1]!, wide[2]!];
    messages.given(first, given);
    if (kind[f] === KIND.Callees) {
      messages.product(f, given, out, true);
      kernels.lowerTo(out, zero, rows[out + there]!, positions);
      return out;
    }
    // Where the callee would be: what it gave, and its channel from the other part.
    this.#addCosts(a, f, there, true, given, share[slotVariable[sibling]!]!);
    messages.product(f, given, out, false, share[slotVariable[slot]!]!);
    return out;
  }

  /** Adds what the factor of a slot costs it by position; false where its other ends have no place yet. */
  #exact(a: number, slot: number, row: number): boolean {
    const { slotVariable, slotFactor, slotStart, kind, share } = this.#model;
    const { rows, kernels, layout, wide, zero } = this.#ground;
    const { positions } = layout;
    const f = slotFactor[slot]!;
    const [first, end] = [slotStart[f]!, slotStart[f + 1]!];
    if (kind[f] === KIND.Pair) {
      const other = this.#at(slotVariable[slot === first ? first + 1 : first]!);
      if (other < 0) return false;
      this.#addCosts(a, f, other, slot !== first, row);
      return true;
    }
    if (kind[f] === KIND.Callers) {
      if (slot !== first) {
        const callee = this.#at(slotVariable[first]!);
        if (callee < 0) return false;
        this.#addCosts(a, f, callee, false, row, share[slotVariable[slot]!]!);
        return true;
      }
      let any = false;
      for (let s = first + 1; s < end; s += 1) {
        const caller = this.#at(slotVariable[s]!);
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
        const callee = this.#at(slotVariable[s]!);
        if (callee < 0) continue;
        const into = known ? near : best;
        rows.fill(0, into, into + positions);
        this.#addCosts(a, f, callee, false, into);
        if (known) kernels.lowerTo(best, near, 0, positions);
        known = true;
      }
      if (known) kernels.addScaled(row, best, 1, positions);
      return known;
    }
    const caller = this.#at(slotVariable[first]!);
    if (caller < 0) return false;
    rows.fill(0, near, near + positions);
    this.#addCosts(a, f, caller, true, near);
    let elsewhere = Number.POSITIVE_INFINITY;
    for (let s = first + 1; s < end; s += 1) {
      const callee = this.#at(slotVariable[s]!);
      if (s !== slot && callee >= 0) elsewhere = Math.min(elsewhere, rows[near + callee]!);
    }
    if (elsewhere < Number.POSITIVE_INFINITY) kernels.lowerTo(near, zero, elsewhere, positions);
    kernels.addScaled(row, near, 1, positions);
    return true;
  }

  /** Cost of f by position, its other end at position q; `caller`: the caller is at q. */
  #addCosts(a: number, f: number, q: number, caller: boolean, into: number, share = 1): void {
    const { perMs, perGB, perNat, maxDelay, rule, apps } = this.#model;
    const { rows, kernels, layout, network, locationClass, zoneClass } = this.#ground;
    const { positions } = layout;
    if (rule[f] !== RULE.Any) {
      const classes = rule[f] === RULE.OtherZone ? zoneClass : locationClass;
      const there = rows[classes + q]!;
      const same = rule[f] === RULE.SameLocation;
      for (let p = 0; p < positions; p += 1)
        if ((rows[classes + p] === there) !== same) rows[into + p] = rows[into + p]! + BROKEN;
      return;
    }
    const { cost, carbon } = apps[a]!.factor;
    const { delay, usd, grams, loss, hard } = network!;
    const at = (of: Ends) => (caller ? of.byCaller : of.byCallee) + q * positions;
    kernels.addCosts(
      into,
      positions,
      at(delay),
      at(usd),
      at(grams),
      at(loss),
      at(hard),
      perMs[f]! * share,
      perGB[f]! * cost * share,
      perGB[f]! * carbon * share,
      perNat[f]! * share,
      Math.min(maxDelay[f]! + 1e-9, 3e38),
      BROKEN,
      maxDelay[f]! < Number.POSITIVE_INFINITY,
    );
  }
}
