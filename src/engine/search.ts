import type { AppModel, ChannelModel, ServiceModel } from './appmodel.ts';
import type { Budget } from './budget.ts';
import {
  channelObjective,
  keepsRules,
  keepsWholeRules,
  movedAmount,
  objectiveOf,
  type Placement,
  routesOf,
} from './evaluate.ts';
import { isFeasible } from './judge.ts';
import { copyLoad, fitsOn, type Load, use } from './load.ts';

/** Solutions this much better count as better: below it floating-point order decides. */
const GAIN = 1e-12;

/** What a search found, and whether it looked everywhere. */
export interface Found {
  at: Placement | undefined;
  objective: number;
  /** True: no better placement exists; with no placement, none exists at all. */
  complete: boolean;
  /** Never above the optimum. */
  lowerBound: number;
  /** The bound before any search: valid for every split of the services, too. */
  relaxation: number;
}

/**
 * Depth-first branch and bound over shards, each on its locations by cost, with local search on the first
 * placement found. The bound of a node is the cost so far plus, for what is open, the least unary cost of
 * each shard and the least pair cost of each channel. Complete within the budget on small applications; on
 * others it is an anytime heuristic, and says so.
 */
export function search(model: AppModel, load: Load, budget: Budget): Found {
  const domains = supportedDomains(model, ({ shards }) => shards.length === 1);
  const bounds = relaxation(model, domains);
  // A replica that no caller is nearest to may be where no channel allows it: no split is ruled out here.
  const loose = relaxation(
    model,
    supportedDomains(model, ({ replicas }) => replicas === 1),
  );
  const looseRoot = [...loose.shard, ...loose.channel].reduce((sum, least) => sum + least, 0);
  const root =
    bounds.shard.reduce((sum, least) => sum + least, 0) +
    bounds.channel.reduce((sum, least) => sum + least, 0);
  const order = searchOrder(model, domains);
  const state = { used: copyLoad(load), at: new Int32Array(model.shards.length).fill(-1) };
  let best: Placement | undefined;
  let bestObjective = Number.POSITIVE_INFINITY;

  const keep = (at: Placement) => {
    const objective = objectiveOf(model, at);
    if (objective >= bestObjective - GAIN) return;
    best = at.slice();
    bestObjective = objective;
  };

  const descend = (depth: number, cost: number, open: number): boolean => {
    if (depth === order.length) {
      if (!keepsWholeRules(model, state.at, load)) return true;
      const first = best === undefined;
      keep(state.at);
      if (first) keep(improve(model, load, state.at.slice(), domains, budget));
      return true;
    }
    const shard = order[depth]!;
    const { service, replicas } = model.shards[shard]!;
    const { demand } = model.services[service]!;
    for (const { k, added, closed } of candidates(model, state, shard, domains, bounds, budget)) {
      const through = cost + added;
      const left = open - bounds.shard[shard]! - closed;
      if (through + left >= bestObjective - GAIN) continue;
      if (!fitsOn(model.federation, state.used, k, demand, replicas)) continue;
      state.at[shard] = k;
      use(state.used, k, demand, replicas);
      const whole = descend(depth + 1, through, left);
      use(state.used, k, demand, -replicas);
      state.at[shard] = -1;
      if (!whole) return false;
    }
    return !budget.exhausted();
  };

  const possible = domains.every((domain) => domain.length > 0);
  const complete = !possible || descend(0, 0, root);
  const lowerBound = complete && best ? bestObjective : Math.min(root, bestObjective);
  return {
    at: best,
    objective: bestObjective,
    complete,
    lowerBound,
    relaxation: Math.min(looseRoot, bestObjective),
  };
}

interface Candidate {
  k: number;
  /** Cost that this choice adds: unary, and the channels that become whole by it. */
  added: number;
  /** Bound of those channels, which no longer counts as open. */
  closed: number;
}

function candidates(
  model: AppModel,
  state: { at: Placement },
  shard: number,
  domains: readonly (readonly number[])[],
  bounds: Relaxation,
  budget: Budget,
): Candidate[] {
  const { service, replicas } = model.shards[shard]!;
  const { unary, apart, shards } = model.services[service]!;
  const { zone } = model.federation;
  const taken = shards
    .filter((other) => other !== shard && state.at[other]! >= 0)
    .map((other) => state.at[other]!);
  const result: Candidate[] = [];
  for (const k of domains[service]!) {
    budget.spend(1);
    if (apart === 'Location' && taken.includes(k)) continue;
    if (apart === 'Zone' && taken.some((other) => zone[other] === zone[k])) continue;
    state.at[shard] = k;
    let added = unary[k]! * replicas;
    let closed = 0;
    let allowed = true;
    for (const index of model.incident[service]!) {
      const channel = model.channels[index]!;
      if (!isPlaced(model, channel, state.at)) continue;
      const routes = routesOf(model, channel, state.at);
      if (!keepsRules(model, channel, routes)) {
        allowed = false;
        break;
      }
      added += channelObjective(model, channel, routes);
      closed += bounds.channel[index]!;
    }
    if (allowed && shards.every((each) => state.at[each]! >= 0)) {
      added += model.factor.migration * movedAmount(model, service, state.at);
    }
    state.at[shard] = -1;
    if (allowed) result.push({ k, added, closed });
  }
  // Where it runs already comes first among equals: equal costs never move anything.
  const { running } = model.services[service]!;
  const stays = (k: number) => (running.has(k) ? 0 : 1);
  return result.sort((a, b) => a.added - b.added || stays(a.k) - stays(b.k) || a.k - b.k);
}

function isPlaced(model: AppModel, { from, to }: ChannelModel, at: Placement): boolean {
  return [from, to].every(
    (end) => 'shares' in end || model.services[end.service]!.shards.every((shard) => at[shard]! >= 0),
  );
}

/** Shifts of one shard and of both ends of a channel, until none helps. */
function improve(
  model: AppModel,
  load: Load,
  at: Placement,
  domains: readonly (readonly number[])[],
  budget: Budget,
): Placement {
  let objective = objectiveOf(model, at);
  const tryMove = (shards: readonly number[], k: number): boolean => {
    budget.spend(1);
    const before = shards.map((shard) => at[shard]!);
    for (const shard of shards) at[shard] = k;
    // Most moves do not pay: their rules need no look.
    const now = objectiveOf(model, at);
    if (now < objective - GAIN && isFeasible(model, load, at)) {
      objective = now;
      return true;
    }
    shards.forEach((shard, index) => {
      at[shard] = before[index]!;
    });
    return false;
  };
  const pairs = model.channels.flatMap(({ from, to }) =>
    'service' in from && 'service' in to
      ? [[model.services[from.service]!.shards[0]!, model.services[to.service]!.shards[0]!]]
      : [],
  );
  const units = [...model.shards.map((_, shard) => [shard]), ...pairs];
  for (let improved = true; improved && !budget.exhausted(); ) {
    improved = false;
    for (const shards of units) {
      const sets = shards.map((shard) => domains[model.shards[shard]!.service]!);
      for (const k of sets[0]!) {
        if (budget.exhausted()) return at;
        if (sets.every((set) => set.includes(k)) && tryMove(shards, k)) improved = true;
      }
    }
  }
  return at;
}

/**
 * Locations of each service that have at least one partner for every channel with a hard pair rule (arc
 * consistency), for channels between services that are on one location only.
 */
function supportedDomains(model: AppModel, whole: (service: ServiceModel) => boolean): number[][] {
  const m = model.federation.ids.length;
  const domains = model.services.map(({ allowed }) => [...allowed.keys()].filter((k) => allowed[k]));
  const { delay } = model.federation.paths;
  const rules = model.channels.filter(({ crossing, assured }) => !crossing || assured);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { from, to, crossing, assured, maxDelay } of rules) {
      if (!('service' in from) || !('service' in to)) continue;
      if (!whole(model.services[from.service]!) || !whole(model.services[to.service]!)) continue;
      const allows = (k: number, l: number) =>
        k === l ||
        (crossing && (!assured || delay[k * m + l]! <= Math.min(maxDelay + 1e-9, Number.MAX_VALUE)));
      const callers = domains[from.service]!.filter((k) => domains[to.service]!.some((l) => allows(k, l)));
      const callees = domains[to.service]!.filter((l) => callers.some((k) => allows(k, l)));
      if (callers.length < domains[from.service]!.length || callees.length < domains[to.service]!.length)
        changed = true;
      domains[from.service] = callers;
      domains[to.service] = callees;
    }
  }
  return domains;
}

interface Relaxation {
  /** Least unary cost by shard. */
  shard: Float64Array;
  /** Least cost by channel over all pairs of locations its ends may use. */
  channel: Float64Array;
}

function relaxation(model: AppModel, domains: readonly (readonly number[])[]): Relaxation {
  const shard = Float64Array.from(model.shards, ({ service, replicas }) => {
    const { unary } = model.services[service]!;
    const costs = domains[service]!.map((k) => unary[k]! * replicas);
    return costs.length === 0 ? 0 : Math.min(...costs);
  });
  const channel = Float64Array.from(model.channels, (each) => {
    const ends = [each.from, each.to].map((end) =>
      'shares' in end ? end.shares.map(({ location }) => location) : domains[end.service]!,
    );
    let least = Number.POSITIVE_INFINITY;
    for (const from of ends[0]!) {
      // Inside one location nothing is paid; no pair is cheaper.
      if (ends[1]!.includes(from)) return 0;
      for (const to of ends[1]!) {
        const routes = [{ from, to, share: 1 }];
        if (keepsRules(model, each, routes)) least = Math.min(least, channelObjective(model, each, routes));
      }
    }
    return Number.isFinite(least) ? least : 0;
  });
  return { shard, channel };
}

/** Fewest locations first, then neighbours of what is already placed: conflicts show early. */
function searchOrder(model: AppModel, domains: readonly (readonly number[])[]): number[] {
  const rest = new Set(model.services.keys());
  const reached = new Set<number>();
  const order: number[] = [];
  while (rest.size > 0) {
    const pool = [...rest].filter((service) => reached.has(service));
    const next = (pool.length > 0 ? pool : [...rest]).reduce((best, service) =>
      domains[service]!.length < domains[best]!.length ? service : best,
    );
    rest.delete(next);
    order.push(...model.services[next]!.shards);
    for (const index of model.incident[next]!) {
      const { from, to } = model.channels[index]!;
      for (const end of [from, to]) if ('service' in end) reached.add(end.service);
    }
  }
  return order;
}
