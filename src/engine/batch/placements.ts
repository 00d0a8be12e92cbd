import type { AppModel } from '../model/appmodel.ts';
import type { FederationModel } from '../model/federation.ts';
import { judgeOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { Flattened } from './flatten.ts';
import { LightModels } from './lightmodel.ts';
import type { Views } from './views.ts';

/** Where an application is; the model is good until the next one is asked for. */
export interface PlacedModel {
  readonly model: AppModel;
  readonly at: Int32Array;
}

/**
 * Placements of the applications of a batch, one by one under the prices that its rows hold, each in what the
 * others leave. Rows choose in single precision; a placement counts only once a judge in double precision has
 * found no broken rule.
 */
export class Placements {
  readonly flat: Flattened;
  readonly views: Views;
  readonly #models: LightModels;

  constructor(federation: FederationModel, flat: Flattened, views: Views) {
    this.flat = flat;
    this.views = views;
    this.#models = new LightModels(federation, flat);
  }

  /** Places an application in what is left; undefined: it found nothing that keeps every rule. */
  place(a: number, load: Load): PlacedModel | undefined {
    return this.find(a) ? this.judged(a, load) : undefined;
  }

  /** Takes a place that the rows speak for, not judged yet. */
  find(a: number): boolean {
    const { narrow, whole } = this.views;
    const { sweep, placer } = narrow;
    if (narrow === whole) sweep.begin(a, true);
    else sweep.enter(a, true);
    sweep.pass(a, true);
    sweep.pass(a, false);
    this.views.spend(4, a);
    return placer.place(a) || this.#findCrowded(a);
  }

  /** Where room is short messages have to know where there is any. */
  #findCrowded(a: number): boolean {
    const { sweep, placer } = this.views.whole;
    for (const priced of [true, false]) {
      sweep.begin(a, priced);
      sweep.pass(a, true, { forbid: placer.crossOutFull });
      sweep.pass(a, false, { forbid: placer.crossOutFull });
      this.views.spend(4, a);
      if (placer.place(a) || placer.placeConsistently(a)) return true;
    }
    return false;
  }

  /** Takes back a placement that a rule of double precision speaks against. */
  judged(a: number, load: Load): PlacedModel | undefined {
    const placement = this.of(a);
    if (judgeOf(placement.model, load)(placement.at) < Number.POSITIVE_INFINITY) return placement;
    this.lift(a);
    return undefined;
  }

  /** Takes an application off. */
  lift(a: number): void {
    this.views.whole.placer.lift(a);
  }

  /** Puts an application where it is told. */
  settle(a: number, at: ArrayLike<number>): void {
    const first = this.flat.model.variableStart[a]!;
    for (let shard = 0; shard < at.length; shard += 1)
      this.views.standing.occupy(first + shard, at[shard]!, 1);
  }

  /** Takes over a placement that was found elsewhere; false where it is of other parts. */
  adopt(a: number, { shards }: AppModel, at: ArrayLike<number>): boolean {
    const { variableStart, replicas } = this.flat.model;
    const first = variableStart[a]!;
    if (shards.length !== variableStart[a + 1]! - first) return false;
    if (shards.some((shard, index) => shard.replicas !== replicas[first + index])) return false;
    this.settle(a, at);
    return true;
  }

  /** What was placed by others than this batch. */
  occupy(model: AppModel, at: ArrayLike<number>): void {
    model.shards.forEach(({ service, replicas }, shard) => {
      const { demand } = model.services[service]!;
      const first = at[shard]! * demand.length;
      for (let r = 0; r < demand.length; r += 1) this.views.standing.use(first + r, demand[r]! * replicas);
    });
  }

  /** The placement of an application as it is now. */
  of(a: number): PlacedModel {
    const at = this.locationsOf(a);
    return { model: this.#models.of(a, at), at };
  }

  /** Where the variables of an application are. */
  locationsOf(a: number): Int32Array {
    const { variableStart } = this.flat.model;
    return this.views.standing.at.slice(variableStart[a]!, variableStart[a + 1]!);
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
}
