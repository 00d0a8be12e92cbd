import { type FlatModel, KIND, RULE } from './flatmodel.ts';
import { BROKEN, FORBIDDEN, type Ground } from './ground.ts';
import type { Oriented } from './matrices.ts';

const NO_MATRIX = { matrix: 0, limit: 0, limited: false };

/** Which matrix a hard rule of factor f is held against between groups. */
export function limitOf({ rule, maxDelay }: FlatModel, { network }: Ground, f: number, byCaller: boolean) {
  switch (rule[f]) {
    case RULE.SameLocation:
      return { matrix: network.differs, limit: 0.5, limited: true };
    case RULE.OtherLocation:
      return { matrix: network.sameLocation, limit: 0.5, limited: true };
    case RULE.OtherZone:
      return { matrix: network.sameZone, limit: 0.5, limited: true };
    default: {
      if (maxDelay[f] === Number.POSITIVE_INFINITY) return NO_MATRIX;
      const { hard } = network.least;
      // Widened: single precision must not forbid what is allowed.
      const limit = Math.min(maxDelay[f]! * (1 + 3e-7) + 1e-9, 3e38);
      return { matrix: byCaller ? hard.byCaller : hard.byCallee, limit, limited: true };
    }
  }
}

/**
 * Messages between groups. A slot's message is what its factor says to its variable; all of them together
 * are always a reparametrisation: the sum of the least of every variable and of every factor, each with its
 * messages, bounds what any placement costs from below, whatever the messages are.
 */
export class Messages {
  readonly #model: FlatModel;
  readonly #ground: Ground;

  constructor(model: FlatModel, ground: Ground) {
    this.#model = model;
    this.#ground = ground;
  }

  at(slot: number): number {
    return this.#ground.messages + slot * this.#ground.layout.stride;
  }

  /** USD and grams weigh differently in every application. O(groups squared) */
  enter(a: number): void {
    const { arena, layout, network } = this.#ground;
    const { kernels, f32 } = arena;
    const { cost, carbon } = this.#model.apps[a]!.factor;
    const length = layout.stride * layout.stride;
    for (const side of ['byCaller', 'byCallee'] as const) {
      const into = network.volume[side];
      f32.fill(0, into, into + length);
      kernels.addScaled(into, network.least.usd[side], cost, length);
      kernels.addScaled(into, network.least.grams[side], carbon, length);
    }
  }

  /** The message of a factor to one of its slots, from what the others gave it. */
  send(f: number, to: number): void {
    const { slotStart, kind } = this.#model;
    const { narrow } = this.#ground;
    const first = slotStart[f]!;
    const given = narrow[0]!;
    switch (kind[f]) {
      case KIND.Pair:
        this.given(to === first ? first + 1 : first, given);
        this.product(f, given, this.at(to), to !== first);
        break;
      case KIND.Nearest:
        if (to === first) this.#toCaller(f, first);
        else this.#toCallee(f, first, to);
        break;
      case KIND.Callees:
        if (to === first) this.#toCallerOfTwo(f, first);
        else this.#toOneOfTwo(f, first, to);
        break;
      default:
        if (to === first) this.#toCalleeOfTwo(f, first);
        else this.#toCallerOfPair(f, first, to);
    }
    this.#pad(this.at(to), 0);
  }

  /** What a slot's variable gave to the factor. */
  given(slot: number, into: number): void {
    const { arena, layout } = this.#ground;
    arena.kernels.negate(into, this.at(slot), layout.stride);
    this.#pad(into, FORBIDDEN);
  }

  /** out = least over the groups of given + cost of f; `byCaller`: given is by the caller's group. O(groups squared) */
  product(f: number, given: number, out: number, byCaller: boolean, share = 1): void {
    const { arena, layout, network } = this.#ground;
    const { perMs, perGB, perNat } = this.#model;
    const { matrix, limit, limited } = limitOf(this.#model, this.#ground, f, byCaller);
    const side = (of: Oriented) => (byCaller ? of.byCaller : of.byCallee);
    arena.kernels.message(
      given,
      out,
      layout.stride,
      layout.stride,
      side(network.least.delay),
      side(network.volume),
      side(network.least.loss),
      matrix,
      perMs[f]! * share,
      perGB[f]! * share,
      perNat[f]! * share,
      limit,
      BROKEN,
      perNat[f]! > 0,
      limited,
    );
  }

  #pad(row: number, value: number): void {
    const { arena, layout } = this.#ground;
    for (let g = layout.groups; g < layout.stride; g += 1) arena.f32[row + g] = value;
  }

  /** What a callee gave at least. */
  #leastGiven(slot: number): number {
    const { arena, layout } = this.#ground;
    const { f32 } = arena;
    const at = this.at(slot);
    let most = f32[at]!;
    for (let g = 1; g < layout.groups; g += 1) if (f32[at + g]! > most) most = f32[at + g]!;
    return -most;
  }

  /** The caller uses the nearest of the callees; the others cost what they gave at least. */
  #toCaller(f: number, first: number): void {
    const { arena, layout, narrow } = this.#ground;
    const end = this.#model.slotStart[f + 1]!;
    const { stride } = layout;
    const out = this.at(first);
    const [given, near] = [narrow[0]!, narrow[1]!];
    let all = 0;
    for (let s = first + 1; s < end; s += 1) all += this.#leastGiven(s);
    arena.f32.fill(FORBIDDEN, out, out + stride);
    for (let s = first + 1; s < end; s += 1) {
      this.given(s, given);
      this.product(f, given, near, false);
      arena.kernels.lowerTo(out, near, all - this.#leastGiven(s), stride);
    }
  }

  /** Either the caller uses this callee, or another one: then this one is free to be anywhere. */
  #toCallee(f: number, first: number, to: number): void {
    const { arena, layout, narrow } = this.#ground;
    const { f32 } = arena;
    const end = this.#model.slotStart[f + 1]!;
    const { stride, groups } = layout;
    const out = this.at(to);
    const [given, near] = [narrow[0]!, narrow[1]!];
    this.given(first, given);
    this.product(f, given, near, true);
    let all = 0;
    for (let s = first + 1; s < end; s += 1) if (s !== to) all += this.#leastGiven(s);
    let elsewhere = FORBIDDEN;
    for (let s = first + 1; s < end; s += 1) {
      if (s === to) continue;
      const own = this.at(s);
      let least = FORBIDDEN;
      for (let g = 0; g < groups; g += 1) least = Math.min(least, f32[near + g]! - f32[own + g]!);
      elsewhere = Math.min(elsewhere, least + all - this.#leastGiven(s));
    }
    f32.fill(elsewhere, out, out + stride);
    arena.kernels.lowerTo(out, near, all, stride);
  }

  /** What groups are compared by where two parts must be apart. */
  classesOf(f: number): number {
    const { zoneClass, locationClass } = this.#ground;
    return this.#model.apart[f] === RULE.OtherZone ? zoneClass : locationClass;
  }

  /** into[g] += the least of row over the groups of another class. O(groups) */
  addLeastApart(into: number, row: number, classes: number): void {
    const { arena, layout } = this.#ground;
    const { f32, i32 } = arena;
    const { groups } = layout;
    let [best, kind, second] = [FORBIDDEN, -1, FORBIDDEN];
    for (let g = 0; g < groups; g += 1) {
      const value = f32[row + g]!;
      const own = i32[classes + g]!;
      if (value < best) {
        if (own !== kind) second = best;
        [best, kind] = [value, own];
      } else if (own !== kind && value < second) second = value;
    }
    for (let g = 0; g < groups; g += 1)
      f32[into + g] = f32[into + g]! + (i32[classes + g] === kind ? second : best);
  }

  /** Caller of the nearest of two that are apart: one is used, the other is anywhere apart from it. */
  #toCallerOfTwo(f: number, first: number): void {
    const { arena, layout, narrow } = this.#ground;
    const [one, two, given] = [narrow[1]!, narrow[4]!, narrow[0]!];
    const classes = this.classesOf(f);
    this.given(first + 1, one);
    this.given(first + 2, two);
    arena.f32.copyWithin(given, one, one + layout.stride);
    this.addLeastApart(given, two, classes);
    this.addLeastApart(two, one, classes);
    arena.kernels.lowerTo(given, two, 0, layout.stride);
    this.product(f, given, this.at(first), false);
  }

  #toOneOfTwo(f: number, first: number, to: number): void {
    const { arena, layout, narrow } = this.#ground;
    const { stride } = layout;
    const [given, near, other] = [narrow[0]!, narrow[1]!, narrow[4]!];
    const out = this.at(to);
    const classes = this.classesOf(f);
    this.given(first, given);
    this.product(f, given, near, true);
    this.given(to === first + 1 ? first + 2 : first + 1, other);
    // This one is used, the other anywhere apart; or the other is, and this one anywhere apart.
    arena.f32.copyWithin(out, near, near + stride);
    this.addLeastApart(out, other, classes);
    arena.kernels.addScaled(other, near, 1, stride);
    arena.f32.fill(0, near, near + stride);
    this.addLeastApart(near, other, classes);
    arena.kernels.lowerTo(out, near, 0, stride);
  }

  /** By column of the callee: the least of a caller's part, of which class, and the least of another class. */
  #topTwo(f: number, part: number, best: number, kind: number, second: number): void {
    const { arena, layout, network, narrow } = this.#ground;
    const { perMs, perGB, perNat, share, slotVariable } = this.#model;
    const { matrix, limit, limited } = limitOf(this.#model, this.#ground, f, true);
    const own = share[slotVariable[part]!]!;
    const given = narrow[0]!;
    this.given(part, given);
    arena.kernels.topTwo(
      given,
      this.classesOf(f),
      best,
      kind,
      second,
      layout.stride,
      layout.stride,
      network.least.delay.byCaller,
      network.volume.byCaller,
      network.least.loss.byCaller,
      matrix,
      perMs[f]! * own,
      perGB[f]! * own,
      perNat[f]! * own,
      limit,
      BROKEN,
      perNat[f]! > 0,
      limited,
    );
  }

  /** Callee of two parts that are apart. */
  #toCalleeOfTwo(f: number, first: number): void {
    const { arena, layout, narrow } = this.#ground;
    const { f32, i32 } = arena;
    const [best, kind, second] = [narrow[5]!, narrow[6]!, narrow[7]!];
    const [best2, kind2, second2] = [narrow[8]!, narrow[9]!, narrow[10]!];
    this.#topTwo(f, first + 1, best, kind, second);
    this.#topTwo(f, first + 2, best2, kind2, second2);
    const out = this.at(first);
    for (let l = 0; l < layout.groups; l += 1) {
      const [a, b] = [f32[best + l]!, f32[best2 + l]!];
      f32[out + l] =
        i32[kind + l] === i32[kind2 + l] ? Math.min(a + f32[second2 + l]!, f32[second + l]! + b) : a + b;
    }
  }

  /** One of two parts that call the same callee and are apart. */
  #toCallerOfPair(f: number, first: number, to: number): void {
    const { arena, layout, narrow } = this.#ground;
    const { f32, i32 } = arena;
    const { stride, groups } = layout;
    const { share, slotVariable } = this.#model;
    const [best, kind, second, callee] = [narrow[5]!, narrow[6]!, narrow[7]!, narrow[8]!];
    this.#topTwo(f, to === first + 1 ? first + 2 : first + 1, best, kind, second);
    this.given(first, callee);
    arena.kernels.addScaled(best, callee, 1, stride);
    arena.kernels.addScaled(second, callee, 1, stride);
    const own = share[slotVariable[to]!]!;
    const out = this.at(to);
    this.#pad(best, FORBIDDEN);
    this.product(f, best, out, false, own);
    // Groups of a class from which the other part calls somewhere: there it has to take its second.
    const classes = this.classesOf(f);
    const [given, spare] = [narrow[0]!, narrow[1]!];
    const done = new Set<number>();
    for (let l = 0; l < groups; l += 1) {
      const taken = i32[kind + l]!;
      if (done.has(taken)) continue;
      done.add(taken);
      for (let h = 0; h < stride; h += 1)
        f32[given + h] = h < groups && i32[kind + h] === taken ? f32[second + h]! : f32[best + h]!;
      this.product(f, given, spare, false, own);
      for (let g = 0; g < groups; g += 1) if (i32[classes + g] === taken) f32[out + g] = f32[spare + g]!;
    }
  }
}
