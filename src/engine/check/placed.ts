import type { Application, Channel, Location, Problem, Share } from '../problem.ts';
import type { ApplicationResult, Result } from '../result.ts';
import type { RefereeNetwork } from './network.ts';

/** One caller's location with the nearest location of the callee, and the caller's share of all replicas. */
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly share: number;
}

/** A placement as a result tells it, beside what is fixed; questions that several rules ask. */
export class Placed {
  readonly problem: Problem;
  readonly network: RefereeNetwork;
  readonly #answers: ReadonlyMap<string, ApplicationResult>;
  readonly #locations: ReadonlyMap<string, Location>;
  readonly #order: ReadonlyMap<string, number>;
  readonly #shares = new Map<string, readonly Share[]>();

  constructor(problem: Problem, network: RefereeNetwork, result: Result) {
    this.problem = problem;
    this.network = network;
    this.#answers = new Map(result.applications.map((answer) => [answer.application, answer]));
    this.#locations = new Map(problem.locations.map((location) => [location.id, location]));
    this.#order = new Map(problem.locations.map(({ id }, at) => [id, at]));
    for (const { application, service, shares } of problem.fixed)
      this.#shares.set(`${application}/${service}`, shares);
    for (const { application, services } of result.applications) {
      for (const { service, shares } of services) this.#shares.set(`${application}/${service}`, shares);
    }
  }

  answer(app: Application): ApplicationResult | undefined {
    return this.#answers.get(app.id);
  }

  isPlaced(app: Application): boolean {
    const verdict = this.answer(app)?.verdict;
    return verdict === 'Optimal' || verdict === 'Feasible';
  }

  location(id: string): Location | undefined {
    return this.#locations.get(id);
  }

  /** Failure domain; a location without a zone is its own. */
  zone(location: string): string {
    const zone = this.#locations.get(location)?.zone;
    return zone === undefined ? `location ${location}` : `zone ${zone}`;
  }

  shares(app: Application, service: string): readonly Share[] {
    return this.#shares.get(`${app.id}/${service}`) ?? [];
  }

  callees(app: Application, { to }: Channel): readonly Share[] {
    return this.#shares.get(`${to.application ?? app.id}/${to.service}`) ?? [];
  }

  /**
   * Between the locations that `alive` leaves. Empty where the other end has no place. Equally near: the caller's
   * own location, then the one listed first.
   */
  routes(app: Application, channel: Channel, alive: (location: string) => boolean = () => true): Route[] {
    const callers = this.shares(app, channel.from).filter(({ location }) => alive(location));
    const total = callers.reduce((sum, { replicas }) => sum + replicas, 0);
    const order = (id: string) => this.#order.get(id) ?? 0;
    const callees = this.callees(app, channel)
      .filter(({ location }) => alive(location))
      .sort((a, b) => order(a.location) - order(b.location));
    if (callees.length === 0) return [];
    return callers.map(({ location, replicas }) => {
      const delay = (to: string) => (to === location ? -1 : this.network.delay(location, to));
      const nearest = callees.reduce((best, each) =>
        delay(each.location) < delay(best.location) ? each : best,
      );
      return { from: location, to: nearest.location, share: replicas / total };
    });
  }
}
