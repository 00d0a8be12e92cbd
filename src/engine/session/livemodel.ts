import { placesOfFixed } from '../admission/admission.ts';
import { ln } from '../arithmetic/ln.ts';
import { compile } from '../gqap/compile.ts';
import type { Gqap } from '../gqap/gqap.ts';
import { type AppModel, buildApp } from '../model/appmodel.ts';
import type { Placement } from '../model/evaluate.ts';
import { buildFederation, EPSILON, type FederationModel } from '../model/federation.ts';
import { type Judge, judgeOf } from '../model/judge.ts';
import { emptyLoad, type Load } from '../model/load.ts';
import { pairFiguresOf } from '../paths/pairfigures.ts';
import { buildPaths } from '../paths/paths.ts';
import { PathTable } from '../paths/pathtable.ts';
import type { Location, Problem } from '../problem.ts';
import { leaving, unaryAt } from './unaryat.ts';

/** Shares of its value by which the weight of a term may have moved before the search is built anew. */
const DRIFT = 0.01;

type Figures = 'cost' | 'carbon' | 'resilience';
type Exact = AppModel & { factor: { -readonly [K in keyof AppModel['factor']]: AppModel['factor'][K] } };

/** What a change of one location touches in a search. */
export interface Touched {
  readonly k: number;
  /** What lies between it and others costs something else. */
  readonly pairs: boolean;
  /** Variables that may cost something else on every location; on `k` all do. */
  readonly rows: readonly number[];
}

/**
 * One application and its federation, kept in step with changes of single locations and links. Two models
 * share the same figures: `exact` weighs them as a problem made anew would, and judges; the other keeps the
 * weights that the search was built with, so that a changed average does not touch every cost of the search.
 * O(services + locations) for a location; where more hangs on it (figures that others lack, a link), the
 * models are built anew, all but the paths: `undefined`.
 */
export class LiveModel {
  readonly problem: Problem;
  readonly #table: PathTable | undefined;
  federation!: FederationModel;
  load!: Load;
  exact!: Exact;
  gqap!: Gqap;
  judge!: Judge;
  #frozen!: AppModel;
  /** Figures that every location has: only then does one location's not stand in for another's. */
  #known!: Readonly<Record<'watts' | 'grams' | 'availability', boolean>> & {
    readonly price: readonly boolean[];
  };

  constructor(problem: Problem) {
    const [app] = problem.applications as [Problem['applications'][number]];
    this.problem = {
      ...problem,
      locations: [...problem.locations],
      links: [...problem.links],
      applications: [{ ...app, services: app.services.map((service) => ({ ...service })) }],
    };
    this.#table = problem.matrices ? undefined : new PathTable(problem);
    this.rebuild();
  }

  /** Models and compiled problem anew, as of now. */
  rebuild(): void {
    const { problem } = this;
    const [app] = problem.applications as [Problem['applications'][number]];
    const federation = buildFederation(problem, (grams) =>
      pairFiguresOf(problem, grams, this.#table?.paths ?? buildPaths(problem)),
    );
    const model = buildApp(problem, federation, app, placesOfFixed(problem, federation));
    const { locations } = problem;
    this.federation = federation;
    this.load = emptyLoad(federation);
    this.#frozen = model;
    this.exact = {
      ...model,
      factor: { ...model.factor },
      services: model.services.map((service) => ({ ...service, unary: service.unary.slice() })),
    };
    this.gqap = compile(model, this.load);
    this.judge = judgeOf(this.exact, this.load, app.budgets ?? {});
    this.#known = {
      price: federation.resources.map((resource) =>
        locations.every(({ priceUSDPerHour }) => priceUSDPerHour?.[resource] !== undefined),
      ),
      watts: locations.every(({ wattsPerCore }) => wattsPerCore !== undefined),
      grams: locations.every(({ gramsPerKWh }) => gramsPerKWh !== undefined),
      availability: locations.every(({ availability }) => availability !== undefined),
    };
  }

  /** True where the weights of the search have moved too far from what they are now. */
  get drifted(): boolean {
    const [was, now] = [this.#frozen.factor, this.exact.factor];
    return (['cost', 'carbon', 'delay', 'resilience'] as const).some(
      (term) => Math.abs(now[term] - was[term]) > DRIFT * was[term],
    );
  }

  /** The objective of a placement as a problem made anew would have it. O(shards + channels). */
  judged(at: Placement): number {
    this.exact.shards.forEach(({ service }, shard) => {
      this.#weigh(this.exact, service, at[shard]!);
    });
    return this.judge(at);
  }

  /** Every cost of the exact model, for who looks beyond the placement. O(services x locations). */
  weighAll(): void {
    const { services, federation } = this.exact;
    for (let service = 0; service < services.length; service += 1)
      for (let k = 0; k < federation.ids.length; k += 1) this.#weigh(this.exact, service, k);
  }

  changeLink(link: number, delayMs: number): void {
    const { links } = this.problem;
    links[link] = { ...links[link]!, delayMs };
    let first = 0;
    for (const each of links.slice(0, link)) first += each.bidirectional ? 2 : 1;
    this.#table?.change(first, delayMs);
    if (links[link]!.bidirectional) this.#table?.change(first + 1, delayMs);
    this.rebuild();
  }

  changeLocation(k: number, next: Location): Touched | undefined {
    const before = this.problem.locations[k]!;
    this.problem.locations[k] = next;
    if (this.#needsAll(before, next)) {
      this.rebuild();
      return undefined;
    }
    const { federation, exact } = this;
    const { resources, price, free, gramsPerCore, gramsPerKWh, unavailability } = federation;
    const m = federation.ids.length;
    const R = resources.length;
    const priced = next.priceUSDPerHour;
    resources.forEach((resource, r) => {
      if (this.#known.price[r]) price[k * R + r] = priced?.[resource] ?? 0;
      free[k * R + r] = next.free[resource] ?? 0;
      const room = this.gqap.room as Float64Array;
      room[k * R + r] = free[k * R + r]! * (1 + EPSILON) + EPSILON - this.load.used[k * R + r]!;
    });
    if (this.#known.availability && next.availability !== undefined)
      unavailability[k] = -ln(Math.max(next.availability, 1e-9));
    const pairs = next.gramsPerKWh !== before.gramsPerKWh;
    let gramsPerGB = 0;
    if (pairs) {
      gramsPerKWh[k] = next.gramsPerKWh ?? 0;
      gramsPerGB = this.#weighEnergy(k) / (m * m);
    }
    if (this.#known.watts) gramsPerCore[k] = ((next.wattsPerCore ?? 0) * gramsPerKWh[k]!) / 1000;
    const change: Record<Figures, number> = { cost: 0, carbon: 0, resilience: 0 };
    this.problem.applications[0]!.services.forEach(({ demand }, at) => {
      const service = exact.services[at]!;
      const { terms, replicas, rules, allowed } = service;
      let cost = 0;
      resources.forEach((resource, r) => {
        const amount = demand[resource] ?? 0;
        if (amount !== 0) cost += amount * price[k * R + r]!;
      });
      const figures = {
        cost,
        carbon: (demand['cpu'] ?? 0) * gramsPerCore[k]!,
        resilience: unavailability[k]! / replicas,
      };
      for (const term of ['cost', 'carbon', 'resilience'] as const) {
        change[term] += (replicas * (figures[term] - terms[term][k]!)) / m;
        terms[term][k] = figures[term];
      }
      allowed[k] = rules.some(({ forbids }) => forbids(k)) ? 0 : 1;
      this.#weigh(this.#frozen, at, k);
    });
    change.carbon += exact.channels.reduce((sum, { gbPerHour }) => sum + gbPerHour, 0) * gramsPerGB;
    this.#renormalise(change);
    const rows = pairs ? this.#ending(k) : [];
    this.#refresh(k, rows);
    return { k, pairs, rows };
  }

  /** Carbon of what passes between a location and all others; returns by how much the sum changed. */
  #weighEnergy(k: number): number {
    const { gramsPerKWh, paths, network, ids } = this.federation;
    const { grams } = network;
    const m = ids.length;
    let change = 0;
    for (let l = 0; l < m; l += 1) {
      const mean = (gramsPerKWh[k]! + gramsPerKWh[l]!) / 2;
      const [out, back] = [k * m + l, l * m + k];
      const leaving = paths.kWhPerGB[out]! * mean;
      change += leaving - grams[out]!;
      grams[out] = leaving;
      const coming = paths.kWhPerGB[back]! * mean;
      change += coming - grams[back]!;
      grams[back] = coming;
    }
    return change;
  }

  /** What runs where now: moving charges and rules that speak of it. Returns variables whose costs changed. */
  runs(at: Placement): number[] {
    const { exact, problem } = this;
    const changed: number[] = [];
    exact.services.forEach((service, index) => {
      const running = new Map<number, number>();
      for (const shard of service.shards)
        running.set(at[shard]!, (running.get(at[shard]!) ?? 0) + exact.shards[shard]!.replicas);
      const places = [...new Set([...running.keys(), ...service.running.keys()])];
      if (places.every((k) => running.get(k) === service.running.get(k))) return;
      // The rules read the same object.
      problem.applications[0]!.services[index]!.running = [...running].map(([k, replicas]) => ({
        location: this.federation.ids[k]!,
        replicas,
      }));
      changed.push(index);
    });
    if (changed.length > 0) this.rebuild();
    return changed;
  }

  /** A figure that stands in for unknown ones, or makes a term come or go, or egress, concerns every location. */
  #needsAll(before: Location, next: Location): boolean {
    const { factor, app } = this.exact;
    const known = this.#known;
    const { resources } = this.federation;
    const prices = ({ priceUSDPerHour }: Location) =>
      resources.map((resource) => priceUSDPerHour?.[resource]);
    const [old, now] = [prices(before), prices(next)];
    const differs = (of: 'wattsPerCore' | 'gramsPerKWh' | 'availability') => before[of] !== next[of];
    const gone = (['cost', 'carbon', 'resilience'] as const).some(
      (term) => app.profile[term] > 0 && factor[term] === 0,
    );
    return (
      gone ||
      before.egressUSDPerGB !== next.egressUSDPerGB ||
      old.some((price, r) => price !== now[r] && (!known.price[r] || now[r] === undefined)) ||
      (differs('wattsPerCore') && (!known.watts || !known.grams || next.wattsPerCore === undefined)) ||
      (differs('gramsPerKWh') && (!known.grams || !known.watts || next.gramsPerKWh === undefined)) ||
      (differs('availability') && (!known.availability || next.availability === undefined))
    );
  }

  /** The value of the average placement moves with each figure; weights are divided by it. */
  #renormalise(change: Readonly<Record<Figures, number>>): void {
    const { factor, app } = this.exact;
    const weights = Object.values(app.profile).reduce((sum, weight) => sum + weight, 0);
    for (const term of ['cost', 'carbon', 'resilience'] as const) {
      if (factor[term] === 0) continue;
      const weight = app.profile[term] / weights;
      factor[term] = weight / (weight / factor[term] + change[term]);
    }
  }

  #weigh({ services, factor }: AppModel, at: number, k: number): void {
    const { unary, terms } = services[at]!;
    unary[k] =
      factor.cost * terms.cost[k]! +
      factor.carbon * terms.carbon[k]! +
      factor.delay * terms.delay[k]! +
      factor.resilience * terms.resilience[k]!;
  }

  /** Variables with a channel to something that has its place on `k`. */
  #ending(k: number): number[] {
    const { services } = this.exact;
    return services.flatMap(({ shards }, service) =>
      leaving(this.exact, service).some(({ from, to }) =>
        [from, to].some((end) => 'shares' in end && end.shares.some(({ location }) => location === k)),
      )
        ? shards
        : [],
    );
  }

  #refresh(k: number, rows: readonly number[]): void {
    const { gqap } = this;
    const unary = gqap.unary as Float64Array;
    for (let i = 0; i < gqap.variables; i += 1)
      unary[i * gqap.locations + k] = unaryAt(this.#frozen, gqap, i, k);
    for (const i of rows)
      for (let l = 0; l < gqap.locations; l += 1)
        unary[i * gqap.locations + l] = unaryAt(this.#frozen, gqap, i, l);
  }
}
