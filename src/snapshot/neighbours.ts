import { standing } from '../engine/model/standing.ts';
import type { Paths } from '../engine/paths/paths.ts';
import type { Application, Channel, Service, Share } from '../engine/problem.ts';
import { type AppState, runningShares } from './appstate.ts';
import { sortedBy } from './order.ts';
import type { StandingChannel } from './standingchannels.ts';

/**
 * Apps that stay where they are and call an app that is decided now over ASSURED channels: whoever moves may
 * not break the edge of a neighbour. A neighbour is an application of the problem that takes no room and has
 * one place to be: one service for each location of a caller, so that the rule holds on each of them.
 *
 * A channel that is broken already binds nobody: an edit of the callee must not fail over it.
 */
export function neighboursOf(
  channels: readonly StandingChannel[],
  applications: readonly Application[],
  states: ReadonlyMap<string, AppState>,
  network: { paths: () => Paths; index: ReadonlyMap<string, number> },
): { neighbours: Application[]; callees: Map<string, Set<string>> } {
  const solved = new Map(applications.map((application) => [application.id, application]));
  const incoming = channels.filter(({ to }) =>
    solved.get(to.application)?.services.some(({ id }) => id === to.service),
  );
  const kept = incoming.filter((channel) => {
    const target = states.get(channel.to.application);
    const now = target ? (runningShares(target).get(channel.to.service) ?? []) : [];
    return holds(channel, now, solved.get(channel.to.application)?.crossing ?? true, network);
  });
  const callees = new Map<string, Set<string>>();
  const neighbours = [...Map.groupBy(kept, ({ app }) => app.id)].map(([id, own]) => {
    const neighbour = `${id} as it runs`;
    callees.set(neighbour, new Set(own.map(({ to }) => to.application)));
    return frozen(
      neighbour,
      own,
      own.every(({ to }) => solved.get(to.application)?.crossing ?? true),
    );
  });
  return { neighbours: sortedBy(neighbours, ({ id }) => id), callees };
}

/** Whether the channel keeps its rules with the callee where it is now; also true for a callee without place. */
function holds(
  { callers, figures }: StandingChannel,
  callees: readonly Share[],
  crossing: boolean,
  { paths, index }: { paths: () => Paths; index: ReadonlyMap<string, number> },
): boolean {
  const known = callees.filter(({ location }) => index.has(location));
  if (known.length === 0) return true;
  return callers.every(({ location }) => {
    if (known.some((callee) => callee.location === location)) return true;
    if (!crossing) return false;
    const { delay, size } = paths();
    const row = index.get(location)! * size;
    const least = Math.min(...known.map((callee) => delay[row + index.get(callee.location)!]!));
    return Number.isFinite(least) && least <= (figures.maxDelayMs ?? Number.POSITIVE_INFINITY);
  });
}

function frozen(id: string, channels: readonly StandingChannel[], crossing: boolean): Application {
  const services = new Map<string, Service>();
  const parts = channels.flatMap(({ name, from, callers, to, figures }): Channel[] => {
    const total = callers.reduce((sum, { replicas }) => sum + replicas, 0);
    return callers.map(({ location, replicas }) => {
      const service = `${from} on ${location}`;
      services.set(service, standing(service, location));
      const share = replicas / total;
      return {
        id: callers.length === 1 ? name : `${name} from ${location}`,
        from: service,
        to,
        class: 'ASSURED',
        ...(figures.maxDelayMs === undefined ? {} : { maxDelayMs: figures.maxDelayMs }),
        ...(figures.bandwidthMbps === undefined ? {} : { bandwidthMbps: figures.bandwidthMbps * share }),
        callsPerSecond: figures.callsPerSecond * share,
        bytesPerCall: figures.bytesPerCall,
        assumed: figures.assumed,
        clean: true,
      };
    });
  });
  return {
    id,
    // Admitted before everybody else: its place is not in question.
    class: 'Gold',
    profile: { cost: 1, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 },
    excluded: {},
    crossing,
    survive: 'None',
    services: sortedBy([...services.values()], (service) => service.id),
    channels: sortedBy(parts, (channel) => channel.id),
    entryPoints: [],
  };
}
