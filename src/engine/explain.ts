import type { AppModel } from './appmodel.ts';
import { keepsRules, objectiveOf, type Placement, routesOf, termsOf } from './evaluate.ts';
import { fitsOn, type Load } from './load.ts';
import type { ChannelPlacement, Reason, ServicePlacement } from './result.ts';

/** Locations that are named one by one; `removed` counts them all. */
const RULED_OUT = 8;

/** Each service with its shares, how many locations each rule removes, the next best location, and why not others. */
export function explainServices(model: AppModel, at: Placement, load: Load): ServicePlacement[] {
  const { ids } = model.federation;
  const places = servicesOf(model, at);
  return model.services.map((service, index) => {
    const removed: Record<string, number> = {};
    const ruledOut: Reason[] = [];
    service.exclusions.forEach((exclusions, k) => {
      for (const { rule } of exclusions) removed[rule] = (removed[rule] ?? 0) + 1;
      const first = exclusions[0];
      if (first)
        ruledOut.push({
          rule: first.rule,
          application: model.app.id,
          service: service.id,
          location: ids[k]!,
          message: first.message,
        });
    });
    const elsewhere = otherPlaces(model, at, index, load);
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
): Pick<ServicePlacement, 'runnerUp' | 'ruledOut'> {
  const { ids, paths } = model.federation;
  const service = model.services[index]!;
  const ruledOut: Reason[] = [];
  let runnerUp: ServicePlacement['runnerUp'];
  // A split service has no single next location.
  if (service.shards.length > 1) return { ruledOut };
  const shard = service.shards[0]!;
  const here = at[shard]!;
  for (let k = 0; k < ids.length; k += 1) {
    if (k === here || !service.allowed[k]) continue;
    const reason = { application: model.app.id, service: service.id, location: ids[k]! };
    if (!fitsOn(model.federation, load, k, service.demand, service.replicas)) {
      ruledOut.push({ ...reason, rule: 'Capacity', message: 'is full' });
      continue;
    }
    const there = at.slice();
    there[shard] = k;
    const broken = model.incident[index]!.map((channel) => model.channels[channel]!).find(
      (channel) => !keepsRules(model, channel, routesOf(model, channel, there)),
    );
    if (broken) {
      const route = routesOf(model, broken, there).find(({ from, to }) => from !== to)!;
      const delay = paths.delay[route.from * ids.length + route.to]!;
      const message = !broken.crossing
        ? `channel ${broken.id} may not cross clusters`
        : `channel ${broken.id} allows ${broken.maxDelay} ms, ${Number.isFinite(delay) ? `best path ${round(delay)} ms` : 'no path is known'}`;
      ruledOut.push({ ...reason, rule: broken.crossing ? 'Delay' : 'Crossing', channel: broken.id, message });
      continue;
    }
    const objective = objectiveOf(model, there);
    if (!runnerUp || objective < runnerUp.objective)
      runnerUp = { location: ids[k]!, objective, terms: termsOf(model, there) };
  }
  return { ...(runnerUp ? { runnerUp } : {}), ruledOut };
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
