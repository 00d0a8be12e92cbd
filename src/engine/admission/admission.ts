import type { AppModel, Outside } from '../model/appmodel.ts';
import { type Placement, reserveAll } from '../model/evaluate.ts';
import type { FederationModel } from '../model/federation.ts';
import { copyLoad, type Load, use } from '../model/load.ts';
import type { Application, Problem } from '../problem.ts';

const CLASS_RANK = { Gold: 0, Silver: 1, BestEffort: 2 } as const;

/**
 * Who is asked first: what runs before newcomers, so that none displaces it, then by class, then small
 * before large, so that as many as possible get a place. Does not depend on who can be placed at all.
 */
export function admissionOrder(problem: Problem): Application[] {
  const runs = (app: Application) => (app.services.some(({ running }) => running !== undefined) ? 0 : 1);
  const size = (app: Application) =>
    app.services.reduce((sum, { demand, replicas }) => sum + (demand['cpu'] ?? 0) * replicas, 0);
  return [...problem.applications].sort(
    (a, b) =>
      runs(a) - runs(b) ||
      CLASS_RANK[a.class] - CLASS_RANK[b.class] ||
      size(a) - size(b) ||
      (a.id < b.id ? -1 : 1),
  );
}

/** Where services are that channels of other applications may lead to: fixed ones. */
export function placesOfFixed(problem: Problem, federation: FederationModel): Outside {
  return new Map(
    problem.fixed.map(({ application, service, shares }) => [
      `${application}/${service}`,
      shares.map(({ location, replicas }) => ({ location: federation.index.get(location)!, replicas })),
    ]),
  );
}

/** Takes room and bandwidth for a placement, and tells the applications after it where its services are. */
export function admit(
  model: AppModel,
  at: Placement,
  load: Load,
  places: Map<string, readonly { location: number; replicas: number }[]>,
): void {
  model.shards.forEach(({ service, replicas }, shard) => {
    use(load, at[shard]!, model.services[service]!.demand, replicas);
  });
  reserveForAnyLoss(model, at, load);
  for (const { id, shards } of model.services) {
    const shares = shards.map((shard) => ({ location: at[shard]!, replicas: model.shards[shard]!.replicas }));
    places.set(`${model.app.id}/${id}`, shares);
  }
}

/**
 * Reserves bandwidth; for an application that survives the loss of any one domain the most of each link that
 * one of the losses asks for, so that whoever comes later leaves it that.
 */
function reserveForAnyLoss(model: AppModel, at: Placement, load: Load): void {
  const before = copyLoad(load);
  reserveAll(model, at, load);
  if (!model.survive) return;
  for (const lost of new Set([...at].map((k) => model.federation.zone[k]!))) {
    const after = copyLoad(before);
    reserveAll(model, at, after, lost);
    for (let link = 0; link < after.links.length; link += 1)
      load.links[link] = Math.max(load.links[link]!, after.links[link]!);
  }
}
