import type { AppModel } from './appmodel.ts';
import { exclusionsAt } from './eligibility.ts';
import { objectiveOf, type Placement, routesOf, termsOf } from './evaluate.ts';
import { fitsOn, type Load } from './load.ts';
import { Moves } from './moves.ts';
import type { ChannelPlacement, Reason, ServicePlacement } from './result.ts';

/** Locations that are named one by one; `removed` counts them all. */
const RULED_OUT = 8;

/** Each service with its shares, how many locations each rule removes, the next best location, and why not others. */
export function explainServices(model: AppModel, at: Placement, load: Load): ServicePlacement[] {
  const { ids } = model.federation;
  const places = servicesOf(model, at);
  const moves = new Moves(model, at);
  return model.services.map((service, index) => {
    const removed: Record<string, number> = {};
    const ruledOut: Reason[] = [];
    for (const { rule, forbids } of service.rules)
      for (let k = 0; k < ids.length; k += 1) if (forbids(k)) removed[rule] = (removed[rule] ?? 0) + 1;
    for (let k = 0; k < ids.length && ruledOut.length < RULED_OUT; k += 1) {
      const [first] = service.allowed[k] ? [] : exclusionsAt(service.rules, k);
      if (first)
        ruledOut.push({
          rule: first.rule,
          application: model.app.id,
          service: service.id,
          location: ids[k]!,
          message: first.message,
        });
    }
    const elsewhere = otherPlaces(model, at, index, load, moves);
    ruledOut.push(...elsewhere.ruledOut);
    return {
      ...places[index]!,
      ...(Object.keys(removed).length > 0 ? { removed } : {}),
      ...(elsewhere.runnerUp ? { runnerUp: elsewhere.runnerUp } : {}),
      ruledOut: ruledOut.slice(0, RULED_OUT),
    };
  });
}

/** Each service with its shares, and nothing else. */
export function servicesOf(model: AppModel, at: Placement): ServicePlacement[] {
  const { ids } = model.federation;
  return model.services.map(({ id, shards }) => {
    const shares = new Map<number, number>();
    for (const shard of shards)
      shares.set(at[shard]!, (shares.get(at[shard]!) ?? 0) + model.shards[shard]!.replicas);
    const sorted = [...shares].sort(([a], [b]) => a - b);
    return {
      service: id,
      shares: sorted.map(([k, replicas]) => ({ location: ids[k]!, replicas })),
      ruledOut: [],
    };
  });
}

/** Moves a whole service to each other location with everything else as it is. */
function otherPlaces(
  model: AppModel,
  at: Placement,
  index: number,
  load: Load,
  moves: Moves,
): Pick<ServicePlacement, 'runnerUp' | 'ruledOut'> {
  const { ids, paths } = model.federation;
  const service = model.services[index]!;
  const ruledOut: Reason[] = [];
  // A split service has no single next location.
  if (service.shards.length > 1) return { ruledOut };
  const here = at[service.shards[0]!]!;
  const { costOf, brokenBy } = moves.of(index);
  const reason = (k: number, why: Pick<Reason, 'rule' | 'message'> & Partial<Reason>) => {
    if (ruledOut.length < RULED_OUT)
      ruledOut.push({ application: model.app.id, service: service.id, location: ids[k]!, ...why });
  };
  let next = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < ids.length; k += 1) {
    if (k === here || !service.allowed[k]) continue;
    if (!fitsOn(model.federation, load, k, service.demand, service.replicas)) {
      reason(k, { rule: 'Capacity', message: 'is full' });
      continue;
    }
    const broken = brokenBy(k);
    if (broken) {
      const { channel, routes } = broken;
      const route = routes.find(({ from, to }) => from !== to)!;
      const delay = paths.delay[route.from * ids.length + route.to]!;
      const message = !channel.crossing
        ? `channel ${channel.id} may not cross clusters`
        : `channel ${channel.id} allows ${channel.maxDelay} ms, ${Number.isFinite(delay) ? `best path ${round(delay)} ms` : 'no path is known'}`;
      reason(k, { rule: channel.crossing ? 'Delay' : 'Crossing', channel: channel.id, message });
      continue;
    }
    const cost = costOf(k);
    if (cost >= least) continue;
    least = cost;
    next = k;
  }
  if (next < 0) return { ruledOut };
  const there = at.slice();
  there[service.shards[0]!] = next;
  const runnerUp = {
    location: ids[next]!,
    objective: objectiveOf(model, there),
    terms: termsOf(model, there),
  };
  return { runnerUp, ruledOut };
}

/** Each own channel on the route that carries most of it. */
export function explainChannels(model: AppModel, at: Placement): ChannelPlacement[] {
  const { ids, paths } = model.federation;
  return model.app.channels.flatMap((channel) => {
    const built = model.channels.find(({ id }) => id === channel.id);
    if (!built) return [];
    const route = routesOf(model, built, at).reduce((most, each) => (each.share > most.share ? each : most));
    const delay = paths.delay[route.from * ids.length + route.to]!;
    const known = Number.isFinite(delay);
    return [
      {
        channel: channel.id,
        from: ids[route.from]!,
        to: ids[route.to]!,
        ...(known ? { delayMs: delay } : {}),
        ...(channel.maxDelayMs === undefined ? {} : { maxDelayMs: channel.maxDelayMs }),
        ...(channel.bandwidthMbps === undefined ? {} : { bandwidthMbps: channel.bandwidthMbps }),
        assumed: channel.assumed || !known,
      },
    ];
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
