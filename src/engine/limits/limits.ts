import type { NotPlaced, Placed, Question } from '../admission/question.ts';
import type { Budget } from '../budget.ts';
import { buildApp, reweighed } from '../model/appmodel.ts';
import { termsOf } from '../model/evaluate.ts';
import { keepsLimits } from '../model/judge.ts';
import type { Application, Profile } from '../problem.ts';
import type { LevelReached, TermValues } from '../result.ts';
import { TERMS, type Term } from '../vocabulary.ts';
import { type Least, limitConflict } from './limitconflict.ts';

/** Places an application with upper limits on terms as hard rules. */
export type PlaceWithin = (question: Question, limits: TermValues, budget: Budget) => Placed | NotPlaced;

const NONE: Profile = { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 };

/** Share of the work for looking at single terms first. */
const LEAST_SHARE = 1 / 4;

export function hasLimits({ budgets, order = [] }: Application): boolean {
  return order.length > 0 || TERMS.some((term) => budgets?.[term] !== undefined);
}

/**
 * Budgets and strict order. First each budgeted term is made least by itself: a lower bound above the budget
 * proves that it cannot be kept. Then each term of the order is made least within the budgets and within what
 * the terms before it came to (lexicographic optimisation by limits on terms, Haimes et al. 1971); the weights decide among what
 * is left. Every limit is a hard rule of the search, so that a placement in a hollow of the front is found, too,
 * and what is called optimal or infeasible is proved. One solve for each budget and each term of the order,
 * and one more.
 */
export function placeUnderLimits(question: Question, budget: Budget, place: PlaceWithin): Placed | NotPlaced {
  const { app } = question;
  const budgets = Object.fromEntries(
    TERMS.flatMap((term) => (app.budgets?.[term] === undefined ? [] : [[term, app.budgets[term]]])),
  ) as TermValues;
  const leasts: Least[] = [];
  const budgeted = TERMS.filter((term) => budgets[term] !== undefined);
  for (const term of budgeted) {
    const part = budget.part((budget.left * LEAST_SHARE) / budgeted.length);
    const found = place(weighedBy(question, term), {}, part);
    budget.spend(part.spent);
    // What cannot be placed at all is no matter of budgets.
    if (!found.at && found.complete) return found;
    const least = found.at && leastOf(found, term, budgets);
    if (least) leasts.push(least);
    if (least && !within(least.lowerBound, least.limit))
      return { at: undefined, complete: true, limited: limitConflict(app, [least]) };
  }
  const ordered = placeInOrder(question, budgets, budget, place);
  if (ordered.at || budgeted.length === 0) return ordered;
  return { ...ordered, limited: limitConflict(app, leasts) };
}

function placeInOrder(
  question: Question,
  budgets: TermValues,
  budget: Budget,
  place: PlaceWithin,
): Placed | NotPlaced {
  const { order = [] } = question.app;
  const levels: LevelReached[] = [];
  let limits = budgets;
  let last: Placed | undefined;
  for (const [step, { term, tolerance }] of order.entries()) {
    const part = budget.part(budget.left / (order.length - step + 1));
    const found = place(weighedBy(question, term), limits, part);
    budget.spend(part.spent);
    if (!found.at) {
      if (!last) return found;
      continue;
    }
    const least = leastOf(found, term, {});
    // A term that nobody gives figures for limits nothing.
    if (!least) continue;
    const limit = Math.min(limits[term] ?? Number.POSITIVE_INFINITY, least.value * (1 + tolerance));
    levels.push({ term, value: least.value, lowerBound: least.lowerBound, limit });
    limits = { ...limits, [term]: limit };
    last = found;
  }
  const found = place(question, limits, budget);
  if (found.at) return { ...found, ...(levels.length > 0 && { levels }) };
  if (!last) return found;
  // The work was over before the weights could decide: what keeps all limits so far is a placement.
  return { ...asAsked(last, question), limits, levels };
}

function weighedBy(question: Question, term: Term): Question {
  const { budgets: _, order: __, ...app } = question.app;
  return { ...question, app: { ...app, profile: { ...NONE, [term]: 1 } } };
}

/** Undefined where nobody gives figures for the term. */
function leastOf({ model, at, lowerBound }: Placed, term: Term, others: TermValues): Least | undefined {
  const value = termsOf(model, at)[term];
  if (value === undefined) return undefined;
  const factor = model.factor[term];
  const { [term]: limit = Number.POSITIVE_INFINITY, ...rest } = others;
  return {
    term,
    limit,
    value,
    lowerBound: factor > 0 ? Math.max(0, Math.min(value, lowerBound / factor)) : 0,
    keepsOthers: keepsLimits(model, at, rest),
  };
}

/** Bounds come with rounding: what exceeds a limit by no more than that proves nothing. */
function within(bound: number, limit: number): boolean {
  return bound <= limit + 1e-6 * Math.max(1e-3, Math.abs(limit));
}

/** The placement of a level by the application's own weights, of which no bound is known but 0. */
function asAsked(placed: Placed, { problem, federation, app, places }: Question): Placed {
  const { factor } = buildApp(problem, federation, app, places);
  return { ...placed, model: { ...reweighed(placed.model, factor), app }, lowerBound: 0, complete: false };
}
