import { admit } from '../admission/admission.ts';
import {
  APP_WORK,
  leaveOut,
  openRound,
  placeNext,
  progressOf,
  type Round,
  type Setting,
  take,
} from '../admission/round.ts';
import { placedAnswer, unplacedAnswer } from '../answer.ts';
import { buildApp } from '../model/appmodel.ts';
import { use } from '../model/load.ts';
import type { Application } from '../problem.ts';
import { Batch, type Moving } from './batch.ts';
import { isBatchable } from './batchable.ts';
import { floorsOf, type PricedGroup } from './floors.ts';

/** Services x locations, over all applications, up to which each is searched for itself: its optimum is proved then. */
const EACH = 1_000;
/** More locations have matrices too large to hold beside the federation's. */
const MOST_LOCATIONS = 2_000;
/** Work for an application that the batch finds no place for, in units. */
const RETRY_WORK = 20_000_000;

/**
 * Admits many applications under prices of room that they share, in the order of their admission. Undefined
 * where there are too few, or too small ones: each is placed for itself then.
 *
 * Who is admitted does not depend on what cannot be placed: an application that has no place when nobody else
 * is there takes part neither in the choice of the method nor in the prices; in its turn the search for one
 * application looks for it in what is left. Nor does it depend on whoever is asked later: where one that fits
 * alone finds no room, all begin anew rank after rank (what runs, then class by class), each rank under prices
 * of its own, so that nobody is steered by those below.
 */
export function admitTogether(setting: Setting): Round | undefined {
  const { problem, federation, order, budget } = setting;
  const m = federation.ids.length;
  const candidates = order.filter((app) => isBatchable(federation, app));
  if (m > MOST_LOCATIONS || !isLarge(candidates, m) || budget.stopped) return undefined;
  const batch = new Batch(problem, federation, candidates);
  const alone = candidates.filter((app) => batch.placesAlone(batch.indexOf(app)!));
  if (!isLarge(alone, m)) return undefined;
  const shared = new Set(alone);
  const ranks = ranksOf(order);
  let attempt = admitGroups(setting, batch, shared, [order]);
  const crowdedOut = attempt.round.left.some(({ app }) => shared.has(app));
  if (crowdedOut && ranks.length > 1) attempt = admitGroups(setting, batch, shared, ranks);
  return finish(setting, batch, attempt);
}

function isLarge(apps: readonly Application[], locations: number): boolean {
  const services = apps.reduce((sum, app) => sum + app.services.length, 0);
  return apps.length > 1 && services * locations > EACH;
}

/** Stretches of the order of admission that are asked alike. */
function ranksOf(order: readonly Application[]): Application[][] {
  const rankOf = (app: Application) =>
    `${app.services.some(({ running }) => running !== undefined)} ${app.class}`;
  const ranks: Application[][] = [];
  for (const app of order) {
    const last = ranks.at(-1);
    if (last && rankOf(last[0]!) === rankOf(app)) last.push(app);
    else ranks.push([app]);
  }
  return ranks;
}

/** What one try at admission came to. */
interface Attempt {
  readonly round: Round;
  /** Each stretch of applications that shared prices, and who of it the batch has placed. */
  readonly groups: readonly PricedGroup[];
}

function admitGroups(
  setting: Setting,
  batch: Batch,
  shared: ReadonlySet<Application>,
  groups: readonly (readonly Application[])[],
): Attempt {
  const { budget, options } = setting;
  const round = openRound(setting);
  batch.clear();
  const spend = () => {
    budget.spend(batch.work);
    batch.work = 0;
  };
  const told = groups.map((group): PricedGroup => {
    const priced = group.flatMap((app) => (shared.has(app) ? [batch.indexOf(app)!] : []));
    batch.price(priced, () => {
      spend();
      return budget.exhausted();
    });
    const placed: PricedGroup['placed'] = [];
    for (const app of group) {
      if (budget.stopped) {
        round.results.set(app.id, unplacedAnswer(app, 'NoneFound'));
        continue;
      }
      const a = batch.indexOf(app);
      const together = a !== undefined && shared.has(app);
      // Looking for a place unsettles the messages that the bound is made of.
      const bound = together ? batch.pricedBound(a) : 0;
      const found = together
        ? (batch.place(a, round.load) ??
          batch.placeMoving(
            a,
            round.load,
            placed.map((each) => each.a),
            movingIn(batch, round),
          ))
        : undefined;
      spend();
      if (a !== undefined && found) {
        placed.push({ a, bound });
        admit(found.model, found.at, round.load, round.places);
        round.admitted.push({ id: app.id, locations: new Set(found.at) });
        continue;
      }
      const single = placeNext(setting, round, app, a === undefined ? APP_WORK : RETRY_WORK);
      if (single.at && together && batch.adopt(a, single.model, single.at)) {
        placed.push({ a, bound });
        admit(single.model, single.at, round.load, round.places);
        round.admitted.push({ id: app.id, locations: new Set(single.at) });
      } else if (single.at) {
        take(setting, round, single, true);
        batch.occupy(single.model, single.at);
      } else leaveOut(round, app, single.complete);
      options.onProgress?.(progressOf(setting, round));
    }
    spend();
    return { placed, value: batch.prices };
  });
  return { round, groups: told };
}

/** Improves what the batch has placed, and answers for it. */
function finish(setting: Setting, batch: Batch, { round, groups }: Attempt): Round {
  const { budget, options } = setting;
  const placed = groups.flatMap((group) => group.placed.map(({ a }) => a));
  batch.improve(placed, movingIn(batch, round), () => budget.stopped);
  budget.spend(batch.work);
  for (const group of groups) {
    const floors = floorsOf(setting, batch, group);
    for (const { a } of group.placed) answer(setting, batch, round, a, floors.get(a) ?? 0);
    group.value.forEach((price, at) => {
      if (price > round.prices[at]!) round.prices[at] = price;
    });
  }
  options.onProgress?.(progressOf(setting, round));
  return round;
}

/** Keeps the load and the places of the round in step with applications that move. */
function movingIn(batch: Batch, { load, places, admitted }: Round): Moving {
  const account = (a: number, sign: number) => {
    const { model, at } = batch.placementOf(a);
    model.shards.forEach(({ service, replicas }, shard) => {
      use(load, at[shard]!, model.services[service]!.demand, sign * replicas);
    });
    return { model, at };
  };
  return {
    load,
    lift: (a) => {
      account(a, -1);
    },
    put: (a) => {
      const { model, at } = account(a, 1);
      for (const { id, shards } of model.services) {
        const shares = shards.map((shard) => ({
          location: at[shard]!,
          replicas: model.shards[shard]!.replicas,
        }));
        places.set(`${model.app.id}/${id}`, shares);
      }
      const own = admitted.find(({ id }) => id === model.app.id);
      if (own) own.locations = new Set(at);
    },
  };
}

function answer(setting: Setting, batch: Batch, round: Round, a: number, floor: number): void {
  const { problem, federation, options, budget } = setting;
  const { model: light, at } = batch.placementOf(a);
  const explain = options.explain !== false && !budget.stoppedNow();
  const model = explain ? buildApp(problem, federation, light.app, round.places) : light;
  const own = (sign: number) =>
    model.shards.forEach(({ service, replicas }, shard) => {
      use(round.load, at[shard]!, model.services[service]!.demand, sign * replicas);
    });
  // Why not elsewhere is told beside what the others use.
  if (explain) own(-1);
  const found = {
    model,
    at,
    lowerBound: batch.aloneBounds[a]!,
    complete: false,
    prices: round.prices,
    floor,
  };
  const told = placedAnswer(found, round.load, explain, budget);
  if (explain) own(1);
  round.results.set(light.app.id, told);
  round.summary.admit(found, told, true);
}
