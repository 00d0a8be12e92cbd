import { placedAnswer, unplacedAnswer } from '../answer.ts';
import { Budget } from '../budget.ts';
import { buildFederation, type FederationModel } from '../model/federation.ts';
import { copyLoad, emptyLoad, type Load } from '../model/load.ts';
import type { NetworkMemory } from '../model/networkmemory.ts';
import type { SolveOptions } from '../port.ts';
import type { Application, Problem } from '../problem.ts';
import { explainServices } from '../reasons/explain.ts';
import type { Admitted, Refusal } from '../reasons/refusal.ts';
import type { ApplicationResult } from '../result.ts';
import { admissionOrder, admit, placesOfFixed } from './admission.ts';
import { placeApp } from './placeapp.ts';
import type { NotPlaced, Placed } from './question.ts';
import { RoundSummary } from './roundsummary.ts';

/** What a problem is asked with, worked out once. */
export interface Setting {
  readonly problem: Problem;
  readonly federation: FederationModel;
  readonly options: SolveOptions;
  readonly budget: Budget;
  /** Applications in the order of their admission. */
  readonly order: readonly Application[];
}

export function settingOf(problem: Problem, options: SolveOptions, memory?: NetworkMemory): Setting {
  return {
    problem,
    federation: buildFederation(problem, memory && ((grams) => memory.figuresOf(problem, grams))),
    options,
    budget: new Budget(options),
    order: admissionOrder(problem),
  };
}

/** Who has a place, and what is used, while applications are admitted. */
export interface Round {
  readonly load: Load;
  readonly places: Map<string, readonly { location: number; replicas: number }[]>;
  readonly results: Map<string, ApplicationResult>;
  /** Greatest price of room met, locations x resources. */
  readonly prices: Float64Array;
  readonly admitted: Admitted[];
  readonly left: Refusal[];
  /** Placed one by one, with what others used then: why not elsewhere is told beside that. */
  readonly toExplain: { readonly found: Placed; readonly beside: Load }[];
  readonly summary: RoundSummary;
}

export function openRound({ problem, federation, options }: Setting): Round {
  return {
    load: emptyLoad(federation),
    places: new Map(placesOfFixed(problem, federation)),
    results: new Map(),
    prices: new Float64Array(federation.free.length),
    admitted: [],
    left: [],
    toExplain: [],
    summary: new RoundSummary(problem, federation, options.clock),
  };
}

/** Looks for the place of one application in what is left. */
export function placeNext(
  setting: Setting,
  { places, load }: Round,
  app: Application,
  work: number,
): Placed | NotPlaced {
  const { problem, federation, options, budget } = setting;
  const share = budget.part(work);
  const alone = problem.applications.length === 1;
  const found = placeApp(
    {
      problem,
      federation,
      app,
      places,
      load,
      seed: options.seed,
      ...(alone
        ? { onBest: (best) => options.onProgress?.({ work: budget.spent + share.spent, best }) }
        : {}),
    },
    share,
  );
  budget.spend(share.spent);
  return found;
}

/**
 * Answers for an application, and takes its room; `together`: its floor holds only in the sum of all. Its
 * reasons come after the last admission, so that they take no time from the others.
 */
export function take(setting: Setting, round: Round, found: Placed, together = false): void {
  const { load, places, results, prices, admitted, toExplain, summary } = round;
  const { id } = found.model.app;
  const answer = placedAnswer(found, load, false);
  if (setting.options.explain !== false) toExplain.push({ found, beside: copyLoad(load) });
  results.set(id, answer);
  summary.admit(found, answer, together);
  admit(found.model, found.at, load, places);
  admitted.push({ id, locations: new Set(found.at) });
  found.prices.forEach((price, at) => {
    if (price > prices[at]!) prices[at] = price;
  });
}

/** The reasons for what was placed one by one, as far as there is time. */
export function explainPlaces({ budget }: Setting, { results, toExplain }: Round): void {
  for (const { found, beside } of toExplain) {
    if (budget.stoppedNow()) return;
    const { model, at, limits = {} } = found;
    const services = explainServices(model, at, beside, limits, () => !budget.stoppedNow());
    results.set(model.app.id, { ...results.get(model.app.id)!, services });
  }
}

/** An application without a place uses nothing; why it has none is looked into after the last admission. */
export function leaveOut({ left, admitted, places }: Round, app: Application, complete: boolean): void {
  left.push({ app, complete, before: [...admitted], places: new Map(places) });
}

/** Work for one of several applications, in units. Fixed, so that it does not depend on who else is there. */
export const APP_WORK = 200_000_000;

/** One application after the other, each with its least-cost placement in what is left. */
export function admitEach(setting: Setting): Round {
  const { problem, options, budget, order } = setting;
  const round = openRound(setting);
  for (const app of order) {
    // Alone, it gets one attempt, however late reading its federation has made it: nothing else needs the time.
    if (budget.stopped && (order.length > 1 || options.cancelled())) {
      round.results.set(app.id, unplacedAnswer(app, 'NoneFound'));
      continue;
    }
    const work = problem.applications.length === 1 ? budget.left : APP_WORK;
    const found = placeNext(setting, round, app, work);
    if (found.at) take(setting, round, found);
    else leaveOut(round, app, found.complete);
    options.onProgress?.(progressOf(setting, round));
  }
  return round;
}

export function progressOf({ budget }: Setting, { results }: Round) {
  let [best, bound] = [0, 0];
  for (const { objective, lowerBound } of results.values()) {
    best += objective ?? 0;
    bound += lowerBound ?? 0;
  }
  return { work: budget.spent, best, bound };
}
