import type { AppModel, ServiceModel } from '../model/appmodel.ts';
import type { FederationModel } from '../model/federation.ts';
import type { Flattened } from './flatten.ts';

/** Rows of one service, by location; used again for every application. */
type Rows = Record<'unary' | 'cost' | 'carbon' | 'delay' | 'resilience', Float64Array>;

const NOT_RUNNING: ReadonlyMap<number, number> = new Map();
const NOTHING_RELAXED: ReadonlySet<string> = new Set();

/**
 * Models of applications whose rows hold figures for one placement alone, in double precision: enough to judge
 * it, to answer with it and to take its room. A model is good until the next one is asked for.
 */
export class LightModels {
  readonly #federation: FederationModel;
  readonly #flat: Flattened;
  readonly #rows: Rows[] = [];

  constructor(federation: FederationModel, flat: Flattened) {
    this.#federation = federation;
    this.#flat = flat;
  }

  /** O(services + channels) */
  of(a: number, at: ArrayLike<number>): AppModel {
    const { model, classes } = this.#flat;
    const { app, factor, dropped, channels, totalCalls } = model.apps[a]!;
    const R = model.resources;
    const firstService = model.serviceStart[a]!;
    const firstVariable = model.variableStart[a]!;
    const services = app.services.map((service, index): ServiceModel => {
      const s = firstService + index;
      const from = model.firstVariable[s]!;
      const to = model.firstVariable[s + 1] ?? model.replicas.length;
      const end = Math.min(to, model.variableStart[a + 1]!);
      const shards = Array.from({ length: end - from }, (_, part) => from - firstVariable + part);
      const rows = this.#fill(index, a, s, shards, at);
      const { spread, replicas } = service;
      return {
        id: service.id,
        replicas,
        shards,
        apart: shards.length < 2 ? undefined : spread?.over,
        spread: shards.length < 2 || !spread ? undefined : { over: spread.over, min: spread.min },
        demand: model.serviceDemand.subarray(s * R, (s + 1) * R),
        allowed: classes[model.serviceClass[s]!]!,
        rules: [],
        unary: rows.unary,
        terms: rows,
        running: NOT_RUNNING,
        stateGB: 0,
      };
    });
    const shards = [];
    for (let v = firstVariable; v < model.variableStart[a + 1]!; v += 1)
      shards.push({ service: model.variableService[v]! - firstService, replicas: model.replicas[v]! });
    return {
      app,
      federation: this.#federation,
      services,
      shards,
      channels,
      incident: [],
      survive: false,
      factor,
      totalCalls,
      dropped,
      whole: true,
      relaxed: NOTHING_RELAXED,
    };
  }

  #fill(index: number, a: number, s: number, shards: readonly number[], at: ArrayLike<number>): Rows {
    const { model, waits } = this.#flat;
    const { resources, price, gramsPerCore, unavailability, ids } = this.#federation;
    const { factor, totalCalls, app } = model.apps[a]!;
    const R = resources.length;
    this.#rows[index] ??= rowsOf(ids.length);
    const rows = this.#rows[index]!;
    const replicas = app.services[index]!.replicas;
    const cores = resources.indexOf('cpu');
    for (const shard of shards) {
      const k = at[shard]!;
      let cost = 0;
      for (let r = 0; r < R; r += 1) {
        const amount = model.serviceDemand[s * R + r]!;
        if (amount !== 0) cost += amount * price[k * R + r]!;
      }
      let waiting = 0;
      for (let w = model.waitStart[s]!; w < model.waitStart[s + 1]!; w += 1)
        waiting += model.waitCalls[w]! * waits[model.waitRow[w]!]![k]!;
      rows.cost[k] = cost;
      rows.carbon[k] = cores < 0 ? 0 : gramsPerCore[k]! * model.serviceDemand[s * R + cores]!;
      rows.delay[k] = totalCalls === 0 ? 0 : waiting / totalCalls / replicas;
      rows.resilience[k] = unavailability[k]! / replicas;
      rows.unary[k] =
        factor.cost * rows.cost[k]! +
        factor.carbon * rows.carbon[k]! +
        factor.delay * rows.delay[k]! +
        factor.resilience * rows.resilience[k]!;
    }
    return rows;
  }
}

function rowsOf(length: number): Rows {
  const row = () => new Float64Array(length);
  return { unary: row(), cost: row(), carbon: row(), delay: row(), resilience: row() };
}
