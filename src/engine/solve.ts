import { admissionOrder, admit, placesOfFixed } from './admission.ts';
import { placedAnswer, unplacedAnswer } from './answer.ts';
import { Budget } from './budget.ts';
import { buildFederation, type FederationModel } from './federation.ts';
import { withLimits } from './limits.ts';
import { emptyLoad } from './load.ts';
import { placeApp } from './placeapp.ts';
import type { Solve } from './port.ts';
import type { Problem } from './problem.ts';
import { checkReferences } from './problemerror.ts';
import { type Admitted, type Inquiry, type Refusal, refusedAnswer } from './refusal.ts';
import { type ApplicationResult, RESULT_FORMAT, type Result } from './result.ts';

const ENGINE = 'codeco-gqap/1';

/** Work for one of several applications, in units. Fixed, so that it does not depend on who else is there. */
const APP_WORK = 200_000_000;
/** Work for an application alone, and for naming its conflict. */
const ALONE_WORK = 100_000_000;
const CONFLICT_WORK = 400_000_000;

/**
 * The placement engine. Applications are admitted one after the other (what runs before newcomers, then by
 * class, then by size); each gets its least-cost placement in what is left, by the method that its size asks
 * for. One that does not fit is left out alone: it uses nothing, and why is looked into only after the last
 * admission, so that it takes no work from the others either.
 *
 * Not looked for: placements that are better for all together at the price of one.
 */
export const solve: Solve = withLimits((problem, options) => {
  checkReferences(problem);
  const federation = buildFederation(problem);
  const budget = new Budget(options);
  const load = emptyLoad(federation);
  const places = new Map(placesOfFixed(problem, federation));
  const results = new Map<string, ApplicationResult>();
  const prices = new Float64Array(federation.free.length);
  const admitted: Admitted[] = [];
  const left: Refusal[] = [];
  const explain = options.explain ?? true;
  for (const app of admissionOrder(problem)) {
    if (budget.stopped) {
      results.set(app.id, unplacedAnswer(app, 'NoneFound'));
      continue;
    }
    const share = problem.applications.length === 1 ? budget.part(budget.left) : budget.part(APP_WORK);
    const found = placeApp({ problem, federation, app, places, load, seed: options.seed }, share);
    budget.spend(share.spent);
    if (found.at) {
      results.set(app.id, placedAnswer(found, load, explain));
      admit(found.model, found.at, load, places);
      admitted.push({ id: app.id, locations: new Set(found.at) });
      found.prices.forEach((price, at) => {
        prices[at] = Math.max(prices[at]!, price);
      });
    } else left.push({ app, complete: found.complete, before: [...admitted], places: new Map(places) });
    options.onProgress?.(progressOf(budget, results));
  }
  const inquiry: Inquiry = {
    placeAlone: (app, before, nobody, share) =>
      placeApp({ problem, federation, app, places: before, load: nobody, seed: options.seed }, share),
    aloneWork: ALONE_WORK,
    solve,
    conflictWork: CONFLICT_WORK,
  };
  for (const refusal of left)
    results.set(refusal.app.id, refusedAnswer(problem, federation, refusal, budget, options, inquiry));
  return resultOf(problem, federation, results, prices, options.seed, budget.spent);
});

function progressOf(budget: Budget, results: ReadonlyMap<string, ApplicationResult>) {
  let [best, bound] = [0, 0];
  for (const { objective, lowerBound } of results.values()) {
    best += objective ?? 0;
    bound += lowerBound ?? 0;
  }
  return { work: budget.spent, best, bound };
}

function resultOf(
  problem: Problem,
  { ids, resources }: FederationModel,
  results: ReadonlyMap<string, ApplicationResult>,
  prices: Float64Array,
  seed: number,
  work: number,
): Result {
  const named: Result['prices'] = {};
  prices.forEach((price, at) => {
    if (price <= 1e-12) return;
    const location = ids[Math.floor(at / resources.length)]!;
    named[location] = { ...named[location], [resources[at % resources.length]!]: price };
  });
  return {
    format: RESULT_FORMAT,
    engine: ENGINE,
    seed,
    work,
    applications: problem.applications.map(({ id }) => results.get(id)!),
    prices: named,
  };
}
