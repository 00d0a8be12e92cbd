import type { AppModel } from '../model/appmodel.ts';
import { objectiveOf } from '../model/evaluate.ts';
import { EPSILON, type FederationModel } from '../model/federation.ts';
import { judgeOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { Application, Problem } from '../problem.ts';
import { boundOf } from './bound.ts';
import { type Flattened, flatten } from './flatten.ts';
import { type Ground, type GroundOptions, takeGround } from './ground.ts';
import { type Layout, layoutOf, narrowed, refined } from './layout.ts';
import { LightModels } from './lightmodel.ts';
import { type PairFloors, pairFloorsOf, regrouped } from './pairfloors.ts';
import { Placer } from './place.ts';
import { Prices } from './prices.ts';
import { Standing } from './standing.ts';
import { Sweep } from './sweep.ts';
import { victimsOf } from './victims.ts';

/** Rounds of prices at most, and share of the demand that may miss the room when they end. */
const ROUNDS = 36;
const SETTLED = 0.05;
/** Rounds over all locations before those that nobody asks for are left out; each from nothing told. */
const WIDE_ROUNDS = 2;
/** Leaving locations out pays only where no more than this share is left. */
const NARROWER = 0.8;
/** Locations that become groups of their own once it is known which are asked for. */
const HOT = 64;
/** Places within so much of the least share the demand, in costs of a mean service: at first, in the end, and from round to round. */
const WIDEST = 0.14;
const NARROWEST = 0.055;
const NARROWING = 0.954;
/** Passes over all locations before the one that bounds, along the order first and last. */
const BOUND_PASSES = 3;
/** What it costs to stand where there is no room, when others may have to move: less than to break a rule. */
const CROWDED = 1;
/** Tries at moving others out of the way of one. */
const MOVES = 6;
/** Looks at every placed application at the end. */
const LOOKS = 2;

/** Rows over some locations, and what works on them. */
interface Rows {
  readonly ground: Ground;
  readonly sweep: Sweep;
}

interface View extends Rows {
  readonly placer: Placer;
}

/** Who keeps the account of what placed applications use. */
export interface Moving {
  readonly load: Load;
  lift(a: number): void;
  put(a: number): void;
}

/** The same rows twice. */
interface Precisions {
  readonly single: Rows;
  readonly exact: Rows;
}

/**
 * Many applications on one federation: prices of room that all share, then placements one by one under them.
 * What an application is told apart from the others in never depends on one that cannot be placed: prices are
 * made of the applications that are given to `price` alone.
 */
export class Batch {
  readonly flat: Flattened;
  readonly #federation: FederationModel;
  readonly #layout: Layout;
  readonly #floors: PairFloors;
  readonly #models: LightModels;
  readonly #index: ReadonlyMap<string, number>;
  /** Location by resource: room with nobody there. */
  readonly #room: Float64Array;
  readonly #all: Rows;
  readonly #exact: Rows;
  #standing: Standing;
  #whole: View;
  /** Locations that matter under the prices. */
  #narrow: View;
  /** All locations, those most asked for as groups of their own: what bounds under prices are worked out over. */
  #fine: Precisions;
  #prices: Prices;
  /** What each application costs at least wherever the others are, in double precision. */
  readonly aloneBounds: Float64Array;
  /** Units of work so far. */
  work = 0;

  constructor(problem: Problem, federation: FederationModel, apps: readonly Application[]) {
    this.#layout = layoutOf(federation);
    this.#federation = federation;
    this.flat = flatten(problem, federation, this.#layout, apps);
    const { model } = this.flat;
    this.#room = federation.free.map((free) => free * (1 + EPSILON) + EPSILON);
    this.#floors = pairFloorsOf(federation, this.#layout);
    this.#all = this.#take(this.#layout, this.#floors, { precision: 'Single', places: true });
    this.#exact = this.#take(this.#layout, this.#floors, { precision: 'Double' });
    this.#models = new LightModels(federation, this.flat);
    this.aloneBounds = new Float64Array(apps.length);
    this.#index = new Map(apps.map(({ id }, a) => [id, a]));
    this.#prices = new Prices(model, this.#room, []);
    this.#standing = new Standing(model, this.#room);
    this.#whole = this.#viewOf(this.#all);
    this.#narrow = this.#whole;
    this.#fine = { single: this.#all, exact: this.#exact };
    const m = federation.ids.length;
    this.work += 2 * m * m * 4 + model.replicas.length * 500;
  }

  #take(layout: Layout, floors: PairFloors, purpose: GroundOptions): Rows {
    const ground = takeGround(this.#federation, layout, this.flat, floors, this.#room, purpose);
    return { ground, sweep: new Sweep(this.flat.model, ground) };
  }

  #viewOf({ ground, sweep }: Rows): View {
    this.#standing.follow(ground);
    return { ground, sweep, placer: new Placer(this.flat.model, ground, sweep, this.#standing) };
  }

  indexOf({ id }: Application): number | undefined {
    return this.#index.get(id);
  }

  /** Whether the application has a place when nobody else is there. */
  placesAlone(a: number): boolean {
    const { sweep, placer } = this.#whole;
    sweep.begin(a, false);
    sweep.pass(a, true);
    sweep.pass(a, false);
    this.work += 4 * this.#workOf(a);
    if (!placer.place(a) && !placer.placeConsistently(a)) return false;
    placer.lift(a);
    this.aloneBounds[a] = this.#exactBound(a, { single: this.#all, exact: this.#exact }, false, true);
    return true;
  }

  /** In double precision, by one pass from the messages in single precision. */
  #exactBound(a: number, { single, exact }: Precisions, priced: boolean, forward: boolean): number {
    const { ground, sweep } = exact;
    sweep.enter(a, priced);
    // The same locations in the same order: messages only change their precision.
    const { rows, messages, layout } = single.ground;
    const { messageStart } = this.flat.model;
    const length = (messageStart[a + 1]! - messageStart[a]!) * layout.positions;
    ground.rows.set(rows.subarray(messages[a]!, messages[a]! + length), ground.messages[a]!);
    return boundOf(this.flat.model, ground, sweep, a, forward);
  }

  /** Begins again with nobody placed. */
  clear(): void {
    this.#standing = new Standing(this.flat.model, this.#room);
    this.#whole = this.#viewOf(this.#all);
    this.#narrow = this.#whole;
  }

  /** Prices for these applications in what is left; `stop` is asked before every round. */
  price(apps: readonly number[], stop: () => boolean): void {
    const { model } = this.flat;
    const left = this.#room.map((_, at) => Math.max(0, this.#standing.left(at)));
    const prices = new Prices(model, left, apps);
    this.#prices = prices;
    if (this.#narrow !== this.#whole) this.#standing.forget(this.#narrow.ground);
    this.#narrow = this.#whole;
    this.#fine = { single: this.#all, exact: this.#exact };
    const services = apps.reduce((sum, a) => sum + model.variableStart[a + 1]! - model.variableStart[a]!, 0);
    const mattering = new Uint8Array(this.#layout.locations);
    const unit = apps.reduce((sum, a) => sum + this.aloneBounds[a]!, 0) / Math.max(1, services);
    let width = Math.max(1e-9, unit) * WIDEST;
    // Messages that are kept go to and fro.
    let forward = false;
    for (let round = 0; round < ROUNDS && !stop(); round += 1) {
      if (round === WIDE_ROUNDS) this.#narrowTo(mattering, prices);
      const { ground, sweep } = this.#narrow;
      prices.publish(ground);
      const kept = this.#narrow !== this.#whole;
      forward = kept && !forward;
      for (const a of apps) {
        if (kept) sweep.enter(a, true);
        else {
          sweep.begin(a, true);
          sweep.pass(a, true);
        }
        sweep.pass(a, forward, { width });
        this.work += (kept ? 1 : 2) * this.#workOf(a);
      }
      prices.collect(ground);
      const missed = prices.step(unit);
      width = Math.max(width * NARROWING, Math.max(1e-9, unit) * NARROWEST);
      if (round < WIDE_ROUNDS)
        for (let k = 0; k < mattering.length; k += 1) if (prices.matters(k)) mattering[k] = 1;
      if (!forward && round + 1 >= WIDE_ROUNDS && missed < SETTLED) break;
    }
    // Whoever places along the order has to hear of what is ahead.
    for (const a of forward ? apps : []) {
      this.#narrow.sweep.enter(a, true);
      this.#narrow.sweep.pass(a, false);
      this.work += this.#workOf(a);
    }
    for (const { ground } of [this.#whole, this.#narrow, this.#fine.single, this.#fine.exact])
      prices.publish(ground);
  }

  #narrowTo(mattering: Uint8Array, prices: Prices): void {
    const few = mattering.reduce((sum, each) => sum + each, 0);
    if (few > NARROWER * this.#layout.locations || this.#layout.groups === this.#layout.locations) return;
    const layout = refined(this.#layout, prices.mostAsked(HOT));
    const floors = regrouped(this.#floors, this.#federation, layout);
    const narrow = narrowed(this.#layout, (k) => mattering[k] === 1);
    this.#narrow = this.#viewOf(
      this.#take(narrow, this.#floors, { precision: 'Single', places: true, keeps: true }),
    );
    this.#fine = {
      single: this.#take(layout, floors, { precision: 'Single' }),
      exact: this.#take(layout, floors, { precision: 'Double' }),
    };
  }

  /** Places an application under the prices, in what is left; its model and place, judged in double precision. */
  place(a: number, load: Load): { model: AppModel; at: Int32Array } | undefined {
    return this.#find(a) ? this.#judged(a, load) : undefined;
  }

  #find(a: number): boolean {
    const { sweep, placer } = this.#narrow;
    if (this.#narrow === this.#whole) sweep.begin(a, true);
    else sweep.enter(a, true);
    sweep.pass(a, true);
    sweep.pass(a, false);
    this.work += 4 * this.#workOf(a);
    return placer.place(a) || this.#placeCrowded(a);
  }

  /** Takes back a placement that a rule of double precision speaks against. */
  #judged(a: number, load: Load): { model: AppModel; at: Int32Array } | undefined {
    const { model, at } = this.placementOf(a);
    if (judgeOf(model, load)(at) < Number.POSITIVE_INFINITY) return { model, at };
    this.#whole.placer.lift(a);
    return undefined;
  }

  /** Where room is short messages have to know where there is any. */
  #placeCrowded(a: number): boolean {
    const { sweep, placer } = this.#whole;
    for (const priced of [true, false]) {
      sweep.begin(a, priced);
      sweep.pass(a, true, { forbid: placer.crossOutFull });
      sweep.pass(a, false, { forbid: placer.crossOutFull });
      this.work += 4 * this.#workOf(a);
      if (placer.place(a) || placer.placeConsistently(a)) return true;
    }
    return false;
  }

  /**
   * Places an application where others have to move for it, and those anew, or leaves everything as it was.
   * Only those of `movable` do; whoever finds no other place stays in the next try.
   */
  placeMoving(
    a: number,
    load: Load,
    movable: Iterable<number>,
    moving: Moving,
  ): { model: AppModel; at: Int32Array } | undefined {
    const { sweep, placer } = this.#whole;
    const open = new Set(movable);
    for (let turn = 0; turn < MOVES; turn += 1) {
      const dear = (v: number, row: number) => placer.crossOutFull(v, row, CROWDED);
      sweep.begin(a, true);
      sweep.pass(a, true, { forbid: dear });
      sweep.pass(a, false, { forbid: dear });
      this.work += 4 * this.#workOf(a);
      if (!placer.place(a, CROWDED) && !placer.placeConsistently(a, CROWDED)) return undefined;
      const victims = victimsOf(this.flat.model, this.#standing, a, (other) => !open.has(other));
      if (!victims) {
        placer.lift(a);
        return undefined;
      }
      const stuck = this.#makeWay(a, victims, load, moving);
      if (stuck === undefined) return this.placementOf(a);
      open.delete(stuck);
    }
    return undefined;
  }

  /** Places the victims anew; everything as it was where that fails, and who it was: a itself, or a victim. */
  #makeWay(a: number, victims: readonly number[], load: Load, moving: Moving): number | undefined {
    const { placer } = this.#whole;
    const before = victims.map((victim) => this.locationsOf(victim));
    for (const victim of victims) {
      moving.lift(victim);
      placer.lift(victim);
    }
    const placed: number[] = [];
    let stuck: number | undefined;
    for (const each of [a, ...victims]) {
      if ((each === a || this.#find(each)) && this.#judged(each, load)) {
        placed.push(each);
        moving.put(each);
        continue;
      }
      stuck = each;
      break;
    }
    if (stuck === undefined) {
      moving.lift(a);
      return undefined;
    }
    for (const each of placed) {
      moving.lift(each);
      placer.lift(each);
    }
    victims.forEach((victim, at) => {
      this.#settle(victim, before[at]!);
      moving.put(victim);
    });
    return stuck;
  }

  /** Puts an application where it is told. */
  #settle(a: number, at: ArrayLike<number>): void {
    const first = this.flat.model.variableStart[a]!;
    for (let shard = 0; shard < at.length; shard += 1) this.#standing.occupy(first + shard, at[shard]!, 1);
  }

  /** Takes over a placement that was found elsewhere; false where it is of other parts. */
  adopt(a: number, { shards }: AppModel, at: ArrayLike<number>): boolean {
    const { variableStart, replicas } = this.flat.model;
    const first = variableStart[a]!;
    if (shards.length !== variableStart[a + 1]! - first) return false;
    if (shards.some((shard, index) => shard.replicas !== replicas[first + index])) return false;
    this.#settle(a, at);
    return true;
  }

  /** What was placed by others than this batch. */
  occupy(model: AppModel, at: ArrayLike<number>): void {
    model.shards.forEach(({ service, replicas }, shard) => {
      const { demand } = model.services[service]!;
      const first = at[shard]! * demand.length;
      for (let r = 0; r < demand.length; r += 1) this.#standing.use(first + r, demand[r]! * replicas);
    });
  }

  /**
   * Looks at the placed applications again without prices: room that was kept for others is free now. Each is
   * lifted and placed anew beside all others, then its parts are looked at one by one.
   */
  improve(apps: readonly number[], moving: Moving, stop: () => boolean): void {
    let open = apps.filter((a) => !this.flat.model.apps[a]!.reserves);
    for (const a of open) {
      if (stop()) return;
      moving.lift(a);
      this.#placeAnew(a, moving.load);
      moving.put(a);
    }
    for (let look = 0; look < LOOKS && open.length > 0; look += 1) {
      open = open.filter((a) => {
        if (stop()) return false;
        moving.lift(a);
        const moved = this.#shift(a, moving.load);
        moving.put(a);
        return moved;
      });
    }
  }

  /** Beside all others as they are; where it was, unless it is cheaper elsewhere. */
  #placeAnew(a: number, load: Load): void {
    const { sweep, placer } = this.#narrow;
    const before = this.placementOf(a);
    const kept = before.at;
    const cost = objectiveOf(before.model, kept);
    placer.lift(a);
    sweep.begin(a, false);
    sweep.pass(a, true, { forbid: placer.crossOutFull });
    sweep.pass(a, false, { forbid: placer.crossOutFull });
    this.work += 4 * this.#workOf(a);
    if (placer.place(a)) {
      const { model, at } = this.placementOf(a);
      if (judgeOf(model, load)(at) < cost) return;
      placer.lift(a);
    }
    this.#settle(a, kept);
  }

  /** Each part where it is cheapest with all others as they are. */
  #shift(a: number, load: Load): boolean {
    const { sweep, placer } = this.#whole;
    const kept = this.locationsOf(a);
    sweep.enter(a, false);
    this.work += 3 * this.#workOf(a);
    const { moved } = placer.shift(a);
    if (!moved || this.#judged(a, load)) return moved;
    this.#settle(a, kept);
    return false;
  }

  /** The placement of an application as it is now. */
  placementOf(a: number): { model: AppModel; at: Int32Array } {
    const at = this.locationsOf(a);
    return { model: this.#models.of(a, at), at };
  }

  /** What the application costs at least with the price of the room that it uses, in double precision. */
  pricedBound(a: number): number {
    const { sweep } = this.#fine.single;
    sweep.begin(a, true);
    for (let pass = 0; pass < BOUND_PASSES; pass += 1) sweep.pass(a, pass % 2 === 0);
    this.work += (BOUND_PASSES + 2) * this.#workOf(a);
    return this.#exactBound(a, this.#fine, true, false);
  }

  /** What a placed application uses, by index of location and resource. */
  usesOf(a: number): { at: number; amount: number }[] {
    const { variableStart, demand, resources: R } = this.flat.model;
    const uses: { at: number; amount: number }[] = [];
    this.locationsOf(a).forEach((k, shard) => {
      const v = variableStart[a]! + shard;
      for (let r = 0; r < R; r += 1)
        if (demand[v * R + r]! > 0) uses.push({ at: k * R + r, amount: demand[v * R + r]! });
    });
    return uses;
  }

  /** Objective per unit of room, by location and resource. */
  get prices(): Float64Array {
    return this.#prices.value;
  }

  /** Where the variables of an application are. */
  locationsOf(a: number): Int32Array {
    const { variableStart } = this.flat.model;
    return this.#standing.at.slice(variableStart[a]!, variableStart[a + 1]!);
  }

  /** Units of one sweep. */
  #workOf(a: number): number {
    const { variableStart, factorStart } = this.flat.model;
    const { positions, stride } = this.#narrow.ground.layout;
    return (
      (variableStart[a + 1]! - variableStart[a]!) * (positions + 300) +
      (factorStart[a + 1]! - factorStart[a]!) * (stride * stride + positions + 300)
    );
  }
}
