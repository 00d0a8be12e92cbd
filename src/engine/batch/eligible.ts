import { residencyByFlow, rulesFor } from '../model/eligibility.ts';
import type { FederationModel } from '../model/federation.ts';
import type { Application, Problem, Service } from '../problem.ts';

type DataNeed = Service['data'][number];

/**
 * Classes of services that may use the same locations, whatever they demand: one row for each, made when the
 * first of its services is met. A thousand applications have a few dozen of them, beside what asks for data.
 */
export class Eligibility {
  /** 1 where services of the class may run. */
  readonly rows: Uint8Array[] = [];
  readonly #problem: Problem;
  readonly #federation: FederationModel;
  readonly #known = new Map<string, number>();
  readonly #lists = new Map<readonly string[], number>();
  readonly #bound: ReadonlySet<string>;
  readonly #shaped: boolean;
  readonly #holders: (need: DataNeed) => readonly number[];

  constructor(problem: Problem, federation: FederationModel, holders: (need: DataNeed) => readonly number[]) {
    this.#problem = problem;
    this.#federation = federation;
    this.#holders = holders;
    this.#bound = new Set(
      problem.datasets.filter(({ residency }) => residency.length > 0).map(({ id }) => id),
    );
    this.#shaped = problem.locations.some(({ shapes }) => shapes !== undefined);
  }

  /** Class of each service of the application. */
  classesOf(app: Application): number[] {
    const bound =
      this.#bound.size > 0 &&
      app.services.some(({ data }) => data.some(({ dataset }) => this.#bound.has(dataset)));
    const residency = bound ? residencyByFlow(this.#problem, app) : undefined;
    return app.services.map((service) => this.#classOf(app, service, residency?.get(service.id)));
  }

  #classOf(app: Application, service: Service, residency: ReadonlySet<string> | undefined): number {
    const rules = `${this.#rulesKey(app, service)}|${residency ? [...residency].join() : '*'}`;
    const sizes = this.#shaped ? JSON.stringify(service.demand) : '';
    const needs = service.data.filter(({ locality }) => locality === 'Required');
    const base = this.#row(`${rules}|${sizes}`, () => {
      // Capacity is judged by the part, which may be larger than one replica; data below.
      const demand = this.#shaped ? service.demand : {};
      const alone = { ...service, demand, data: [] };
      const row = new Uint8Array(this.#federation.ids.length).fill(1);
      for (const { forbids } of rulesFor(this.#problem, this.#federation, app, alone, residency))
        for (let k = 0; k < row.length; k += 1) if (forbids(k)) row[k] = 0;
      return row;
    });
    if (needs.length === 0) return base;
    const data = needs.map(
      ({ dataset, maxDelayMs = '', maxStalenessSeconds = '' }) =>
        `${dataset} ${maxDelayMs} ${maxStalenessSeconds}`,
    );
    return this.#row(`${rules}|${sizes}|${data.join()}`, () => {
      const row = this.rows[base]!.slice();
      for (const need of needs) this.#keepInReach(row, need);
      return row;
    });
  }

  #row(key: string, make: () => Uint8Array): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const at = this.rows.push(make()) - 1;
    this.#known.set(key, at);
    return at;
  }

  #rulesKey(app: Application, service: Service): string {
    const { requirements, tolerations, onlyLocations, notLocations, securityClass, complianceClass } =
      service;
    const wishes =
      requirements.length + tolerations.length === 0 ? '' : JSON.stringify([requirements, tolerations]);
    const only = onlyLocations ? onlyLocations.join('\n') : '*';
    return `${wishes}|${only}|${notLocations.join('\n')}|${securityClass ?? 0}|${complianceClass ?? 0}|${this.#list(app)}`;
  }

  /** Long lists of candidates are the same object for many applications, or are compared once. */
  #list({ candidates }: Application): number {
    if (!candidates) return 0;
    const known = this.#lists.get(candidates);
    if (known !== undefined) return known;
    const same = [...this.#lists].find(
      ([list]) => list.length === candidates.length && list.every((id, at) => id === candidates[at]),
    );
    const number = same?.[1] ?? this.#lists.size + 1;
    this.#lists.set(candidates, number);
    return number;
  }

  /** As the rule on required data: on a holder, or within the delay of one. */
  #keepInReach(row: Uint8Array, need: DataNeed): void {
    const { delay, size } = this.#federation.paths;
    const holders = this.#holders(need);
    const most = need.maxDelayMs === undefined ? -1 : need.maxDelayMs + 1e-9;
    for (let k = 0; k < row.length; k += 1) {
      if (row[k] === 0) continue;
      let reached = false;
      for (let each = 0; !reached && each < holders.length; each += 1)
        reached = holders[each] === k || delay[k * size + holders[each]!]! <= most;
      if (!reached) row[k] = 0;
    }
  }
}
