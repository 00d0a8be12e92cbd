import type { AppModel } from '../model/appmodel.ts';
import { EPSILON, type FederationModel } from '../model/federation.ts';
import { judgeOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { Application, Problem } from '../problem.ts';
import { exactBound } from './bound.ts';
import { type Flattened, flatten } from './flatten.ts';
import { type Ground, takeGround } from './ground.ts';
import { layoutOf } from './layout.ts';
import { LightModels } from './lightmodel.ts';
import { Placer, type Standing } from './place.ts';
import { Prices } from './prices.ts';
import { Sweep } from './sweep.ts';

/** Rounds of prices. */
const ROUNDS = 14;
/** Places within so much of the least share the demand, in costs of a mean service: first and last round. */
const WIDTH = [0.14, 0.055] as const;
/** Looks at every placed application at the end. */
const LOOKS = 2;

/**
 * Many applications on one federation: prices of room that all share, then placements one by one under them.
 * What an application is told apart from the others in never depends on one that cannot be placed: prices are
 * made of the applications that are given to `price` alone.
 */
export class Batch {
  readonly flat: Flattened;
  readonly #federation: FederationModel;
  readonly #ground: Ground;
  readonly #sweep: Sweep;
  readonly #models: LightModels;
  readonly #index: ReadonlyMap<string, number>;
  /** Position by resource: room with nobody there. */
  readonly #room: Float64Array;
  #prices: Prices;
  #standing: Standing;
  #placer: Placer;
  /** What each application costs at least wherever the others are, in double precision. */
  readonly aloneBounds: Float64Array;
  /** Units of work so far. */
  work = 0;

  constructor(problem: Problem, federation: FederationModel, apps: readonly Application[]) {
    const layout = layoutOf(federation);
    this.#federation = federation;
    this.flat = flatten(problem, federation, layout, apps);
    const { model } = this.flat;
    const room = federation.free.map((free) => free * (1 + EPSILON) + EPSILON);
    this.#ground = takeGround(federation, layout, this.flat, room);
    this.#room = new Float64Array(layout.positions * model.resources);
    for (let p = 0; p < layout.positions; p += 1) {
      const k = layout.location[p]!;
      for (let r = 0; k >= 0 && r < model.resources; r += 1)
        this.#room[p * model.resources + r] = room[k * model.resources + r]!;
    }
    this.#sweep = new Sweep(model, this.#ground);
    this.#models = new LightModels(federation, this.flat);
    this.aloneBounds = new Float64Array(apps.length);
    this.#index = new Map(apps.map(({ id }, a) => [id, a]));
    this.#prices = new Prices(model, this.#ground, this.#room, []);
    this.#standing = this.#empty();
    this.#placer = new Placer(model, this.#ground, this.#sweep, this.#standing);
    this.work += 2 * layout.locations * layout.locations * 4 + model.replicas.length * 500;
  }

  indexOf({ id }: Application): number | undefined {
    return this.#index.get(id);
  }

  /** Whether the application has a place when nobody else is there. Leaves its messages settled. */
  placesAlone(a: number): boolean {
    this.#sweep.enter(a, false);
    this.#sweep.pass(a, true);
    this.#sweep.pass(a, false);
    this.work += 4 * this.#workOf(a);
    const found = this.#placer.place(a);
    if (!found) return false;
    this.#placer.lift(a);
    this.aloneBounds[a] = exactBound(this.flat.model, this.#ground, this.#sweep, a);
    return true;
  }

  /** Begins again with nobody placed. */
  clear(): void {
    this.#standing = this.#empty();
    this.#placer = new Placer(this.flat.model, this.#ground, this.#sweep, this.#standing);
  }

  /** Prices for these applications in what is left; `stop` is asked before every round. */
  price(apps: readonly number[], stop: () => boolean): void {
    const { model } = this.flat;
    const left = this.#room.map((room, at) => Math.max(0, room - this.#standing.used[at]!));
    this.#prices = new Prices(model, this.#ground, left, apps);
    this.#prices.publish();
    const use = new Float64Array(left.length);
    const services = apps.reduce((sum, a) => sum + model.variableStart[a + 1]! - model.variableStart[a]!, 0);
    let unit = 0;
    for (let round = 0; round < ROUNDS && !stop(); round += 1) {
      use.fill(0);
      let bound = 0;
      const width = Math.max(1e-9, unit) * WIDTH[0] * (WIDTH[1] / WIDTH[0]) ** (round / ROUNDS);
      // Against the order last, so that placements along it hear of what is ahead.
      const forward = (ROUNDS - round) % 2 === 0;
      for (const a of apps) {
        this.#sweep.enter(a, true);
        if (round === 0) bound += this.#sweep.pass(a, forward);
        else bound += this.#sweep.pass(a, forward, { soft: { use, width } });
        this.work += this.#workOf(a);
      }
      if (round === 0) {
        unit = bound / Math.max(1, services);
        continue;
      }
      if (!this.#prices.step(use, unit) && round > 2 && round % 2 === 1) break;
    }
    for (const a of apps) {
      this.#sweep.enter(a, true);
      this.#sweep.pass(a, false);
      this.work += this.#workOf(a);
    }
  }

  /** Places an application under the prices, in what is left; its model and place, judged in double precision. */
  place(a: number, load: Load): { model: AppModel; at: Int32Array } | undefined {
    this.#sweep.enter(a, true);
    this.work += 3 * this.#workOf(a);
    if (!this.#placer.place(a) && !this.#placeCrowded(a)) return undefined;
    const at = this.locationsOf(a);
    const model = this.#models.of(a, at);
    if (judgeOf(model, load)(at) < Number.POSITIVE_INFINITY) return { model, at };
    this.#placer.lift(a);
    return undefined;
  }

  /** Where room is short messages have to know where there is any. */
  #placeCrowded(a: number): boolean {
    const forbid = (v: number, row: number) => this.#placer.crossOutFull(v, row);
    for (const priced of [true, false]) {
      this.#sweep.enter(a, priced);
      for (let turn = 0; turn < 2; turn += 1) {
        this.#sweep.pass(a, true, { forbid });
        this.#sweep.pass(a, false, { forbid });
      }
      this.work += 8 * this.#workOf(a);
      if (this.#placer.place(a)) return true;
    }
    return false;
  }

  /** What was placed by others than this batch. */
  occupy(model: AppModel, at: ArrayLike<number>): void {
    const { position } = this.#ground.layout;
    const { used } = this.#standing;
    model.shards.forEach(({ service, replicas }, shard) => {
      const { demand } = model.services[service]!;
      const first = position[at[shard]!]! * demand.length;
      for (let r = 0; r < demand.length; r += 1) used[first + r] = used[first + r]! + demand[r]! * replicas;
    });
  }

  /** Looks at the placed applications again without prices: room that was kept for others is free now. */
  improve(apps: readonly number[], stop: () => boolean): void {
    let open = apps.filter((a) => !this.flat.model.apps[a]!.reserves);
    for (let look = 0; look < LOOKS && open.length > 0; look += 1) {
      open = open.filter((a) => {
        if (stop()) return false;
        const kept = this.#positionsOf(a);
        this.#sweep.enter(a, false);
        this.work += 3 * this.#workOf(a);
        const { moved, broken } = this.#placer.shift(a);
        if (!broken) return moved;
        this.#placer.lift(a);
        this.#placer.restore(a, kept);
        return false;
      });
    }
  }

  /** The placement of an application as it is now. */
  placementOf(a: number): { model: AppModel; at: Int32Array } {
    const at = this.locationsOf(a);
    return { model: this.#models.of(a, at), at };
  }

  /** What the application costs at least with the price of the room that it uses, in double precision. */
  pricedBound(a: number): number {
    this.#sweep.enter(a, true);
    this.work += 2 * this.#workOf(a);
    return exactBound(this.flat.model, this.#ground, this.#sweep, a);
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
  pricesByLocation(): Float64Array {
    const R = this.flat.model.resources;
    const { location, positions } = this.#ground.layout;
    const value = new Float64Array(this.#federation.free.length);
    for (let p = 0; p < positions; p += 1) {
      const k = location[p]!;
      for (let r = 0; k >= 0 && r < R; r += 1) value[k * R + r] = this.#prices.value[p * R + r]!;
    }
    return value;
  }

  /** Labels that bounds are worked out over; undefined where each is one location. */
  get labels(): number | undefined {
    const { single, groups } = this.#ground.layout;
    return single ? undefined : groups;
  }

  #empty(): Standing {
    const { model } = this.flat;
    return {
      at: new Int32Array(model.replicas.length).fill(-1),
      used: new Float64Array(this.#room.length),
      room: this.#room,
    };
  }

  #positionsOf(a: number): Int32Array {
    const { variableStart } = this.flat.model;
    return this.#standing.at.slice(variableStart[a]!, variableStart[a + 1]!);
  }

  /** Where the variables of an application are. */
  locationsOf(a: number): Int32Array {
    return this.#positionsOf(a).map((p) => this.#ground.layout.location[p]!);
  }

  /** Units of one sweep. */
  #workOf(a: number): number {
    const { variableStart, factorStart } = this.flat.model;
    const { positions, stride } = this.#ground.layout;
    return (
      (variableStart[a + 1]! - variableStart[a]!) * (2 * positions + 300) +
      (factorStart[a + 1]! - factorStart[a]!) * (stride * stride + 300)
    );
  }
}
