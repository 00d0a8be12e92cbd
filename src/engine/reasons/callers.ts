import { standing } from '../model/standing.ts';
import type { Application, Channel, Problem, Service, Share } from '../problem.ts';

/** Where services are: `application/service` to shares. */
export type Places = ReadonlyMap<string, readonly Share[]>;

/**
 * The placed applications that call another one, cut down to what concerns it: they take no room, stay where
 * they are and keep only their channels to it. One service for each location of a caller, so that a rule
 * holds on each of them. They come before everybody else in any admission: their places are not in question.
 */
export function callersOf(problem: Problem, app: Application, places: Places): Application[] {
  return problem.applications
    .filter(({ id }) => id !== app.id)
    .flatMap((other) => {
      const services = new Map<string, Service>();
      const channels = other.channels
        .filter(({ to }) => to.application === app.id)
        .flatMap((channel) =>
          partsOf(channel, places.get(`${other.id}/${channel.from}`) ?? [], (service) =>
            services.set(service.id, service),
          ),
        );
      if (channels.length === 0) return [];
      return [
        { ...STANDING, id: other.id, crossing: other.crossing, services: [...services.values()], channels },
      ];
    });
}

const STANDING: Omit<Application, 'id' | 'crossing' | 'services' | 'channels'> = {
  class: 'Gold',
  profile: { cost: 1, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 },
  excluded: {},
  survive: 'None',
  entryPoints: [],
};

/** The channel once for each location of its caller, with that one's share of the traffic. */
function partsOf(channel: Channel, shares: readonly Share[], add: (service: Service) => void): Channel[] {
  const total = shares.reduce((sum, { replicas }) => sum + replicas, 0);
  return shares.map(({ location, replicas }): Channel => {
    const id = shares.length === 1 ? channel.from : `${channel.from} on ${location}`;
    const share = replicas / total;
    const { bandwidthMbps } = channel;
    add(standing(id, location));
    return {
      ...channel,
      id: shares.length === 1 ? channel.id : `${channel.id} from ${location}`,
      from: id,
      callsPerSecond: channel.callsPerSecond * share,
      ...(bandwidthMbps === undefined ? {} : { bandwidthMbps: bandwidthMbps * share }),
      clean: true,
    };
  });
}
