import { admissionOrder, admit, placesOfFixed } from './admission.ts';
import { placedAnswer, unplacedAnswer } from './answer.ts';
import { Budget } from './budget.ts';
import { buildFederation } from './federation.ts';
import { emptyLoad } from './load.ts';
import type { Solve } from './port.ts';
import { checkReferences } from './problemerror.ts';
import { type Admitted, type Inquiry, type Refusal, refusedAnswer } from './refusal.ts';
import { type ApplicationResult, RESULT_FORMAT } from './result.ts';
import { searchApp } from './searchapp.ts';

const ENGINE = 'codeco-small/1';

/** Work for one application, in units: enough to prove a dozen services on a dozen locations. */
const APP_WORK = 60_000;
/** Work for naming a conflict. */
const CONFLICT_WORK = 400_000;

/**
 * The engine for small federations. Applications are admitted one after the other: what runs before
 * newcomers, so that none displaces it, then by class, then by size; each gets its least-cost placement in
 * what is left. One that does not fit is left out alone: it uses nothing, and why is looked into only after
 * the last admission, so that it takes no work from the others either.
 *
 * Not looked for: placements that are better for all together at the price of one, and splits of a service
 * that are cheaper, though neither a rule nor room asks for them.
 */
export const solveSmall: Solve = (problem, options) => {
  checkReferences(problem);
  const federation = buildFederation(problem);
  const budget = new Budget(options);
  const load = emptyLoad(federation);
  const places = new Map(placesOfFixed(problem, federation));
  const results = new Map<string, ApplicationResult>();
  const admitted: Admitted[] = [];
  const left: Refusal[] = [];
  for (const app of admissionOrder(problem)) {
    if (budget.stopped) {
      results.set(app.id, unplacedAnswer(app, 'NoneFound'));
      continue;
    }
    const share = budget.part(APP_WORK);
    const found = searchApp(problem, federation, app, places, load, share);
    budget.spend(share.spent);
    if (found.at) {
      results.set(app.id, placedAnswer({ ...found, at: found.at }, load, options.explain ?? true));
      admit(found.model, found.at, load, places);
      admitted.push({ id: app.id, locations: new Set(found.at) });
    } else {
      left.push({ app, complete: found.complete, before: [...admitted], places: new Map(places) });
    }
    options.onProgress?.({ work: budget.spent });
  }
  const inquiry: Inquiry = {
    placeAlone: (app, before, nobody, share) => searchApp(problem, federation, app, before, nobody, share),
    aloneWork: APP_WORK,
    solve: solveSmall,
    conflictWork: CONFLICT_WORK,
  };
  for (const refusal of left) {
    results.set(refusal.app.id, refusedAnswer(problem, federation, refusal, budget, options, inquiry));
  }
  return {
    format: RESULT_FORMAT,
    engine: ENGINE,
    seed: options.seed,
    work: budget.spent,
    applications: problem.applications.map(({ id }) => results.get(id)!),
    prices: {},
  };
};
