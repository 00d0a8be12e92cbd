import { refereeOf } from '../check.ts';
import { exclusionsOf, residencyByFlow } from '../model/eligibility.ts';
import { buildFederation } from '../model/federation.ts';
import type { Solve, SolveOptions } from '../port.ts';
import type { Application, Problem } from '../problem.ts';
import type { ApplicationResult, Result, TermValues } from '../result.ts';
import { RESULT_FORMAT, type Rule } from '../vocabulary.ts';
import { aloneIn, isPlaced, placesOnly } from './alone.ts';
import { asMatrices } from './asmatrices.ts';
import { type Forced, forcedSolves, type MinMarginals } from './minmarginals.ts';
import { figure } from './words.ts';

/** One other location for a service. */
export type Alternative =
  | {
      location: string;
      kind: 'AtLeast';
      /** Least that it costs more than the placement as it is, proved; in the weighted objective. */
      extra: number;
      /** The same as a share of the objective; absent when that is 0. */
      share?: number;
      /** Terms of the best placement found with the service there, everything else free to move. */
      terms: TermValues;
    }
  | { location: string; kind: 'Impossible'; rule: Rule; message: string }
  | { location: string; kind: 'Unknown' };

/**
 * Every other location for a service of a placed application: what it costs at least if forced, or why it is
 * ruled out (proved by the solve, told by what breaks first). Cheapest first, then those ruled out, then the
 * ones that the budget did not reach. One solve per location that the rules of the service itself leave.
 *
 * @param options the budget is for each location
 * @param marginals of the application alone; forced solves unless an engine has better ones
 */
export function alternativesOf(
  problem: Problem,
  result: Result,
  application: string,
  service: string,
  solve: Solve,
  options: SolveOptions,
  marginals?: MinMarginals,
): Alternative[] {
  const app = problem.applications.find(({ id }) => id === application);
  const answer = result.applications.find((each) => each.application === application);
  const wanted = app?.services.find(({ id }) => id === service);
  if (!app || !wanted || !isPlaced(answer)) return [];
  const alone = aloneIn(problem, result, app);
  const base = objectiveBase(problem, alone, answer.objective ?? 0, solve, options);
  const used = answer.services.find((each) => each.service === service)?.shares ?? [];
  const only = used.length === 1 ? used[0]!.location : undefined;
  const federation = buildFederation(alone);
  const residency = residencyByFlow(alone, app).get(service);
  const fast = asMatrices(alone);
  const forced = marginals ?? forcedSolves(fast, solve, options);
  const why = inTheWay(fast, answer, service);
  const found = problem.locations.flatMap(({ id }, k): Alternative[] => {
    if (id === only) return [];
    const [excluded] = exclusionsOf(alone, federation, alone.applications[0]!, wanted, residency, k);
    if (excluded) return [{ location: id, kind: 'Impossible', ...excluded }];
    return [told(id, forced.of(service, id), base, () => why(id))];
  });
  return found.sort((a, b) => rank(a) - rank(b) || extraOf(a) - extraOf(b));
}

/** With others in the problem, room and channels beside them count differently: both sides are then asked alone. */
function objectiveBase(
  problem: Problem,
  alone: Problem,
  objective: number,
  solve: Solve,
  options: SolveOptions,
): number {
  if (problem.applications.length === 1) return objective;
  const { onProgress: _, ...rest } = options;
  return solve(alone, { ...rest, explain: false }).applications[0]?.objective ?? objective;
}

function told(
  location: string,
  forced: Forced,
  base: number,
  why: () => { rule: Rule; message: string },
): Alternative {
  if (forced.kind === 'Unknown') return { location, kind: 'Unknown' };
  if (forced.kind === 'Impossible') return { location, kind: 'Impossible', ...why() };
  const extra = forced.lowerBound - base;
  return {
    location,
    kind: 'AtLeast',
    extra,
    ...(base > 0 ? { share: extra / base } : {}),
    terms: forced.best.terms,
  };
}

/**
 * What stands against a location that the rules of the service itself allow: the first rule that breaks when
 * the service alone goes there, told by the referee.
 */
function inTheWay(
  alone: Problem,
  answer: ApplicationResult,
  service: string,
): (location: string) => { rule: Rule; message: string } {
  const referee = refereeOf(alone);
  const app = alone.applications[0]!;
  const replicas = app.services.find(({ id }) => id === service)?.replicas ?? 1;
  const plain = placesOnly(answer);
  return (location) => {
    const there = { service, shares: [{ location, replicas }], ruledOut: [] };
    const services = plain.services.map((each) => (each.service === service ? there : each));
    const findings = referee.judge({
      format: RESULT_FORMAT,
      engine: '',
      seed: 0,
      work: 0,
      prices: {},
      applications: [{ ...plain, services }],
    });
    const first = findings[0];
    if (!first || first.rule === 'Figures')
      return { rule: 'Capacity', message: 'the rest of the application fits nowhere then' };
    const { rule, channel, message } = first;
    return { rule, message: channel === undefined ? message : channelText(app, channel, rule, message) };
  };
}

function channelText(app: Application, id: string, rule: Rule, message: string): string {
  const limit = app.channels.find((channel) => channel.id === id)?.maxDelayMs;
  const delay = /^[\d.e+-]+(?= ms)/.exec(message)?.[0];
  return rule === 'Delay' && limit !== undefined && delay !== undefined
    ? `channel ${id} allows ${figure(limit)} ms, best path ${figure(Number(delay))} ms`
    : `channel ${id}: ${message}`;
}

function rank({ kind }: Alternative): number {
  return { AtLeast: 0, Impossible: 1, Unknown: 2 }[kind];
}

function extraOf(alternative: Alternative): number {
  return alternative.kind === 'AtLeast' ? alternative.extra : 0;
}
