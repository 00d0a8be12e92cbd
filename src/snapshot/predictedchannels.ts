import { nearestOf } from '../engine/model/evaluate.ts';
import { buildPaths } from '../engine/paths/paths.ts';
import type { Application, Problem, Share } from '../engine/problem.ts';
import type { ChannelPlacement } from '../engine/result.ts';

/**
 * The channels of an application at given places, each on the pair of locations that carries the largest
 * share of its calls, as an engine would tell them.
 *
 * @param shares of a service of this or another application, by id
 */
export function predictedChannels(
  problem: Problem,
  application: Application,
  shares: (application: string, service: string) => readonly Share[],
): ChannelPlacement[] {
  const paths = buildPaths(problem);
  const index = new Map(problem.locations.map(({ id }, at) => [id, at]));
  return application.channels.flatMap((channel): ChannelPlacement[] => {
    const caller = [...shares(application.id, channel.from)].sort((a, b) => b.replicas - a.replicas)[0];
    const callees = shares(channel.to.application ?? application.id, channel.to.service).flatMap(
      ({ location }) => {
        const at = index.get(location);
        return at === undefined ? [] : [{ location: at }];
      },
    );
    const from = index.get(caller?.location ?? '');
    if (from === undefined || callees.length === 0) return [];
    const to = nearestOf(paths, from, callees);
    const delayMs = paths.delay[from * paths.size + to]!;
    return [
      {
        channel: channel.id,
        from: problem.locations[from]!.id,
        to: problem.locations[to]!.id,
        ...(Number.isFinite(delayMs) ? { delayMs } : {}),
        ...(channel.maxDelayMs === undefined ? {} : { maxDelayMs: channel.maxDelayMs }),
        ...(channel.bandwidthMbps === undefined ? {} : { bandwidthMbps: channel.bandwidthMbps }),
        assumed: channel.assumed || !Number.isFinite(delayMs),
      },
    ];
  });
}
