import { type FlatModel, KIND, RULE } from './flatmodel.ts';
import { BROKEN, type Ends, FORBIDDEN, type Ground } from './ground.ts';

/** Wide rows that messages are worked out in; the ones before are those of whoever asks for them. */
const FIRST_WIDE = 4;

/**
 * Messages over locations. A slot's message is what its factor says to its variable. Costs between locations
 * are taken from their separable bounds, so that a message takes O(locations + groups squared).
 */
export class Messages {
  readonly #model: FlatModel;
  readonly #ground: Ground;
  #messages = 0;

  constructor(model: FlatModel, ground: Ground) {
    this.#model = model;
    this.#ground = ground;
  }

  at(slot: number): number {
    return this.#messages + this.#model.messageOf[slot]! * this.#ground.layout.positions;
  }

  /** Nothing is told in application a yet. */
  clear(a: number): void {
    const { rows, layout, messages } = this.#ground;
    const { messageStart } = this.#model;
    const count = messageStart[a + 1]! - messageStart[a]!;
    rows.fill(0, messages[a]!, messages[a]! + count * layout.positions);
  }

  /** USD and grams weigh differently in every application. O(positions + groups squared) */
  enter(a: number): void {
    const { rows, kernels, layout, potential, least, messages } = this.#ground;
    this.#messages = messages[a]!;
    const { cost, carbon } = this.#model.apps[a]!.factor;
    const { positions, stride } = layout;
    const weigh = (of: typeof potential | typeof least, side: keyof Ends, length: number) => {
      const into = of.volume[side];
      rows.fill(0, into, into + length);
      kernels.addScaled(into, of.usd[side], cost, length);
      kernels.addScaled(into, of.grams[side], carbon, length);
    };
    for (const side of ['byCaller', 'byCallee'] as const) {
      weigh(potential, side, positions);
      weigh(least, side, stride * stride);
    }
  }

  /** The variable of `slot` gives a part of its costs to its factor, which tells the variable of `to`. */
  send(slot: number, to: number, theta: number, part: number): void {
    const { slotFactor, slotStart, kind } = this.#model;
    const { kernels, layout, wide } = this.#ground;
    const { positions } = layout;
    const f = slotFactor[slot]!;
    const first = slotStart[f]!;
    const message = this.at(slot);
    if (kind[f] === KIND.Pair) {
      const given = wide[FIRST_WIDE]!;
      kernels.give(given, theta, part, message, positions);
      this.product(f, given, message, to !== first);
      return;
    }
    kernels.addScaled(message, theta, -part, positions);
    switch (kind[f]) {
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
  }

  /** What a slot's variable gave to the factor. */
  given(slot: number, into: number): void {
    const { kernels, layout } = this.#ground;
    kernels.negate(into, this.at(slot), layout.positions);
  }

  /** out = least over locations of given + cost of f; `byCaller`: given is by the caller's. Not in place. */
  product(f: number, given: number, out: number, byCaller: boolean, share = 1): void {
    const { rows, kernels, layout, locationClass, zoneClass, zero, narrow, starts, least } = this.#ground;
    const { positions, stride, groups } = layout;
    const rule = this.#model.rule[f]!;
    if (rule !== RULE.Any) {
      const elsewhere = kernels.least(given, positions) + BROKEN;
      if (rule === RULE.SameLocation) rows.copyWithin(out, given, given + positions);
      else {
        rows.fill(0, out, out + positions);
        kernels.addLeastApart(out, given, rule === RULE.OtherZone ? zoneClass : locationClass, positions);
      }
      kernels.lowerTo(out, zero, elsewhere, positions);
      return;
    }
    const near = narrow[0]!;
    const far = narrow[1]!;
    // Flat: this is the innermost of all.
    const { perMs, perGB, perNat, maxDelay } = this.#model;
    const { delay, volume, loss } = this.#ground.potential;
    const ms = perMs[f]! * share;
    const gb = perGB[f]! * share;
    const nat = perNat[f]! * share;
    const side = byCaller ? 'byCaller' : 'byCallee';
    const other = byCaller ? 'byCallee' : 'byCaller';
    kernels.fold(near, given, delay[side], volume[side], loss[side], ms, gb, nat, starts, groups);
    kernels.product(
      near,
      far,
      stride,
      least.delay[side],
      least.volume[side],
      least.loss[side],
      least.hard[side],
      ms,
      gb,
      nat,
      limitOf(maxDelay[f]!),
      BROKEN,
      maxDelay[f]! < Number.POSITIVE_INFINITY,
    );
    kernels.spread(out, given, far, delay[other], volume[other], loss[other], ms, gb, nat, starts, groups);
  }

  #weights(f: number, share: number): [number, number, number] {
    const { perMs, perGB, perNat } = this.#model;
    return [perMs[f]! * share, perGB[f]! * share, perNat[f]! * share];
  }

  /** Of the end that gave, and of the end that is told. */
  #potentials(byCaller: boolean): [[number, number, number], [number, number, number]] {
    const { delay, volume, loss } = this.#ground.potential;
    const [from, into] = byCaller ? (['byCaller', 'byCallee'] as const) : (['byCallee', 'byCaller'] as const);
    return [
      [delay[from], volume[from], loss[from]],
      [delay[into], volume[into], loss[into]],
    ];
  }

  /** What a callee gave at least. */
  #leastGiven(slot: number): number {
    const { kernels, layout, wide } = this.#ground;
    const row = wide[FIRST_WIDE + 3]!;
    this.given(slot, row);
    return kernels.least(row, layout.positions);
  }

  /** The caller uses the nearest of the callees; the others cost what they gave at least. */
  #toCaller(f: number, first: number): void {
    const { rows, kernels, layout, wide } = this.#ground;
    const end = this.#model.slotStart[f + 1]!;
    const { positions } = layout;
    const out = this.at(first);
    const [given, near] = [wide[FIRST_WIDE]!, wide[FIRST_WIDE + 1]!];
    let all = 0;
    for (let s = first + 1; s < end; s += 1) all += this.#leastGiven(s);
    rows.fill(FORBIDDEN, out, out + positions);
    for (let s = first + 1; s < end; s += 1) {
      this.given(s, given);
      this.product(f, given, near, false);
      kernels.lowerTo(out, near, all - this.#leastGiven(s), positions);
    }
  }

  /** Either the caller uses this callee, or another one: then this one is free to be anywhere. */
  #toCallee(f: number, first: number, to: number): void {
    const { rows, kernels, layout, wide } = this.#ground;
    const end = this.#model.slotStart[f + 1]!;
    const { positions } = layout;
    const out = this.at(to);
    const [given, near, sum] = [wide[FIRST_WIDE]!, wide[FIRST_WIDE + 1]!, wide[FIRST_WIDE + 2]!];
    this.given(first, given);
    this.product(f, given, near, true);
    let all = 0;
    for (let s = first + 1; s < end; s += 1) if (s !== to) all += this.#leastGiven(s);
    let elsewhere = FORBIDDEN;
    for (let s = first + 1; s < end; s += 1) {
      if (s === to) continue;
      kernels.give(sum, near, 1, this.at(s), positions);
      elsewhere = Math.min(elsewhere, kernels.least(sum, positions) + all - this.#leastGiven(s));
    }
    rows.fill(elsewhere, out, out + positions);
    kernels.lowerTo(out, near, all, positions);
  }

  /** What locations, and groups, are told apart by where two parts must be apart. */
  #classesOf(f: number): { ofPosition: number; ofGroup: number } {
    const { zoneClass, zoneOfGroup, locationClass, locationOfGroup } = this.#ground;
    return this.#model.apart[f] === RULE.OtherZone
      ? { ofPosition: zoneClass, ofGroup: zoneOfGroup }
      : { ofPosition: locationClass, ofGroup: locationOfGroup };
  }

  /** Caller of the nearest of two that are apart: one is used, the other is anywhere apart from it. */
  #toCallerOfTwo(f: number, first: number): void {
    const { rows, kernels, layout, wide } = this.#ground;
    const { positions } = layout;
    const [one, two, given] = [wide[FIRST_WIDE]!, wide[FIRST_WIDE + 1]!, wide[FIRST_WIDE + 2]!];
    const { ofPosition } = this.#classesOf(f);
    this.given(first + 1, one);
    this.given(first + 2, two);
    rows.copyWithin(given, one, one + positions);
    kernels.addLeastApart(given, two, ofPosition, positions);
    kernels.addLeastApart(two, one, ofPosition, positions);
    kernels.lowerTo(given, two, 0, positions);
    this.product(f, given, this.at(first), false);
  }

  #toOneOfTwo(f: number, first: number, to: number): void {
    const { rows, kernels, layout, wide } = this.#ground;
    const { positions } = layout;
    const [given, near, other] = [wide[FIRST_WIDE]!, wide[FIRST_WIDE + 1]!, wide[FIRST_WIDE + 2]!];
    const out = this.at(to);
    const { ofPosition } = this.#classesOf(f);
    this.given(first, given);
    this.product(f, given, near, true);
    this.given(to === first + 1 ? first + 2 : first + 1, other);
    // This one is used, the other anywhere apart; or the other is, and this one anywhere apart.
    rows.copyWithin(out, near, near + positions);
    kernels.addLeastApart(out, other, ofPosition, positions);
    kernels.addScaled(other, near, 1, positions);
    rows.fill(0, near, near + positions);
    kernels.addLeastApart(near, other, ofPosition, positions);
    kernels.lowerTo(out, near, 0, positions);
  }

  /** By position of the callee: the least of a caller's part, of which class, and the least of another class. */
  #partLeast(f: number, part: number, best: number, kind: number, second: number): void {
    const { kernels, layout, narrow, wide, starts, least } = this.#ground;
    const { stride, groups } = layout;
    const [ms, gb, nat] = this.#weights(f, this.#model.share[this.#model.slotVariable[part]!]!);
    const { ofPosition, ofGroup } = this.#classesOf(f);
    const [near, farBest, farKind, farSecond] = [narrow[0]!, narrow[1]!, narrow[2]!, narrow[3]!];
    const given = wide[FIRST_WIDE]!;
    const [from, into] = this.#potentials(true);
    const [limit, limited] = [
      limitOf(this.#model.maxDelay[f]!),
      this.#model.maxDelay[f]! < Number.POSITIVE_INFINITY,
    ];
    this.given(part, given);
    kernels.fold(near, given, ...from, ms, gb, nat, starts, groups);
    kernels.topTwo(
      near,
      ofGroup,
      farBest,
      farKind,
      farSecond,
      stride,
      least.delay.byCaller,
      least.volume.byCaller,
      least.loss.byCaller,
      least.hard.byCaller,
      ms,
      gb,
      nat,
      limit,
      BROKEN,
      limited,
    );
    kernels.callerLeast(
      best,
      kind,
      second,
      given,
      ofPosition,
      farBest,
      farKind,
      farSecond,
      ...into,
      ms,
      gb,
      nat,
      starts,
      groups,
    );
  }

  /** Callee of two parts that are apart. */
  #toCalleeOfTwo(f: number, first: number): void {
    const { kernels, layout, wide } = this.#ground;
    const [best, kind, second, best2, kind2, second2] = wide.slice(FIRST_WIDE + 1) as SixRows;
    this.#partLeast(f, first + 1, best, kind, second);
    this.#partLeast(f, first + 2, best2, kind2, second2);
    kernels.sumApart(this.at(first), best, kind, second, best2, kind2, second2, layout.positions);
  }

  /** One of two parts that call the same callee and are apart. */
  #toCallerOfPair(f: number, first: number, to: number): void {
    const { kernels, layout, narrow, wide, starts, least } = this.#ground;
    const { positions, stride, groups } = layout;
    const [best, kind, second, callee, near] = wide.slice(FIRST_WIDE + 1) as SixRows;
    const [farBest, farKind, farOther, far] = [narrow[0]!, narrow[1]!, narrow[2]!, narrow[3]!];
    this.#partLeast(f, to === first + 1 ? first + 2 : first + 1, best, kind, second);
    this.given(first, callee);
    kernels.addScaled(best, callee, 1, positions);
    kernels.addScaled(second, callee, 1, positions);
    const [ms, gb, nat] = this.#weights(f, this.#model.share[this.#model.slotVariable[to]!]!);
    const { ofPosition, ofGroup } = this.#classesOf(f);
    const [from, into] = this.#potentials(false);
    const [limit, limited] = [
      limitOf(this.#model.maxDelay[f]!),
      this.#model.maxDelay[f]! < Number.POSITIVE_INFINITY,
    ];
    kernels.foldApart(farBest, farKind, farOther, best, kind, second, ...from, ms, gb, nat, starts, groups);
    // Where the other part would be in the same class it has to take its second.
    kernels.productApart(
      farBest,
      farKind,
      farOther,
      ofGroup,
      far,
      stride,
      least.delay.byCallee,
      least.volume.byCallee,
      least.loss.byCallee,
      least.hard.byCallee,
      ms,
      gb,
      nat,
      limit,
      BROKEN,
      limited,
    );
    kernels.pick(near, kind, ofPosition, second, best, positions);
    kernels.spread(this.at(to), near, far, ...into, ms, gb, nat, starts, groups);
  }
}

type SixRows = [number, number, number, number, number, number];

/** Widened: single precision must not forbid what is allowed. */
export function limitOf(maxDelay: number): number {
  return Math.min(maxDelay * (1 + 3e-7) + 1e-9, 3e38);
}
