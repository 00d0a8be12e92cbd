import { nearestOf } from '../engine/model/evaluate.ts';
import { buildPaths, type Paths } from '../engine/paths/paths.ts';
import type { Link, Location, Problem } from '../engine/problem.ts';
import { PROBLEM_FORMAT } from '../engine/vocabulary.ts';
import { type AppState, runningShares } from './appstate.ts';
import type { StandingChannel } from './standingchannels.ts';

/** The paths between locations, for links in their order. */
export function pathsOf(
  locations: readonly Pick<Location, 'id'>[],
  nodes: readonly string[],
  links: readonly Link[],
): Paths {
  const places = locations.map(({ id }): Location => ({ id, labels: {}, taints: [], free: {} }));
  const problem: Problem = {
    format: PROBLEM_FORMAT,
    locations: places,
    nodes: [...nodes],
    links: [...links],
    datasets: [],
    applications: [],
    fixed: [],
  };
  return buildPaths(problem);
}

/**
 * The links less the bandwidth that channels between apps with a place reserve. Channels from or to an app
 * that is decided now are left out: the engine reserves for those itself.
 *
 * @param links one for each direction, in the order that `paths` was built of
 */
export function lessReserved(
  links: readonly Link[],
  channels: readonly StandingChannel[],
  states: ReadonlyMap<string, AppState>,
  solved: ReadonlySet<string>,
  { paths, index }: { paths: () => Paths; index: ReadonlyMap<string, number> },
): Link[] {
  const reserving = channels.filter(
    ({ figures, to }) => (figures.bandwidthMbps ?? 0) > 0 && !solved.has(to.application),
  );
  if (reserving.length === 0) return [...links];
  const load = new Float64Array(links.length);
  for (const { callers, to, figures } of reserving) {
    const callee = states.get(to.application);
    const callees = (callee ? (runningShares(callee).get(to.service) ?? []) : []).flatMap(({ location }) => {
      const at = index.get(location);
      return at === undefined ? [] : [{ location: at }];
    });
    if (callees.length === 0) continue;
    const total = callers.reduce((sum, { replicas }) => sum + replicas, 0);
    for (const { location, replicas } of callers) {
      const from = index.get(location)!;
      const pair = from * paths().size + nearestOf(paths(), from, callees);
      for (const link of paths().linksOf(pair))
        load[link] = load[link]! + ((figures.bandwidthMbps ?? 0) * replicas) / total;
    }
  }
  return links.map((link, at) =>
    link.bandwidthMbps === undefined || load[at] === 0
      ? link
      : { ...link, bandwidthMbps: Math.max(0, Math.round((link.bandwidthMbps - load[at]!) * 1e6) / 1e6) },
  );
}
