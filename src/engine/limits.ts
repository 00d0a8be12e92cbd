import type { Solve, SolveOptions } from './port.ts';
import type { Application, Problem, Profile } from './problem.ts';
import { figure } from './reasons/words.ts';
import {
  type ApplicationResult,
  type Reason,
  type Result,
  TERMS,
  type Term,
  type TermValues,
} from './result.ts';

/** Solves for one question with limits. */
const ROUNDS = 12;
/** A limit is kept up to this share of it; the referee allows a thousand times as much. */
const TOLERANCE = 1e-9;

/** Upper limits by term, in its own unit, by application. */
type Limits = ReadonlyMap<string, TermValues>;

/** Multiplier of one limited term, and the range it is looked for in. */
interface Multiplier {
  value: number;
  /** Too small: the limit was broken. */
  low: number;
  /** Large enough: the limit was kept. */
  high: number;
}

/**
 * Adds limits on terms to an engine that knows weights alone: budgets, and strict order (each term of the
 * order is made least in turn, then limited to its best value and the tolerance). A limit becomes a Lagrange
 * multiplier, an additional weight that is raised until the limit is kept and then lowered as far as it goes;
 * `min(w x + mu x_t) - mu limit` bounds the optimum from below for every mu >= 0, so that the answer still
 * says how far from it it is at most. Complete it is not: between two multipliers a better placement may
 * lie, and the bound tells that it may. At most 12 solves per question, one question more for each step of an
 * order. Problems without limits go to the engine untouched.
 */
export function withLimits(engine: Solve): Solve {
  return (problem, options) => {
    const steps = Math.max(0, ...problem.applications.map(({ order = [] }) => order.length));
    const budgets = problem.applications.some((app) => Object.keys(limitsOf(app)).length > 0);
    if (steps === 0 && !budgets) return engine(problem, options);
    const share = { ...options, work: options.work / (steps + 1) };
    const limits = new Map(problem.applications.map((app) => [app.id, limitsOf(app)]));
    for (let step = 0; step < steps; step += 1) {
      const result = solveWithin(engine, weighedByStep(problem, step), limits, { ...share, explain: false });
      for (const app of problem.applications) narrow(limits, app, step, result);
    }
    return solveWithin(engine, problem, limits, share);
  };
}

function limitsOf({ budgets = {} }: Application): TermValues {
  return Object.fromEntries(Object.entries(budgets).filter(([, limit]) => limit !== undefined));
}

/** Each application with its step's term as the only weight; one whose order is shorter with its own. */
function weighedByStep(problem: Problem, step: number): Problem {
  return {
    ...problem,
    applications: problem.applications.map((app) => {
      const term = app.order?.[step]?.term;
      return term === undefined ? app : { ...app, profile: { ...NONE, [term]: 1 } };
    }),
  };
}

const NONE: Profile = { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 };

/** Limits the term of a step to what was reached, and the tolerance. */
function narrow(limits: Map<string, TermValues>, app: Application, step: number, result: Result): void {
  const at = app.order?.[step];
  const reached = at && answerOf(result, app.id)?.terms[at.term];
  if (!at || reached === undefined) return;
  const known = limits.get(app.id) ?? {};
  const limit = Math.min(known[at.term] ?? Number.POSITIVE_INFINITY, reached * (1 + at.tolerance));
  limits.set(app.id, { ...known, [at.term]: limit });
}

function answerOf({ applications }: Result, id: string): ApplicationResult | undefined {
  const answer = applications.find(({ application }) => application === id);
  return answer?.verdict === 'Optimal' || answer?.verdict === 'Feasible' ? answer : undefined;
}

/** A round of the search for multipliers, and how good it is: less above the limits, then the lower objective. */
interface Round {
  problem: Problem;
  result: Result;
  broken: number;
  objective: number;
  bounds: ReadonlyMap<string, number>;
}

function solveWithin(engine: Solve, problem: Problem, limits: Limits, options: SolveOptions): Result {
  const share = { ...options, work: options.work / ROUNDS, explain: false };
  const multipliers = new Map<string, Map<Term, Multiplier>>();
  // With others in the problem a bound is one beside what those use, which differs from round to round.
  const alone = problem.applications.length === 1;
  let known: ReadonlyMap<string, number> = new Map();
  let best: Round | undefined;
  let work = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const weighed = withMultipliers(problem, multipliers);
    const result = engine(weighed, share);
    work += result.work;
    const bounds = new Map<string, number>();
    let broken = 0;
    let objective = 0;
    for (const app of problem.applications) {
      const answer = answerOf(result, app.id);
      if (!answer) continue;
      const own = limits.get(app.id) ?? {};
      const bound = boundOf(answer, multipliers.get(app.id), own);
      bounds.set(app.id, Math.max(alone ? (known.get(app.id) ?? 0) : 0, bound));
      broken += excessOf(answer, own);
      objective += objectiveOf(app, answer);
    }
    const better = !best || broken < best.broken || (broken === best.broken && objective < best.objective);
    known = bounds;
    if (better) best = { problem: weighed, result, broken, objective, bounds };
    else if (alone) best = { ...best!, bounds };
    if (!steer(problem, result, limits, multipliers)) break;
  }
  // Only the round that is answered with needs its reasons.
  const told = options.explain === false ? best!.result : engine(best!.problem, { ...share, explain: true });
  return {
    ...told,
    work: work + (options.explain === false ? 0 : told.work),
    applications: problem.applications.map((app) => {
      const answer = told.applications.find(({ application }) => application === app.id)!;
      const placed = answerOf(told, app.id);
      return placed ? judged(app, placed, limits.get(app.id) ?? {}, best!.bounds.get(app.id) ?? 0) : answer;
    }),
  };
}

function withMultipliers(
  problem: Problem,
  multipliers: ReadonlyMap<string, ReadonlyMap<Term, Multiplier>>,
): Problem {
  return {
    ...problem,
    applications: problem.applications.map((app) => {
      const own = multipliers.get(app.id);
      if (!own) return app;
      const sum = weightSum(app);
      const profile = Object.fromEntries(
        TERMS.map((term) => [term, app.profile[term] / sum + (own.get(term)?.value ?? 0)]),
      ) as Profile;
      return { ...app, profile };
    }),
  };
}

/** Moves the multipliers: up where a limit is broken, to the middle where it is known to be kept. False: done. */
function steer(
  problem: Problem,
  result: Result,
  limits: Limits,
  multipliers: Map<string, Map<Term, Multiplier>>,
): boolean {
  let moved = false;
  for (const { id } of problem.applications) {
    const answer = answerOf(result, id);
    if (!answer) continue;
    const own = multipliers.get(id) ?? new Map<Term, Multiplier>();
    const broken = new Set(brokenOf(answer, limits.get(id) ?? {}));
    for (const term of broken) {
      const known = own.get(term) ?? { value: 0, low: 0, high: Number.POSITIVE_INFINITY };
      const low = Math.max(known.low, known.value);
      const value = Number.isFinite(known.high) ? (low + known.high) / 2 : Math.max(0.5, 3 * known.value);
      own.set(term, { value, low, high: Math.max(known.high, low) });
      moved = true;
    }
    for (const [term, known] of own) {
      if (broken.has(term)) continue;
      const high = Math.min(known.high, known.value);
      // Closer than this no other placement is expected between the two.
      if (high - known.low < 1e-3 * high) continue;
      own.set(term, { value: (known.low + high) / 2, low: known.low, high });
      moved = true;
    }
    if (own.size > 0) multipliers.set(id, own);
  }
  return moved;
}

function brokenOf({ terms }: ApplicationResult, limits: TermValues): Term[] {
  return TERMS.filter((term) => {
    const [value, limit] = [terms[term], limits[term]];
    return value !== undefined && limit !== undefined && value > limit + TOLERANCE * Math.abs(limit);
  });
}

/** How far limits are exceeded, in shares of them. */
function excessOf(answer: ApplicationResult, limits: TermValues): number {
  return brokenOf(answer, limits).reduce(
    (sum, term) => sum + (answer.terms[term]! - limits[term]!) / Math.max(limits[term]!, 1e-9),
    0,
  );
}

/** Objective by the application's own weights. */
function objectiveOf(app: Application, { normalised }: ApplicationResult): number {
  const sum = weightSum(app);
  return TERMS.reduce((total, term) => total + (app.profile[term] / sum) * (normalised[term] ?? 0), 0);
}

/** The Lagrangian bound of one round for the application's own weights; 0 where a limit has no scale. */
function boundOf(
  answer: ApplicationResult,
  multipliers: ReadonlyMap<Term, Multiplier> | undefined,
  limits: TermValues,
): number {
  let scale = 1;
  let price = 0;
  for (const [term, { value }] of multipliers ?? []) {
    const limit = normalisedLimit(answer, term, limits[term] ?? 0);
    if (value > 0 && limit === undefined) return 0;
    scale += value;
    price += value * (limit ?? 0);
  }
  // The engine divides by the sum of weights, which the multipliers raised from 1 to `scale`.
  return scale * (answer.lowerBound ?? 0) - price;
}

function normalisedLimit(
  { terms, normalised }: ApplicationResult,
  term: Term,
  limit: number,
): number | undefined {
  const [value, share] = [terms[term], normalised[term]];
  return value === undefined || share === undefined || value === 0 ? undefined : (limit * share) / value;
}

/** The answer by the application's own weights; one that breaks a limit is no placement. */
function judged(
  app: Application,
  answer: ApplicationResult,
  limits: TermValues,
  bound: number,
): ApplicationResult {
  const broken = brokenOf(answer, limits);
  if (broken.length > 0) return overBudget(app, answer, broken, limits);
  const objective = objectiveOf(app, answer);
  const lowerBound = Math.min(bound, objective);
  const optimal = objective - lowerBound <= 1e-9 * Math.max(1, objective);
  const { gap: _, ...rest } = answer;
  return {
    ...rest,
    verdict: optimal ? 'Optimal' : 'Feasible',
    normalised: Object.fromEntries(
      Object.entries(answer.normalised).filter(([term]) => app.profile[term as Term] > 0),
    ),
    objective,
    lowerBound: optimal ? objective : lowerBound,
    ...(optimal ? { gap: 0 } : lowerBound > 0 ? { gap: objective / lowerBound - 1 } : {}),
    proof: optimal ? answer.proof : 'Relaxation',
    services: answer.services.map(({ runnerUp: __, ...service }) => service),
  };
}

/** What was reached at best is told; that there is nothing better is not proved. */
function overBudget(
  app: Application,
  { terms }: ApplicationResult,
  broken: readonly Term[],
  limits: TermValues,
): ApplicationResult {
  const conflict = broken.map((term): Reason => {
    const message = `the application may have at most ${figure(limits[term]!)} of ${term}; the least found is ${figure(terms[term]!)}`;
    return { rule: 'Budget', application: app.id, message };
  });
  return {
    application: app.id,
    verdict: 'NoneFound',
    services: [],
    channels: [],
    terms: {},
    normalised: {},
    proof: 'None',
    conflict,
    relaxations: [],
    dropped: [],
  };
}

function weightSum({ profile }: Application): number {
  return TERMS.reduce((sum, term) => sum + profile[term], 0);
}
