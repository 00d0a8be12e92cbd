import type { Application, Problem, Profile, Service } from '../problem.ts';
import { known, ProblemError } from '../problemerror.ts';

/** One thing that is other than the problem says. Absent application or service: all of them. */
export type Change =
  | { kind: 'LoseLocation'; location: string }
  | { kind: 'Weights'; application?: string; weights: Partial<Profile> }
  /** Replicas times the factor, rounded up. */
  | { kind: 'Scale'; application?: string; service?: string; factor: number }
  /** Delay of the links between two places, or of the pair of locations where there are matrices; both ways. */
  | { kind: 'Delay'; from: string; to: string; delayMs: number }
  /** Price of every resource of a location, times the factor. */
  | { kind: 'Price'; location: string; factor: number }
  | { kind: 'Force' | 'Forbid'; application?: string; service: string; location: string };

/**
 * The problem with the changes made, one after the other. What the problem hands over untouched it shares.
 * @throws ProblemError UnknownReference for a name that the problem does not know, BadChange for a value
 */
export function applyChanges(problem: Problem, changes: readonly Change[]): Problem {
  return changes.reduce(apply, problem);
}

function apply(problem: Problem, change: Change): Problem {
  switch (change.kind) {
    case 'LoseLocation':
      return lose(problem, change.location);
    case 'Weights':
      return onApplications(problem, change.application, (app) => reweighted(app, change.weights));
    case 'Scale':
      return onServices(problem, change, (service) => {
        // 3 x 1.1 is 3.3000000000000003: rounding up must not make four of three times one.
        const replicas = Math.ceil(Number((service.replicas * change.factor).toPrecision(12)));
        if (!(replicas >= 1 && replicas <= 10_000))
          throw new ProblemError(
            'BadChange',
            `scale of ${service.id}`,
            `${replicas} replicas: 1 to 10000 are possible`,
          );
        return { ...service, replicas };
      });
    case 'Delay':
      return withDelay(problem, change.from, change.to, change.delayMs);
    case 'Price':
      return withPrice(problem, change.location, change.factor);
    case 'Force':
      knownLocation(problem, 'force', change.location);
      return onServices(problem, change, (service) => ({ ...service, onlyLocations: [change.location] }));
    case 'Forbid':
      knownLocation(problem, 'forbid', change.location);
      return onServices(problem, change, (service) => ({
        ...service,
        notLocations: [...service.notLocations, change.location],
      }));
  }
}

/**
 * A location that holds nothing any more. It stays in the problem, closed to everybody, so that the averages
 * that terms are divided by stay the same and figures can be compared.
 */
function lose(problem: Problem, lost: string): Problem {
  knownLocation(problem, 'lose', lost);
  const all = problem.locations.map(({ id }) => id);
  return {
    ...problem,
    datasets: problem.datasets.map((dataset) => ({
      ...dataset,
      holders: dataset.holders.filter(({ location }) => location !== lost),
    })),
    fixed: problem.fixed
      .map((each) => ({ ...each, shares: each.shares.filter(({ location }) => location !== lost) }))
      .filter(({ shares }) => shares.length > 0),
    applications: withoutDeadEnds(problem, lost).map((app) => ({
      ...app,
      candidates: (app.candidates ?? all).filter((id) => id !== lost),
      excluded: { ...app.excluded, [lost]: 'is lost' },
      entryPoints: app.entryPoints.filter(({ location }) => location !== lost),
    })),
  };
}

/** Channels to a fixed service that is lost with its only location lead nowhere. */
function withoutDeadEnds({ applications, fixed }: Problem, lost: string): Application[] {
  const gone = new Set(
    fixed
      .filter(({ shares }) => shares.every(({ location }) => location === lost))
      .map(({ application, service }) => `${application}/${service}`),
  );
  if (gone.size === 0) return applications;
  return applications.map((app) => ({
    ...app,
    channels: app.channels.filter(({ to }) => !gone.has(`${to.application ?? app.id}/${to.service}`)),
  }));
}

function reweighted(app: Application, weights: Partial<Profile>): Application {
  const none = { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 };
  const profile = { ...none, ...weights };
  if (!Object.values(profile).some((weight) => weight > 0))
    throw new ProblemError('NoWeights', `weights of ${app.id}`, 'at least one weight must be above 0');
  return { ...app, profile };
}

function withDelay(problem: Problem, from: string, to: string, delayMs: number): Problem {
  const places = new Set([...problem.locations.map(({ id }) => id), ...problem.nodes]);
  known('delay', from, places);
  known('delay', to, places);
  if (problem.matrices) {
    const at = new Map(problem.locations.map(({ id }, index) => [id, index]));
    const [k, l] = [at.get(from), at.get(to)];
    const rows = problem.matrices.delayMs.map((row, r) =>
      row.map((value, c) => ((r === k && c === l) || (r === l && c === k) ? delayMs : value)),
    );
    return { ...problem, matrices: { ...problem.matrices, delayMs: rows } };
  }
  const between = (link: { from: string; to: string }) =>
    (link.from === from && link.to === to) || (link.from === to && link.to === from);
  if (!problem.links.some(between))
    throw new ProblemError('BadChange', 'delay', `there is no link between ${from} and ${to}`);
  return { ...problem, links: problem.links.map((link) => (between(link) ? { ...link, delayMs } : link)) };
}

function withPrice(problem: Problem, location: string, factor: number): Problem {
  knownLocation(problem, 'price', location);
  return {
    ...problem,
    locations: problem.locations.map((each) => {
      if (each.id !== location) return each;
      if (!each.priceUSDPerHour)
        throw new ProblemError('BadChange', 'price', `nobody knows the price of ${location}`);
      const prices = Object.entries(each.priceUSDPerHour).map(([name, usd]) => [name, usd * factor]);
      return { ...each, priceUSDPerHour: Object.fromEntries(prices) as Record<string, number> };
    }),
  };
}

function onApplications(
  problem: Problem,
  application: string | undefined,
  change: (app: Application) => Application,
): Problem {
  if (application !== undefined)
    known(
      'application',
      application,
      problem.applications.map(({ id }) => id),
    );
  return {
    ...problem,
    applications: problem.applications.map((app) =>
      application === undefined || app.id === application ? change(app) : app,
    ),
  };
}

function onServices(
  problem: Problem,
  at: { application?: string; service?: string },
  change: (service: Service) => Service,
): Problem {
  const apps = problem.applications.filter(({ id }) => at.application === undefined || id === at.application);
  if (at.service !== undefined)
    known(
      'service',
      at.service,
      apps.flatMap(({ services }) => services.map(({ id }) => id)),
    );
  return onApplications(problem, at.application, (app) => ({
    ...app,
    services: app.services.map((service) =>
      at.service === undefined || service.id === at.service ? change(service) : service,
    ),
  }));
}

function knownLocation({ locations }: Problem, path: string, location: string): void {
  known(
    path,
    location,
    locations.map(({ id }) => id),
  );
}
