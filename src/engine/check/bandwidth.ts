import type { Application } from '../problem.ts';
import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { within } from './tolerance.ts';

/** Mbit/s on one directed link, and whose. */
export interface Reserved {
  mbps: number;
  readonly by: Set<string>;
}

/**
 * What the ASSURED channels of all placed applications reserve on the links of their paths, by directed link;
 * those of `changed` between the locations that `alive` leaves.
 */
export function reservedOn(
  placed: Placed,
  changed?: Application,
  alive?: (location: string) => boolean,
): ReadonlyMap<number, Reserved> {
  const loads = new Map<number, Reserved>();
  for (const app of placed.problem.applications.filter((each) => placed.isPlaced(each))) {
    for (const channel of app.channels) {
      if (channel.class !== 'ASSURED' || !channel.bandwidthMbps) continue;
      for (const { from, to, share } of placed.routes(app, channel, app === changed ? alive : undefined)) {
        for (const link of placed.network.links(from, to)) {
          const load = loads.get(link) ?? { mbps: 0, by: new Set() };
          loads.set(link, load);
          load.mbps += channel.bandwidthMbps * share;
          load.by.add(app.id);
        }
      }
    }
  }
  return loads;
}

/** What ASSURED channels reserve is there: on each link together, and on each pair of locations one by one. */
export function checkBandwidth(placed: Placed, loads: ReadonlyMap<number, Reserved>): Finding[] {
  const onPairs = placed.problem.applications
    .filter((app) => placed.isPlaced(app))
    .flatMap((app) => pairsOf(placed, app));
  const onLinks = [...loads].flatMap(([link, { mbps, by }]) => {
    const message = tooMuchOn(placed, link, mbps);
    return message === undefined
      ? []
      : [...by].map((application): Finding => ({ rule: 'Bandwidth', application, message }));
  });
  return [...onPairs, ...onLinks];
}

/** The same for one application after the loss of a domain, while all others go on as they are. */
export function checkBandwidthWithout(
  placed: Placed,
  app: Application,
  alive: (location: string) => boolean,
  lost: string,
): Finding[] {
  const onLinks = [...reservedOn(placed, app, alive)].flatMap(([link, { mbps, by }]): Finding[] => {
    const message = by.has(app.id) ? tooMuchOn(placed, link, mbps) : undefined;
    return message === undefined
      ? []
      : [{ rule: 'Bandwidth', application: app.id, message: `${message} without ${lost}` }];
  });
  return [...pairsOf(placed, app, alive, ` without ${lost}`), ...onLinks];
}

function pairsOf(
  placed: Placed,
  app: Application,
  alive?: (location: string) => boolean,
  when = '',
): Finding[] {
  return app.channels.flatMap((channel) => {
    if (channel.class !== 'ASSURED' || !channel.bandwidthMbps) return [];
    return placed.routes(app, channel, alive).flatMap(({ from, to, share }): Finding[] => {
      const mbps = channel.bandwidthMbps! * share;
      const pair = placed.network.pairBandwidth(from, to);
      if (within(mbps, pair)) return [];
      const message = `${mbps} of ${pair} Mbit/s from ${from} to ${to}${when}`;
      return [{ rule: 'Bandwidth', application: app.id, channel: channel.id, message }];
    });
  });
}

function tooMuchOn(placed: Placed, link: number, mbps: number): string | undefined {
  const capacity = placed.network.capacity(link);
  return within(mbps, capacity)
    ? undefined
    : `${mbps} of ${capacity} Mbit/s on the link from ${placed.network.linkName(link)}`;
}
