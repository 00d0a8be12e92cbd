import type { FederationModel } from '../model/federation.ts';
import type { Application, Problem } from '../problem.ts';
import { boundOf } from './bound.ts';
import { type Flattened, flatten } from './flatten.ts';
import { layoutOf } from './layout.ts';
import { Placements } from './placements.ts';
import { Prices } from './prices.ts';
import { type Precisions, Views } from './views.ts';

/** Rounds of prices at most, and share of the demand that may miss the room when they end. */
const ROUNDS = 36;
const SETTLED = 0.05;
/** Rounds over all locations before those that nobody asks for are left out; each from nothing told. */
const WIDE_ROUNDS = 2;
/** Places within so much of the least share the demand, in costs of a mean service: at first, in the end, and from round to round. */
const WIDEST = 0.14;
const NARROWEST = 0.055;
const NARROWING = 0.954;
/** Passes over all locations before the one that bounds, along the order first and last. */
const BOUND_PASSES = 3;

/**
 * Many applications on one federation: prices of room that all share, bounds and placements under them.
 * What an application is told apart from the others in never depends on one that cannot be placed: prices are
 * made of the applications that are given to `price` alone.
 */
export class Batch {
  readonly placements: Placements;
  /** What each application costs at least wherever the others are, in double precision. */
  readonly aloneBounds: Float64Array;
  readonly #flat: Flattened;
  readonly #views: Views;
  readonly #index: ReadonlyMap<string, number>;
  #prices: Prices;

  constructor(problem: Problem, federation: FederationModel, apps: readonly Application[]) {
    const layout = layoutOf(federation);
    this.#flat = flatten(problem, federation, layout, apps);
    this.#views = new Views(federation, this.#flat, layout);
    this.placements = new Placements(federation, this.#flat, this.#views);
    this.aloneBounds = new Float64Array(apps.length);
    this.#index = new Map(apps.map(({ id }, a) => [id, a]));
    this.#prices = new Prices(this.#flat.model, this.#views.room, []);
  }

  indexOf({ id }: Application): number | undefined {
    return this.#index.get(id);
  }

  /** Objective per unit of room, by location and resource. */
  get prices(): Float64Array {
    return this.#prices.value;
  }

  /** Units of work since the last time it was asked for. */
  takeWork(): number {
    const { work } = this.#views;
    this.#views.work = 0;
    return work;
  }

  /** Begins again with nobody placed. */
  clear(): void {
    this.#views.empty();
  }

  /** Whether the application has a place when nobody else is there; before any prices. */
  placesAlone(a: number): boolean {
    const { sweep, placer } = this.#views.whole;
    sweep.begin(a, false);
    sweep.pass(a, true);
    sweep.pass(a, false);
    this.#views.spend(4, a);
    if (!placer.place(a) && !placer.placeConsistently(a)) return false;
    placer.lift(a);
    this.aloneBounds[a] = this.#exactBound(a, this.#views.all, false, true);
    return true;
  }

  /** Prices for these applications in what is left; `stop` is asked before every round. */
  price(apps: readonly number[], stop: () => boolean): void {
    const { model } = this.#flat;
    const views = this.#views;
    const left = views.room.map((_, at) => Math.max(0, views.standing.left(at)));
    const prices = new Prices(model, left, apps);
    this.#prices = prices;
    views.widen();
    const services = apps.reduce((sum, a) => sum + model.variableStart[a + 1]! - model.variableStart[a]!, 0);
    const mattering = new Uint8Array(views.whole.ground.layout.locations);
    const unit = apps.reduce((sum, a) => sum + this.aloneBounds[a]!, 0) / Math.max(1, services);
    let width = Math.max(1e-9, unit) * WIDEST;
    // Messages that are kept go to and fro.
    let forward = false;
    for (let round = 0; round < ROUNDS && !stop(); round += 1) {
      if (round === WIDE_ROUNDS) views.narrowTo(mattering, prices);
      const { ground } = views.narrow;
      prices.publish(ground);
      const kept = views.narrow !== views.whole;
      forward = kept && !forward;
      for (const a of apps) this.#ask(a, kept, forward, width);
      prices.collect(ground);
      const missed = prices.step(unit);
      width = Math.max(width * NARROWING, Math.max(1e-9, unit) * NARROWEST);
      if (round < WIDE_ROUNDS)
        for (let k = 0; k < mattering.length; k += 1) if (prices.matters(k)) mattering[k] = 1;
      if (!forward && round + 1 >= WIDE_ROUNDS && missed < SETTLED) break;
    }
    // Whoever places along the order has to hear of what is ahead.
    for (const a of forward ? apps : []) {
      views.narrow.sweep.enter(a, true);
      views.narrow.sweep.pass(a, false);
      views.spend(1, a);
    }
    views.publish(prices);
  }

  /** Adds what an application would use under the prices to the demand; `kept`: its messages are still there. */
  #ask(a: number, kept: boolean, forward: boolean, width: number): void {
    const { sweep } = this.#views.narrow;
    if (kept) sweep.enter(a, true);
    else {
      sweep.begin(a, true);
      sweep.pass(a, true);
    }
    sweep.pass(a, forward, { width });
    this.#views.spend(kept ? 1 : 2, a);
  }

  /** What the application costs at least with the price of the room that it uses, in double precision. */
  pricedBound(a: number): number {
    const { sweep } = this.#views.fine.single;
    sweep.begin(a, true);
    for (let pass = 0; pass < BOUND_PASSES; pass += 1) sweep.pass(a, pass % 2 === 0);
    this.#views.spend(BOUND_PASSES + 2, a);
    return this.#exactBound(a, this.#views.fine, true, false);
  }

  /** In double precision, by one pass from the messages in single precision. */
  #exactBound(a: number, { single, exact }: Precisions, priced: boolean, forward: boolean): number {
    const { ground, sweep } = exact;
    sweep.enter(a, priced);
    // The same locations in the same order: messages only change their precision.
    const { rows, messages, layout } = single.ground;
    const { messageStart } = this.#flat.model;
    const length = (messageStart[a + 1]! - messageStart[a]!) * layout.positions;
    ground.rows.set(rows.subarray(messages[a]!, messages[a]! + length), ground.messages[a]!);
    return boundOf(this.#flat.model, ground, sweep, a, forward);
  }
}
