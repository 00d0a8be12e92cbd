import type { Application, Problem, Share } from '../engine/problem.ts';
import { type AppState, runningShares } from './appstate.ts';
import { sortedBy } from './order.ts';

type FixedService = Problem['fixed'][number];

/**
 * Ties channels that end in another app to that app: to a service of this problem, or to a fixed one where
 * the other app already has its place. A channel whose other end is nowhere yet is left out and noted, for
 * it would refuse an app because of one that does not exist.
 */
export function tieChannels(
  applications: readonly Application[],
  states: ReadonlyMap<string, AppState>,
  locations: ReadonlySet<string>,
): { applications: Application[]; fixed: FixedService[]; notes: Map<string, string[]> } {
  const solved = new Map(
    applications.map(({ id, services }) => [id, new Set(services.map((service) => service.id))]),
  );
  const fixed = new Map<string, FixedService>();
  const notes = new Map<string, string[]>();
  const tied = applications.map((application) => ({
    ...application,
    channels: application.channels.filter(({ id, to }) => {
      if (to.application === undefined || solved.get(to.application)?.has(to.service)) return true;
      const shares = sharesOf(states.get(to.application), to.service, locations);
      if (shares.length === 0) {
        const text = `channel ${id}: service ${to.service} of ${to.application} runs nowhere yet, so the channel is not weighed`;
        notes.set(application.id, [...(notes.get(application.id) ?? []), text]);
        return false;
      }
      fixed.set(`${to.application}\n${to.service}`, {
        application: to.application,
        service: to.service,
        shares,
      });
      return true;
    }),
  }));
  return {
    applications: tied,
    fixed: sortedBy([...fixed.values()], ({ application, service }) => `${application}\n${service}`),
    notes,
  };
}

function sharesOf(state: AppState | undefined, service: string, locations: ReadonlySet<string>): Share[] {
  const shares = state ? (runningShares(state).get(service) ?? []) : [];
  return shares.filter(({ location }) => locations.has(location));
}
