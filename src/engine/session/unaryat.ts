import type { Gqap } from '../gqap/gqap.ts';
import type { AppModel, ChannelModel, End } from '../model/appmodel.ts';
import { channelObjective, keepsRules, nearestOf, type Route } from '../model/evaluate.ts';

/**
 * One unary cost as `compile` gives it, for problems of which few have changed: the same figures in the same
 * order of operations, so that they agree bit for bit. O(channels that leave the application).
 */
export function unaryAt(model: AppModel, gqap: Gqap, i: number, k: number): number {
  const { service: index, replicas } = model.shards[i]!;
  const service = model.services[index]!;
  const { allowed, shards, running } = service;
  if (!allowed[k] || (model.survive && shards.length < 2) || !hasRoom(gqap, i, k))
    return Number.POSITIVE_INFINITY;
  let cost = service.unary[k]! * replicas;
  if (running.size > 0 && model.factor.migration !== 0) {
    const total = [...running.values()].reduce((sum, count) => sum + count, 0);
    const staying = Math.min(total, service.replicas);
    const moved = replicas - Math.min(running.get(k) ?? 0, replicas);
    const state = shards.length === 1 && moved > service.replicas - staying ? service.stateGB : 0;
    cost += model.factor.migration * (moved + state);
  }
  for (const channel of leaving(model, index)) {
    const { from, to } = channel;
    if ('shares' in to) {
      const share = replicas / service.replicas;
      cost = add(
        model,
        gqap,
        channel,
        { from: k, to: nearestOf(model.federation.paths, k, to.shares), share },
        cost,
      );
    } else if ('shares' in from && shards.length === 1) {
      const total = from.shares.reduce((sum, each) => sum + each.replicas, 0);
      for (const { location, replicas: callers } of from.shares)
        cost = add(model, gqap, channel, { from: location, to: k, share: callers / total }, cost);
    }
  }
  return cost;
}

/** Channels of a service whose other end has its place. */
export function leaving(model: AppModel, service: number): ChannelModel[] {
  const given = (end: End) => 'shares' in end;
  return model.incident[service]!.flatMap((at) => {
    const channel = model.channels[at]!;
    return given(channel.from) || given(channel.to) ? [channel] : [];
  });
}

function add(model: AppModel, gqap: Gqap, channel: ChannelModel, route: Route, cost: number): number {
  const mbps = channel.mbps * route.share;
  const pair = route.from * gqap.locations + route.to;
  if (mbps > 0 && gqap.bandwidth && mbps > gqap.bandwidth.pairRoom[pair]!) return Number.POSITIVE_INFINITY;
  if (!keepsRules(model, channel, [route])) return Number.POSITIVE_INFINITY;
  return cost + channelObjective(model, channel, [route]);
}

function hasRoom({ demand, room, resources }: Gqap, i: number, k: number): boolean {
  for (let r = 0; r < resources; r += 1) {
    const amount = demand[i * resources + r]!;
    if (amount > 0 && amount > room[k * resources + r]!) return false;
  }
  return true;
}
