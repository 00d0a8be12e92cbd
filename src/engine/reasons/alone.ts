import { nearestOf } from '../model/evaluate.ts';
import { buildPaths } from '../paths/paths.ts';
import type { Application, FixedService, Link, Problem } from '../problem.ts';
import type { ApplicationResult, Result } from '../result.ts';
import { callersOf, type Places } from './callers.ts';

/** Whether the answer holds a placement. */
export function isPlaced(answer: ApplicationResult | undefined): answer is ApplicationResult {
  return answer?.verdict === 'Optimal' || answer?.verdict === 'Feasible';
}

/** The places alone, as an answer that says nothing in numbers: for the referee to judge rules by. */
export function placesOnly(answer: ApplicationResult): ApplicationResult {
  const { objective: _, lowerBound: __, gap: ___, ...rest } = answer;
  return { ...rest, terms: {}, normalised: {} };
}

/**
 * The problem of one application with all others where a result puts them: their places are fixed, and what
 * they use of locations and links is gone. Those that call the application follow it in the problem, cut down
 * to their channels to it; see `callersOf`. O(services + channels), and the paths once where others reserve
 * bandwidth.
 */
export function aloneIn(problem: Problem, result: Result, app: Application): Problem {
  const others = result.applications.filter((answer) => isPlaced(answer) && answer.application !== app.id);
  const fixed: FixedService[] = [
    ...problem.fixed,
    ...others.flatMap(({ application, services }) =>
      services.map(({ service, shares }) => ({ application, service, shares: [...shares] })),
    ),
  ];
  const placed = new Set(others.map(({ application }) => application));
  const rest = problem.applications.filter(({ id }) => placed.has(id));
  const shares = new Map(
    fixed.map(({ application, service, shares: of }) => [`${application}/${service}`, of]),
  );
  return {
    ...problem,
    locations: freeBeside(problem, rest, shares),
    links: linksBeside(problem, rest, shares),
    applications: [withKnownEnds(app, new Set(shares.keys())), ...callersOf(problem, app, shares)],
    fixed,
  };
}

/** Less the channels to services that have no place: they lead nowhere yet, and are not weighed. */
export function withKnownEnds(app: Application, places: ReadonlySet<string>): Application {
  const channels = app.channels.filter(
    ({ to }) => (to.application ?? app.id) === app.id || places.has(`${to.application}/${to.service}`),
  );
  return channels.length === app.channels.length ? app : { ...app, channels };
}

function freeBeside(problem: Problem, others: readonly Application[], shares: Places): Problem['locations'] {
  const used = new Map<string, Map<string, number>>();
  for (const { id, services } of others) {
    for (const service of services) {
      for (const { location, replicas } of shares.get(`${id}/${service.id}`) ?? []) {
        const at = used.get(location) ?? new Map<string, number>();
        used.set(location, at);
        for (const [resource, amount] of Object.entries(service.demand))
          at.set(resource, (at.get(resource) ?? 0) + amount * replicas);
      }
    }
  }
  if (used.size === 0) return problem.locations;
  return problem.locations.map((location) => {
    const at = used.get(location.id);
    if (!at) return location;
    const free = Object.entries(location.free).map(([resource, amount]) => [
      resource,
      Math.max(0, amount - (at.get(resource) ?? 0)),
    ]);
    return { ...location, free: Object.fromEntries(free) as Record<string, number> };
  });
}

function linksBeside(problem: Problem, others: readonly Application[], shares: Places): Link[] {
  const reserving = others.flatMap((app) =>
    app.channels
      .filter(({ class: of, bandwidthMbps }) => of === 'ASSURED' && (bandwidthMbps ?? 0) > 0)
      .map((channel) => ({ app, channel })),
  );
  if (reserving.length === 0 || problem.matrices) return problem.links;
  const paths = buildPaths(problem);
  const index = new Map(problem.locations.map(({ id }, at) => [id, at]));
  const load = new Float64Array(paths.capacity.length);
  for (const { app, channel } of reserving) {
    const callers = shares.get(`${app.id}/${channel.from}`) ?? [];
    const callees = (shares.get(`${channel.to.application ?? app.id}/${channel.to.service}`) ?? []).map(
      ({ location }) => ({ location: index.get(location)! }),
    );
    if (callees.length === 0) continue;
    const total = callers.reduce((sum, { replicas }) => sum + replicas, 0);
    for (const { location, replicas } of callers) {
      const from = index.get(location)!;
      const pair = from * paths.size + nearestOf(paths, from, callees);
      for (const link of paths.linksOf(pair))
        load[link] = load[link]! + (channel.bandwidthMbps! * replicas) / total;
    }
  }
  // In the order in which paths count links: each one, then its way back.
  let at = 0;
  return problem.links.flatMap((link) => {
    const both = link.bidirectional ? [link, { ...link, from: link.to, to: link.from }] : [link];
    const left = both.map((each): Link => {
      const reserved = load[at++]!;
      const { bandwidthMbps } = each;
      if (reserved === 0 || bandwidthMbps === undefined) return { ...each, bidirectional: false };
      return { ...each, bidirectional: false, bandwidthMbps: Math.max(0, bandwidthMbps - reserved) };
    });
    return left.every(({ bandwidthMbps }) => bandwidthMbps === link.bandwidthMbps) ? [link] : left;
  });
}
