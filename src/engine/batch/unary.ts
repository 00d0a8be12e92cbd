import type { FlatModel } from './flatmodel.ts';
import { FORBIDDEN, type Ground } from './ground.ts';

/**
 * What a part of a service costs by position, from factors: amounts times what a unit costs (money, carbon
 * and the price of room), and delay to users and data. Rows of a batch would be most of its memory, and are
 * quicker made than read.
 */
export class Unary {
  readonly #model: FlatModel;
  readonly #ground: Ground;

  constructor(model: FlatModel, ground: Ground) {
    this.#model = model;
    this.#ground = ground;
  }

  /** Before rows of another application, or under other prices. O(resources x positions). */
  enter(a: number, priced: boolean): void {
    const { arena, cost, price, unit, cores, grams, layout, resources } = this.#ground;
    const { kernels, f32 } = arena;
    const { positions } = layout;
    const { factor } = this.#model.apps[a]!;
    for (let r = 0; r < resources; r += 1) {
      const row = unit[r]!;
      if (priced) f32.copyWithin(row, price[r]!, price[r]! + positions);
      else f32.fill(0, row, row + positions);
      kernels.addScaled(row, cost[r]!, factor.cost, positions);
      if (r === cores) kernels.addScaled(row, grams, factor.carbon, positions);
    }
  }

  /** Row of variable v; `limited`: FORBIDDEN also where the part has no room when nobody else is there. */
  row(a: number, v: number, row: number, limited = true): void {
    const { arena, classes, waits, unit, unavailability, lack, leastRoom, layout, resources } = this.#ground;
    const { kernels, f32 } = arena;
    const { positions } = layout;
    const { apps, variableService, serviceClass, share, demand, waitStart, waitRow, waitCalls } = this.#model;
    const { factor, totalCalls } = apps[a]!;
    const service = variableService[v]!;
    const allowed = classes[serviceClass[service]!]!;
    f32.copyWithin(row, allowed, allowed + positions);
    for (let r = 0; r < resources; r += 1) {
      const amount = demand[v * resources + r]!;
      if (amount === 0) continue;
      if (limited && amount > leastRoom[r]!) {
        const at = unit[r]!;
        kernels.addCosts(
          row,
          positions,
          1,
          at,
          at,
          at,
          lack[r]!,
          amount,
          0,
          0,
          -amount,
          FORBIDDEN,
          false,
          true,
        );
      } else kernels.addScaled(row, unit[r]!, amount, positions);
    }
    if (factor.resilience > 0)
      kernels.addScaled(row, unavailability, factor.resilience * share[v]!, positions);
    if (factor.delay === 0) return;
    for (let w = waitStart[service]!; w < waitStart[service + 1]!; w += 1)
      kernels.addScaled(
        row,
        waits[waitRow[w]!]!,
        (factor.delay * waitCalls[w]! * share[v]!) / totalCalls,
        positions,
      );
  }
}
