import type { Placed } from './admission/question.ts';
import type { Budget } from './budget.ts';
import type { AppModel } from './model/appmodel.ts';
import { objectiveOf, termsOf } from './model/evaluate.ts';
import type { Load } from './model/load.ts';
import type { Application } from './problem.ts';
import { explainChannels, explainServices, servicesOf } from './reasons/explain.ts';
import type { ApplicationResult, TermValues } from './result.ts';
import { TERMS } from './vocabulary.ts';

/** The answer for an application that has its place; `load` is what others use, `budget` ends the reasons. */
export function placedAnswer(
  {
    model,
    at,
    lowerBound,
    complete,
    limits = {},
    labels,
    levels,
  }: Omit<Placed, 'prices' | 'floor' | 'linkPrices'>,
  load: Load,
  explain: boolean,
  budget?: Pick<Budget, 'stoppedNow'>,
): ApplicationResult {
  const objective = objectiveOf(model, at);
  const bound = complete ? objective : Math.min(lowerBound, objective);
  const terms = termsOf(model, at);
  return {
    application: model.app.id,
    verdict: complete ? 'Optimal' : 'Feasible',
    services: explain
      ? explainServices(model, at, load, limits, () => !budget?.stoppedNow())
      : servicesOf(model, at),
    channels: explainChannels(model, at),
    terms,
    normalised: normalised(model, terms),
    objective,
    lowerBound: bound,
    ...(bound > 0 ? { gap: objective / bound - 1 } : objective === 0 ? { gap: 0 } : {}),
    proof: complete ? 'Search' : 'Relaxation',
    boundOver: { labels: labels ?? model.federation.ids.length, locations: model.federation.ids.length },
    ...(levels && { levels: [...levels] }),
    conflict: [],
    relaxations: [],
    dropped: [...model.dropped],
  };
}

/** The answer for an application without a place. */
export function unplacedAnswer(
  app: Application,
  verdict: 'Infeasible' | 'NoneFound' | 'Deferred',
  found: Partial<Pick<ApplicationResult, 'conflict' | 'relaxations'>> = {},
): ApplicationResult {
  return {
    application: app.id,
    verdict,
    services: [],
    channels: [],
    terms: {},
    normalised: {},
    proof: verdict === 'Infeasible' ? 'Search' : 'None',
    conflict: found.conflict ?? [],
    relaxations: found.relaxations ?? [],
    dropped: [],
  };
}

/** Each term divided by its value under the average placement: what the weights multiply. */
function normalised({ factor, app }: AppModel, terms: TermValues): TermValues {
  const weightSum = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  return Object.fromEntries(
    TERMS.flatMap((term) => {
      const value = terms[term];
      const weight = app.profile[term] / weightSum;
      return value === undefined || !(weight > 0) ? [] : [[term, (value * factor[term]) / weight]];
    }),
  );
}
