import { type AppModel, buildApp, type Outside } from './appmodel.ts';
import type { Budget } from './budget.ts';
import type { Placement } from './evaluate.ts';
import { findFeasible, solveExact } from './exact/exact.ts';
import type { FederationModel } from './federation.ts';
import { compile } from './gqap/compile.ts';
import type { Gqap } from './gqap/gqap.ts';
import { type Judge, judgeOf } from './judge.ts';
import { solveLarge } from './large/solvelarge.ts';
import type { Load } from './load.ts';
import type { Application, Problem } from './problem.ts';
import { stay } from './stay.ts';

/** An application with its place. */
export interface Placed {
  model: AppModel;
  at: Placement;
  /** No split of its services and no place costs less. Not above the objective. */
  lowerBound: number;
  /** True: it is the optimum. */
  complete: boolean;
  /** Objective per unit of room, locations x resources. */
  prices: Float64Array;
}

/** An application without a place; `complete`: it is proved that there is none. */
export interface NotPlaced {
  at: undefined;
  complete: boolean;
}

export interface Question {
  problem: Problem;
  federation: FederationModel;
  app: Application;
  /** Where services of other applications are. */
  places: Outside;
  /** What others use. */
  load: Load;
  seed: number;
}

/** Variables up to which replicas are placed one by one to see whether that is cheaper. */
const MOST_SPLIT_VARIABLES = 64;

/**
 * Places one application in what is left. First with each service in as few parts as its rules allow; where
 * services have more replicas than parts, then with replicas one by one, from that placement: a split may be
 * cheaper, or the only one that fits. Optimal is claimed over all splits or not at all.
 */
export function placeApp(question: Question, budget: Budget): Placed | NotPlaced {
  const { problem, federation, app, places, load } = question;
  const model = buildApp(problem, federation, app, places);
  const whole = solveModel(model, question, budget);
  const splittable = model.services.some(({ replicas, shards }) => shards.length < replicas);
  // What cannot be had for less by any split need not be looked for.
  if (whole.at && whole.objective <= looseBound(model))
    return answerOf(model, load, { ...whole, lowerBound: whole.objective, complete: true });
  if (!splittable) return answerOf(model, load, whole);
  const split = buildApp(problem, federation, app, places, { split: true });
  const bounded = split.whole && split.shards.length <= MOST_SPLIT_VARIABLES;
  if (whole.at && !bounded)
    return answerOf(model, load, { ...whole, lowerBound: looseBound(model), complete: false });
  const start = whole.at && replicasOf(model, split, whole.at);
  const parts = solveModel(split, question, budget, start);
  const complete = parts.complete && split.whole;
  if (!parts.at)
    return whole.at
      ? answerOf(model, load, { ...whole, complete: false, lowerBound: looseBound(model) })
      : { at: undefined, complete };
  // A split that is no better is no reason to split.
  if (whole.at && whole.objective <= parts.objective + 1e-12)
    return answerOf(model, load, {
      ...whole,
      complete,
      lowerBound: Math.min(parts.lowerBound, whole.objective),
    });
  return answerOf(split, load, { ...parts, complete });
}

interface Solved {
  at: Placement | undefined;
  objective: number;
  lowerBound: number;
  complete: boolean;
  prices: Float64Array;
}

/** Up to this many entries of pair matrices the exact path is the better one. */
const EXACT_ENTRIES = 4e6;
/** Up to so many it can still answer whether there is any placement. */
const FEASIBILITY_ENTRIES = 24e6;

/** Chooses the method by size: exact search, or bound and look-ahead on adaptive labels. */
function solveModel(model: AppModel, { seed, load }: Question, budget: Budget, given?: Placement): Solved {
  const gqap = compile(model, load);
  const judge = judgeOf(model, load);
  const start = given ?? runningOf(model, judge);
  const used = usableLabels(gqap);
  const entries = 2 * (gqap.pairs.count + gqap.nearest.length + 1) * used * used;
  if (entries <= EXACT_ENTRIES) return solveExact(gqap, judge, budget, seed, start);
  const found = solveLarge(gqap, judge, budget, seed, start ? { start } : {});
  if (found.at) return { ...found, complete: found.objective - found.lowerBound <= PROVED };
  if (entries > FEASIBILITY_ENTRIES || budget.exhausted()) return { ...found, complete: false };
  const feasible = findFeasible(gqap, judge, budget, seed);
  if (feasible === undefined || feasible === 'None') return { ...found, complete: feasible === 'None' };
  return { ...found, at: feasible, objective: judge(feasible), complete: false };
}

/** A bound this close proves the optimum. */
const PROVED = 1e-9;

/** Locations that some variable may use; 0 where one has none. */
function usableLabels({ variables, locations, unary }: Gqap): number {
  const used = new Uint8Array(locations);
  for (let i = 0; i < variables; i += 1) {
    let any = false;
    for (let k = 0; k < locations; k += 1) {
      if (unary[i * locations + k] === Number.POSITIVE_INFINITY) continue;
      used[k] = 1;
      any = true;
    }
    if (!any) return 0;
  }
  return used.reduce((sum, each) => sum + each, 0);
}

/** Where it runs now, if that is a placement. */
function runningOf(model: AppModel, judge: Judge): Placement | undefined {
  const at = new Int32Array(model.shards.length).fill(-1);
  for (const { running, shards } of model.services) {
    const here = [...running].flatMap(([k, count]) => Array.from({ length: count }, () => k));
    if (here.length === 0) return undefined;
    shards.forEach((shard, part) => {
      at[shard] = shards.length === 1 ? here[0]! : (here[part] ?? here[0]!);
    });
  }
  return Number.isFinite(judge(at)) ? at : undefined;
}

function replicasOf(model: AppModel, split: AppModel, at: Placement): Placement {
  const result = new Int32Array(split.shards.length);
  model.services.forEach(({ shards }, index) => {
    const each = shards
      .flatMap((shard) => Array.from({ length: model.shards[shard]!.replicas }, () => at[shard]!))
      .sort((a, b) => a - b);
    let next = 0;
    for (const shard of split.services[index]!.shards) {
      result[shard] = each[next]!;
      next += split.shards[shard]!.replicas;
    }
  });
  return result;
}

/** Every replica where it costs least, channels free: valid for every split. */
function looseBound({ services }: AppModel): number {
  return services.reduce((sum, { unary, allowed, replicas }) => {
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < unary.length; k += 1) if (allowed[k] && unary[k]! < least) least = unary[k]!;
    return sum + (Number.isFinite(least) ? least * replicas : 0);
  }, 0);
}

function answerOf(model: AppModel, load: Load, solved: Solved): Placed | NotPlaced {
  const { at, lowerBound, complete, prices } = solved;
  if (!at) return { at: undefined, complete };
  return { model, at: stay(model, judgeOf(model, load), at), lowerBound, complete, prices };
}
