import type { Budget } from '../budget.ts';
import type { Gqap } from '../gqap/gqap.ts';
import type { Judge } from '../judge.ts';
import { beam } from './beam.ts';
import { ForestWalk } from './forest.ts';
import { offer } from './incumbent.ts';
import { allLabels, indexLabels, propagate } from './labels.ts';
import { refreshSame } from './node.ts';
import { optimise, PRUNED } from './optimise.ts';
import { prepare } from './prepare.ts';
import { randomOf } from './random.ts';
import { randomStart, regretStart } from './starts.ts';
import { EPS, type State } from './state.ts';
import { startWalk } from './table.ts';
import { type Manner, searchTree } from './tree.ts';

/** What a search found, and how far it looked. Costs include the constant of the problem. */
export interface ExactResult {
  /** Location by variable. */
  at: Int32Array | undefined;
  /** As the judge has it; Infinity where there is none. */
  objective: number;
  /** No placement costs less. Equal to the objective where complete. */
  lowerBound: number;
  /** True: no better placement exists; with none, none exists at all. */
  complete: boolean;
  /** Of room at the root, locations x resources, in the objective; 0 where capacity is not short. */
  prices: Float64Array;
}

const COST: Manner = {
  goal: 'Cost',
  passes: 3,
  step: 0.25,
  diveEvery: 50,
  beamEvery: 25,
  patience: 100,
};
const FEASIBILITY: Manner = {
  goal: 'Feasibility',
  passes: 2,
  step: 0.25,
  diveEvery: 3,
  beamEvery: 25,
  patience: Number.POSITIVE_INFINITY,
};
const ROOT_PASSES = { Cost: 7, Feasibility: 12 };
const ROOT_STEP = 0.04;
const RANDOM_STARTS = 8;

/** Neighbourhoods in one slice, and their share of the work before and after so much of it. */
const ROOT_STEPS = 15;
const NODE_STEPS = 20;
const EARLY_SHARE = 0.5;
const LATE_SHARE = 0.03;
const MUCH_WORK = 20_000_000;

/**
 * The exact path: least-cost placement of one application with a proof, or the best found with a bound that
 * was never above the optimum. Deterministic for the same problem, seed and work; stops after the step in
 * which the budget ends. For up to about 40 variables on 128 locations; larger ones are valid but slow.
 */
export function solveExact(
  gqap: Gqap,
  judge: Judge,
  budget: Budget,
  seed: number,
  start?: Int32Array,
): ExactResult {
  const state = stateOf(gqap, judge, 'Cost', budget);
  if (!openRoot(state)) return nothing(gqap);
  const random = randomOf(seed);
  const free = state.ceiling === 1;
  if (!free) firstPlacements(state, random, start);
  const result = free ? unknown(gqap) : searchFrom(state, COST, budget, random);
  if (result.at || result.complete || budget.exhausted()) return result;
  // Nothing found on the way: whether there is anything is a question of its own, and an easier one.
  const feasible = findFeasible(gqap, judge, budget, seed);
  if (feasible === 'None') return nothing(gqap);
  if (feasible === undefined) return result;
  if (free) return costFree(gqap, feasible);
  return start ? result : solveExact(gqap, judge, budget, seed, feasible);
}

/**
 * Whether rules and capacity can be kept at all, costs left out: then any bound above zero is a proof that
 * they cannot, and fixing is strong propagation. 'None' is proved; undefined: the budget ended first.
 */
export function findFeasible(
  gqap: Gqap,
  judge: Judge,
  budget: Budget,
  seed: number,
): Int32Array | 'None' | undefined {
  const state = stateOf(gqap, judge, 'Feasibility', budget);
  if (!openRoot(state)) return 'None';
  const random = randomOf(seed);
  firstPlacements(state, random, undefined);
  const result = searchFrom(state, FEASIBILITY, budget, random);
  return result.at ?? (result.complete ? 'None' : undefined);
}

function stateOf(gqap: Gqap, judge: Judge, goal: 'Cost' | 'Feasibility', budget: Budget): State {
  const state = prepare(gqap, goal);
  state.tick = () => {
    budget.spend(Math.round(state.work));
    state.work = 0;
    return !budget.exhausted();
  };
  state.judge = (labels) => {
    const objective = judge(labels.map((k) => state.location[k]!));
    if (objective === Number.POSITIVE_INFINITY) return objective;
    return goal === 'Feasibility' ? 0 : objective - gqap.constant;
  };
  return state;
}

/** All labels, what follows from them, no prices, no messages. False: a variable has none. */
function openRoot(state: State): boolean {
  const { n, m, pairs } = state;
  allLabels(state);
  if (!propagate(state)) return false;
  indexLabels(state);
  refreshSame(state);
  state.msg.fill(0, 0, 2 * pairs * m);
  state.slotMsg.fill(0, 0, state.slotVariable.length * m);
  state.slotPhi.fill(0, 0, state.slotVariable.length * m);
  state.work += n * m + 4 * pairs * m * m;
  return true;
}

function firstPlacements(state: State, random: () => number, start: Int32Array | undefined): void {
  if (start) {
    const label = new Map([...state.location].map((k, at) => [k, at]));
    state.walk.set(start.map((k) => label.get(k) ?? 0));
    startWalk(state);
    offer(state, state.walk);
  }
  regretStart(state);
  for (let each = 0; each < RANDOM_STARTS; each += 1) {
    if (!state.tick()) return;
    randomStart(state, random);
  }
}

/** Root passes, then the tree: neighbourhoods and look-ahead placements run between them. */
function searchFrom(state: State, manner: Manner, budget: Budget, random: () => number): ExactResult {
  if (!state.tick()) return finish(state, Number.NEGATIVE_INFINITY, false);
  const walk = new ForestWalk(state, random);
  const begun = budget.spent;
  let walked = 0;
  const improve = (steps: number) => {
    const total = budget.spent + state.work - begun;
    const share = total > MUCH_WORK ? LATE_SHARE : EARLY_SHARE;
    if (manner.goal === 'Feasibility' || walked > share * total) return;
    const before = budget.spent + state.work;
    walk.run(steps);
    walked += budget.spent + state.work - before;
  };
  const bound = optimise(state, ROOT_PASSES[manner.goal], ROOT_STEP, (_, pass) => {
    if (pass % 3 === 2 || !state.found) beam(state, 4);
    improve(ROOT_STEPS);
    return state.tick();
  });
  const prices = state.keptPrice.slice();
  if (bound === PRUNED) return finish(state, state.ub, true, prices);
  const { bound: least, closed } = searchTree(state, bound, manner, () => improve(NODE_STEPS));
  return finish(state, Math.max(least, Math.min(bound, state.ub)), closed, prices);
}

function finish(state: State, bound: number, complete: boolean, prices?: Float64Array): ExactResult {
  const { gqap, found, best, location, ub, m, R } = state;
  const whole = new Float64Array(gqap.locations * R);
  if (prices) {
    for (let at = 0; at < m * R; at += 1) whole[location[Math.floor(at / R)]! * R + (at % R)] = prices[at]!;
  }
  if (!found)
    return {
      at: undefined,
      objective: Number.POSITIVE_INFINITY,
      lowerBound: complete ? Number.POSITIVE_INFINITY : gqap.constant + Math.max(0, bound),
      complete,
      prices: whole,
    };
  const done = complete || bound > ub - EPS;
  return {
    at: best.map((k) => location[k]!),
    objective: gqap.constant + ub,
    lowerBound: gqap.constant + (done ? ub : Math.max(0, Math.min(bound, ub))),
    complete: done,
    prices: whole,
  };
}

function nothing({ locations, resources }: Gqap): ExactResult {
  return {
    at: undefined,
    objective: Number.POSITIVE_INFINITY,
    lowerBound: Number.POSITIVE_INFINITY,
    complete: true,
    prices: new Float64Array(locations * resources),
  };
}

/** Where nothing costs anything, any placement is the best. */
function costFree(gqap: Gqap, at: Int32Array): ExactResult {
  return { ...nothing(gqap), at, objective: gqap.constant, lowerBound: gqap.constant };
}

function unknown(gqap: Gqap): ExactResult {
  return { ...nothing(gqap), lowerBound: gqap.constant, complete: false };
}
