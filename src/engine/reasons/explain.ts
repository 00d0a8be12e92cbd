import type { AppModel, ServiceModel } from '../model/appmodel.ts';
import { exclusionsAt } from '../model/eligibility.ts';
import { type Placement, routesOf } from '../model/evaluate.ts';
import { judgeOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import { Moves } from '../moves.ts';
import type { ChannelPlacement, Reason, ServicePlacement, TermValues } from '../result.ts';
import { type InTheWay, runnerUpOf } from './runnerup.ts';

/** Locations that are named one by one; `removed` counts them all. */
const RULED_OUT = 8;

/**
 * Each service with its shares, how many locations each rule removes, the next best location, and why not
 * others; what there is no time for any more is left out. O(services x locations) and little more.
 *
 * @param goOn asked before each service
 */
export function explainServices(
  model: AppModel,
  at: Placement,
  load: Load,
  limits: TermValues,
  goOn: () => boolean = () => true,
): ServicePlacement[] {
  const places = servicesOf(model, at);
  if (!goOn()) return places;
  const moves = new Moves(model, at);
  const { survive, channels } = model;
  const coupled =
    survive ||
    channels.some(({ mbps }) => mbps > 0) ||
    Object.values(limits).some((each) => each !== undefined);
  const judge = coupled ? judgeOf(model, load, limits) : undefined;
  return model.services.map((service, index) => {
    const place = places[index]!;
    if (!goOn()) return place;
    const { removed, ruledOut } = ownRules(model, service);
    // A split service has no single next location.
    if (service.shards.length > 1) return { ...place, ...(removed && { removed }), ruledOut };
    const wanted = RULED_OUT - ruledOut.length;
    const { runnerUp, inTheWay } = runnerUpOf(model, at, index, { load, judge, moves }, wanted);
    return {
      ...place,
      ...(removed && { removed }),
      ...(runnerUp && { runnerUp }),
      ruledOut: [...ruledOut, ...inTheWay.map((each) => reasonOf(model, service.id, each))],
    };
  });
}

/** What the rules of a service alone remove. */
function ownRules(
  { app, federation: { ids } }: AppModel,
  { id, rules, allowed }: ServiceModel,
): { removed: Record<string, number> | undefined; ruledOut: Reason[] } {
  const removed: Record<string, number> = {};
  const ruledOut: Reason[] = [];
  for (let k = 0; k < ids.length; k += 1) {
    if (allowed[k]) continue;
    for (const { rule, forbids } of rules) if (forbids(k)) removed[rule] = (removed[rule] ?? 0) + 1;
    if (ruledOut.length === RULED_OUT) continue;
    const [first] = exclusionsAt(rules, k);
    if (first) ruledOut.push({ application: app.id, service: id, location: ids[k]!, ...first });
  }
  return { removed: Object.keys(removed).length > 0 ? removed : undefined, ruledOut };
}

function reasonOf(
  { app, federation: { ids, paths } }: AppModel,
  service: string,
  { k, broken }: InTheWay,
): Reason {
  const base = { application: app.id, service, location: ids[k]! };
  if (!broken) return { ...base, rule: 'Capacity', message: 'is full' };
  const { channel, routes } = broken;
  const named = { ...base, channel: channel.id };
  if (!channel.crossing)
    return { ...named, rule: 'Crossing', message: `channel ${channel.id} may not cross clusters` };
  const delays = routes
    .filter(({ from, to }) => from !== to)
    .map(({ from, to }) => paths.delay[from * ids.length + to]!);
  const delay = Math.max(...delays);
  if (!Number.isFinite(delay))
    return { ...named, rule: 'Path', message: `channel ${channel.id} needs a path, none is known` };
  const message = `channel ${channel.id} allows ${channel.maxDelay} ms, best path ${round(delay)} ms`;
  return { ...named, rule: 'Delay', message };
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
