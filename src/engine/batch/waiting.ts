import type { FederationModel } from '../model/federation.ts';
import type { Application, Problem, Service } from '../problem.ts';

type DataNeed = Service['data'][number];
type EntryPoint = Application['entryPoints'][number];

/**
 * Delays by location to the nearest of some places: from where users come in, or to a copy of a data set. A
 * row is made once for all who share it. O(places x locations) each.
 */
export class Waiting {
  /** ms by location. */
  readonly rows: Float64Array[] = [];
  /** Over all locations. */
  readonly means: number[] = [];
  readonly #problem: Problem;
  readonly #federation: FederationModel;
  readonly #known = new Map<string, number>();
  readonly #datasets: ReadonlyMap<string, Problem['datasets'][number]>;
  readonly #regions = new Map<string, number[]>();

  constructor(problem: Problem, federation: FederationModel) {
    this.#problem = problem;
    this.#federation = federation;
    this.#datasets = new Map(problem.datasets.map((dataset) => [dataset.id, dataset]));
    problem.locations.forEach(({ region }, k) => {
      if (region === undefined) return;
      const known = this.#regions.get(region);
      if (known) known.push(k);
      else this.#regions.set(region, [k]);
    });
  }

  /** Row of the delay from where the users of an entry point are. */
  ofUsers({ location, region }: EntryPoint): number {
    const key = location !== undefined ? `at ${location}` : `in ${region ?? ''}`;
    return this.#row(key, () => {
      const sources =
        location !== undefined
          ? [this.#federation.index.get(location)!]
          : region === undefined
            ? this.#withoutRegion()
            : (this.#regions.get(region) ?? []);
      return this.#nearest(sources, true);
    });
  }

  /** Row of the delay to the nearest copy that is fresh enough. */
  ofData(need: DataNeed): number {
    const key = `of ${need.dataset} ${need.maxStalenessSeconds ?? ''}`;
    return this.#row(key, () => this.#nearest(this.holdersOf(need), false));
  }

  /** Locations with a copy fresh enough for the need; one whose age nobody knows is too old for any limit. */
  readonly holdersOf = ({ dataset, maxStalenessSeconds }: DataNeed): number[] =>
    this.#datasets
      .get(dataset)!
      .holders.filter(
        ({ stalenessSeconds }) =>
          maxStalenessSeconds === undefined ||
          (stalenessSeconds !== undefined && stalenessSeconds <= maxStalenessSeconds),
      )
      .map(({ location }) => this.#federation.index.get(location)!);

  #withoutRegion(): number[] {
    return this.#problem.locations.flatMap(({ region }, k) => (region === undefined ? [k] : []));
  }

  #row(key: string, make: () => Float64Array): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = make();
    let sum = 0;
    for (let k = 0; k < row.length; k += 1) sum += row[k]!;
    const at = this.rows.push(row) - 1;
    this.means.push(sum / row.length);
    this.#known.set(key, at);
    return at;
  }

  #nearest(places: readonly number[], from: boolean): Float64Array {
    const { delay } = this.#federation.network;
    const m = this.#federation.ids.length;
    const row = new Float64Array(m);
    if (places.length === 0) return row.fill(this.#federation.paths.worstDelay);
    row.fill(Number.POSITIVE_INFINITY);
    for (const place of places) {
      let at = from ? place * m : place;
      const step = from ? 1 : m;
      for (let k = 0; k < m; k += 1, at += step) if (delay[at]! < row[k]!) row[k] = delay[at]!;
    }
    return row;
  }
}
