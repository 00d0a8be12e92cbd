import type { Budget } from '../budget.ts';
import { solveCoupled } from '../coupling/solvecoupled.ts';
import { hasLimits, placeUnderLimits } from '../limits/limits.ts';
import { type AppModel, buildApp } from '../model/appmodel.ts';
import type { Placement } from '../model/evaluate.ts';
import { type Judge, judgeOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { TermValues } from '../result.ts';
import type { NotPlaced, Placed, Question } from './question.ts';
import type { Solved } from './solvegqap.ts';
import { stay } from './stay.ts';
import { tooFewReplicas } from './toofewreplicas.ts';

/** Variables up to which replicas are placed one by one to see whether that is cheaper. */
const MOST_SPLIT_VARIABLES = 64;

/** Places one application in what is left, under its budgets and in its strict order where it has them. */
export function placeApp(question: Question, budget: Budget): Placed | NotPlaced {
  return hasLimits(question.app)
    ? placeUnderLimits(question, budget, placeWithin)
    : placeWithin(question, {}, budget);
}

/**
 * Places one application in what is left. First with each service in as few parts as its rules allow; where
 * services have more replicas than parts, then with replicas one by one, from that placement: a split may be
 * cheaper, or the only one that fits. Optimal is claimed over all splits or not at all.
 */
function placeWithin(question: Question, limits: TermValues, budget: Budget): Placed | NotPlaced {
  const { problem, federation, app, places, load } = question;
  const model = buildApp(problem, federation, app, places);
  if (tooFewReplicas(model)) return { at: undefined, complete: true };
  const whole = solveModel(model, question, limits, budget);
  const splittable = model.services.some(({ replicas, shards }) => shards.length < replicas);
  // What cannot be had for less by any split need not be looked for.
  if (whole.at && whole.objective <= looseBound(model))
    return answerOf(model, load, limits, { ...whole, lowerBound: whole.objective, complete: true });
  if (!splittable) return answerOf(model, load, limits, whole);
  const split = buildApp(problem, federation, app, places, { split: true });
  const bounded = split.whole && split.shards.length <= MOST_SPLIT_VARIABLES;
  if (whole.at && !bounded)
    return answerOf(model, load, limits, { ...whole, lowerBound: looseBound(model), complete: false });
  const start = whole.at && replicasOf(model, split, whole.at);
  const parts = solveModel(split, question, limits, budget, start);
  const complete = parts.complete && split.whole;
  if (!parts.at)
    return whole.at
      ? answerOf(model, load, limits, { ...whole, complete: false, lowerBound: looseBound(model) })
      : { at: undefined, complete };
  // A split that is no better is no reason to split.
  if (whole.at && whole.objective <= parts.objective + 1e-12)
    return answerOf(model, load, limits, {
      ...whole,
      complete,
      lowerBound: Math.min(parts.lowerBound, whole.objective),
    });
  return answerOf(split, load, limits, { ...parts, complete });
}

function solveModel(
  model: AppModel,
  { seed, load, onBest }: Question,
  limits: TermValues,
  budget: Budget,
  given?: Placement,
): Solved {
  const start = given ?? runningOf(model, judgeOf(model, load));
  return solveCoupled({ model, load, limits, seed, start, onBest }, budget);
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

function answerOf(model: AppModel, load: Load, limits: TermValues, solved: Solved): Placed | NotPlaced {
  const { at, lowerBound, complete, prices, labels, linkPrices } = solved;
  if (!at) return { at: undefined, complete };
  const judge = judgeOf(model, load, limits);
  const floor = looseBound(model);
  return {
    model,
    at: stay(model, judge, at),
    lowerBound,
    complete,
    prices,
    labels,
    floor,
    limits,
    linkPrices,
  };
}
