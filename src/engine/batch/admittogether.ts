import { admit } from '../admission/admission.ts';
import type { Placed } from '../admission/question.ts';
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
import { Batch } from './batch.ts';
import { isBatchable } from './batchable.ts';
import { floorsOf, type PricedGroup } from './floors.ts';
import { improve } from './improve.ts';
import { movingIn } from './moving.ts';
import type { PlacedModel } from './placements.ts';
import { placeMoving } from './placemoving.ts';

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
  const round = openRound(setting);
  batch.clear();
  return { round, groups: groups.map((group) => admitGroup(setting, batch, shared, group, round)) };
}

/** Prices for those of a stretch that share them, then a place for each of it in its turn. */
function admitGroup(
  setting: Setting,
  batch: Batch,
  shared: ReadonlySet<Application>,
  group: readonly Application[],
  round: Round,
): PricedGroup {
  const { budget, options } = setting;
  const spend = () => budget.spend(batch.takeWork());
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
    const a = shared.has(app) ? batch.indexOf(app) : undefined;
    // Looking for a place unsettles the messages that the bound is made of.
    const bound = a === undefined ? 0 : batch.pricedBound(a);
    const together = a === undefined ? undefined : placeTogether(batch, round, placed, a);
    spend();
    const found = together ?? placeSingly(setting, batch, round, app, a);
    if (a !== undefined && found) {
      placed.push({ a, bound });
      admit(found.model, found.at, round.load, round.places);
      round.admitted.push({ id: app.id, locations: new Set(found.at) });
    }
    if (!together) options.onProgress?.(progressOf(setting, round));
  }
  spend();
  return { placed, value: batch.prices };
}

/** In what is left under the prices, or where others of the stretch move for it. */
function placeTogether(
  { placements }: Batch,
  round: Round,
  placed: PricedGroup['placed'],
  a: number,
): PlacedModel | undefined {
  const found = placements.place(a, round.load);
  if (found) return found;
  const movable = placed.map((each) => each.a);
  return placeMoving(placements, a, movable, movingIn(placements, round));
}

/** The search for one application, where the batch has no place for it; its placement if the batch takes it over. */
function placeSingly(
  setting: Setting,
  batch: Batch,
  round: Round,
  app: Application,
  a: number | undefined,
): Placed | undefined {
  const work = batch.indexOf(app) === undefined ? APP_WORK : RETRY_WORK;
  const found = placeNext(setting, round, app, work);
  if (!found.at) leaveOut(round, app, found.complete);
  else if (a !== undefined && batch.placements.adopt(a, found.model, found.at)) return found;
  else {
    take(setting, round, found, true);
    batch.placements.occupy(found.model, found.at);
  }
  return undefined;
}

/** Improves what the batch has placed, and answers for it. */
function finish(setting: Setting, batch: Batch, { round, groups }: Attempt): Round {
  const { budget, options } = setting;
  const placed = groups.flatMap((group) => group.placed.map(({ a }) => a));
  improve(batch.placements, placed, movingIn(batch.placements, round), () => budget.stopped);
  budget.spend(batch.takeWork());
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

function answer(setting: Setting, batch: Batch, round: Round, a: number, floor: number): void {
  const { problem, federation, options, budget } = setting;
  const { model: light, at } = batch.placements.of(a);
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
