import type { EnergyEstimate } from '../api/codeco/v1alpha1/assignmentplan.ts';
import { exclusionsOf, residencyByFlow } from '../engine/model/eligibility.ts';
import { buildFederation } from '../engine/model/federation.ts';
import type { Application, Problem, Service, Share } from '../engine/problem.ts';

/** Power of a service on the clusters that it may use. */
interface ServicePower {
  service: Service;
  /** W of all replicas by eligible location. */
  watts: ReadonlyMap<string, number>;
  /** On the least efficient of them. */
  worst: number;
}

/** appEnergyLimit as a share; undefined where the app has none, or one that ACM should have refused. */
export function readEnergyLimit(text: string | undefined): number | undefined {
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(text ?? '')?.[1]);
  return percent > 0 ? percent / 100 : undefined;
}

/**
 * What an application's power would be, W: busy cores times what one adds at each cluster. An unknown figure
 * counts as the worst known; undefined when nobody states any.
 */
export class PowerModel {
  readonly #services: readonly ServicePower[];
  readonly #limit: number;

  private constructor(services: readonly ServicePower[], limit: number) {
    this.#services = services;
    this.#limit = limit;
  }

  static of(problem: Problem, application: Application, limit: number): PowerModel | undefined {
    const known = problem.locations.flatMap(({ wattsPerCore }) => wattsPerCore ?? []);
    if (known.length === 0) return undefined;
    const unknown = Math.max(...known);
    const federation = buildFederation(problem);
    const residency = residencyByFlow(problem, application);
    const services = application.services.map((service): ServicePower => {
      const watts = new Map(
        problem.locations.flatMap(({ id, wattsPerCore }, k): [string, number][] =>
          exclusionsOf(problem, federation, application, service, residency.get(service.id), k).length > 0
            ? []
            : [[id, (service.demand['cpu'] ?? 0) * service.replicas * (wattsPerCore ?? unknown)]],
        ),
      );
      return { service, watts, worst: Math.max(0, ...watts.values()) };
    });
    return new PowerModel(services, limit);
  }

  estimate(shares: (service: string) => readonly Share[]): EnergyEstimate {
    const worst = sum(this.#services, (each) => each.worst);
    const estimated = sum(this.#services, ({ service, watts, worst: most }) =>
      sum(
        shares(service.id),
        ({ location, replicas }) => ((watts.get(location) ?? most) * replicas) / service.replicas,
      ),
    );
    return {
      estimatedWatts: rounded(estimated),
      worstWatts: rounded(worst),
      limitWatts: rounded(worst * this.#limit),
    };
  }

  /**
   * The application with its heaviest `count` services kept on clusters where each is within the limit by
   * itself, so that all of them together are; undefined where a service has no such cluster.
   */
  restricted(application: Application, count: number): Application | undefined {
    const heaviest = this.#services
      .filter(({ worst }) => worst > 0)
      .sort((a, b) => b.worst - a.worst || (a.service.id < b.service.id ? -1 : 1))
      .slice(0, count);
    const only = new Map(
      heaviest.map(({ service, watts, worst }) => [
        service.id,
        [...watts].flatMap(([location, amount]) =>
          amount <= worst * this.#limit * (1 + 1e-9) ? [location] : [],
        ),
      ]),
    );
    if ([...only.values()].some((locations) => locations.length === 0)) return undefined;
    return {
      ...application,
      services: application.services.map((service) => {
        const onlyLocations = only.get(service.id);
        return onlyLocations === undefined ? service : { ...service, onlyLocations };
      }),
    };
  }

  /** From all services that need power down to the heaviest one, by halves. */
  attempts(): number[] {
    const counts: number[] = [];
    const all = this.#services.filter(({ worst }) => worst > 0).length;
    for (let count = all; count >= 1; count = Math.floor(count / 2)) counts.push(count);
    return counts;
  }
}

export function withinLimit({ estimatedWatts, limitWatts }: EnergyEstimate): boolean {
  return estimatedWatts <= limitWatts * (1 + 1e-9) + 1e-9;
}

function rounded(watts: number): number {
  return Math.round(watts * 1000) / 1000;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
