import type { FlatModel } from './flatmodel.ts';
import { FORBIDDEN, type Ground } from './ground.ts';

/**
 * What a part of a service costs by position, from factors: amounts times what a unit costs (money, carbon
 * and the price of room), and delay to users and data. Rows of a batch would be most of its memory, and are
 * quicker made than read. Messages come in the same loop: they are rows as well.
 */
export class Unary {
  readonly #model: FlatModel;
  readonly #ground: Ground;
  readonly #base: Int32Array;

  constructor(model: FlatModel, ground: Ground) {
    this.#model = model;
    this.#ground = ground;
    this.#base = Int32Array.from(
      model.variableService,
      (service) => ground.classes[model.serviceClass[service]!]!,
    );
    for (let a = 0; a < model.apps.length; a += 1)
      for (let v = model.variableStart[a]!; v < model.variableStart[a + 1]!; v += 1) this.#writeTerms(a, v);
  }

  /** The rows that variable v costs, then its messages: of factors that go on later in the order before all others. */
  #writeTerms(a: number, v: number): void {
    const { apps, variableService, share, demand, waitStart, waitRow, waitCalls } = this.#model;
    const { termStart, ownStart, own, along, messageOf, resources } = this.#model;
    const { rows, i32, table, factors, unit, unavailability, waits, messages, layout } = this.#ground;
    const { factor, totalCalls } = apps[a]!;
    const service = variableService[v]!;
    let at = termStart[v]!;
    const term = (row: number, by: number) => {
      i32[table + at] = row;
      rows[factors + at] = by;
      at += 1;
    };
    for (let r = 0; r < resources; r += 1) {
      const amount = demand[v * resources + r]!;
      if (amount !== 0) term(unit[r]!, amount);
    }
    term(unavailability, factor.resilience * share[v]!);
    for (let w = waitStart[service]!; w < waitStart[service + 1]!; w += 1)
      term(
        waits[waitRow[w]!]!,
        totalCalls === 0 ? 0 : (factor.delay * waitCalls[w]! * share[v]!) / totalCalls,
      );
    const later = new Set(along.slot.subarray(along.start[v], along.start[v + 1]));
    for (const goesOn of [true, false])
      for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1)
        if (later.has(own[e]!) === goesOn) term(messages[a]! + messageOf[own[e]!]! * layout.positions, 1);
  }

  /** Before rows of another application, or under other prices. O(resources x positions). */
  enter(a: number, priced: boolean): void {
    const { rows, kernels, cost, price, unit, cores, grams, layout, resources } = this.#ground;
    const { positions } = layout;
    const { factor } = this.#model.apps[a]!;
    for (let r = 0; r < resources; r += 1) {
      const row = unit[r]!;
      if (priced) rows.copyWithin(row, price[r]!, price[r]! + positions);
      else rows.fill(0, row, row + positions);
      kernels.addScaled(row, cost[r]!, factor.cost, positions);
      if (r === cores) kernels.addScaled(row, grams, factor.carbon, positions);
    }
  }

  /** What variable v costs by itself; returns the least. */
  row(v: number, into: number): number {
    return this.#combined(v, into, this.#model.ownTerms[v]!, true);
  }

  /** The same wherever replicas go one by one, which need not fit together. */
  unlimitedRow(v: number, into: number): number {
    return this.#combined(v, into, this.#model.ownTerms[v]!, false);
  }

  /** The same with all messages. */
  withMessages(v: number, into: number): number {
    return this.#combined(v, into, this.#model.termStart[v + 1]! - this.#model.termStart[v]!, true);
  }

  /** With the messages of factors that go on later in the order. */
  withLater(v: number, into: number): number {
    return this.#combined(v, into, this.#model.laterTerms[v]!, true);
  }

  /** `limited`: FORBIDDEN also where the part has no room when nobody else is there. */
  #combined(v: number, into: number, count: number, limited: boolean): number {
    const { kernels, table, factors, room, leastRoom, layout, resources } = this.#ground;
    const { positions } = layout;
    const { demand, termStart } = this.#model;
    const at = termStart[v]!;
    const low = kernels.combine(into, this.#base[v]!, table + at, factors + at, count, positions);
    if (!limited) return low;
    let lacking = false;
    for (let r = 0; r < resources; r += 1) {
      const amount = demand[v * resources + r]!;
      if (amount <= leastRoom[r]!) continue;
      kernels.forbid(into, room[r]!, amount, FORBIDDEN, positions);
      lacking = true;
    }
    return lacking ? kernels.least(into, positions) : low;
  }
}
