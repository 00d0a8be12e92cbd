import type { Budget } from '../budget.ts';
import { firstLook } from '../feasible/gqapnetwork.ts';
import type { Gqap } from '../gqap/gqap.ts';
import type { Judge } from '../model/judge.ts';
import { beam } from './beam.ts';
import { contract } from './contract.ts';
import { cutShort, type ExactResult, finish, leastUnary, nothing, unknown } from './exactresult.ts';
import { firstFit } from './firstfit.ts';
import { isFree } from './free.ts';
import { offer } from './incumbent.ts';
import { allLabels, indexLabels, propagate, searchAmongLabels } from './labels.ts';
import { localSearch } from './localsearch.ts';
import { refreshSame } from './node.ts';
import { optimise, PRUNED } from './optimise.ts';
import { prepare } from './prepare.ts';
import { randomOf } from './random.ts';
import { randomStart, regretStart, ruinAndRecreate } from './starts.ts';
import { EPS, type State } from './state.ts';
import { startWalk } from './table.ts';
import { type Manner, searchTree } from './tree.ts';

const COST: Manner = {
  goal: 'Cost',
  passes: 3,
  step: 0.4,
  diveEvery: 5,
  beamEvery: 10,
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
const ROOT_PASSES = { Cost: 8, Feasibility: 12 };
const ROOT_STEP = 0.1;
const RANDOM_STARTS = 4;

/** Width of look-ahead placements at the root. */
const ROOT_BEAM = 12;

/** Ruins in one slice, and their share of the work before and after so much of it. */
const IMPROVEMENTS = 6;
const EARLY_SHARE = 0.1;
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
  const floor = leastUnary(gqap);
  if (floor === Number.POSITIVE_INFINITY) return nothing(gqap);
  const atHand = () => start ?? firstFit(gqap, judge);
  if (isFree(gqap)) return placeFree(gqap, judge, budget, seed, atHand());
  const state = stateOf(gqap, judge, 'Cost', budget);
  if (!state) return cutShort(gqap, judge, atHand(), floor);
  if (!openRoot(state)) return nothing(gqap);
  const random = randomOf(seed);
  if (start) take(state, start);
  construct(state, atHand);
  // Where constructions end nowhere there is often nothing at all; before them, a look would take their time.
  const looked = state.found ? undefined : firstLook(gqap, judge, budget);
  if (looked === 'None') return nothing(gqap);
  if (looked) take(state, looked);
  startAtRandom(state, random);
  const result = searchFrom(state, COST, budget, random);
  if (result.at || result.complete || budget.exhausted()) return result;
  // Nothing found on the way: whether there is anything is a question of its own, and an easier one.
  const feasible = findFeasible(gqap, judge, budget, seed);
  if (feasible === 'None') return nothing(gqap);
  if (feasible === undefined) return result;
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
  if (leastUnary(gqap) === Number.POSITIVE_INFINITY) return 'None';
  const state = stateOf(gqap, judge, 'Feasibility', budget);
  if (!state) return undefined;
  if (!openRoot(state)) return 'None';
  const random = randomOf(seed);
  construct(state, () => undefined);
  startAtRandom(state, random);
  const result = searchFrom(state, FEASIBILITY, budget, random);
  return result.at ?? (result.complete ? 'None' : undefined);
}

/** Undefined: the budget ended first. */
function stateOf(gqap: Gqap, judge: Judge, goal: 'Cost' | 'Feasibility', budget: Budget): State | undefined {
  const state = prepare(gqap, goal, (work) => {
    budget.spend(work);
    return !budget.exhausted();
  });
  if (!state) return undefined;
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
  searchAmongLabels(state);
  contract(state);
  refreshSame(state);
  state.msg.fill(0, 0, 2 * pairs * m);
  state.slotMsg.fill(0, 0, state.slotVariable.length * m);
  state.slotPhi.fill(0, 0, state.slotVariable.length * m);
  state.work += n * m + 4 * pairs * m * m;
  return true;
}

/** What is `known` counts only where the construction, which mostly does better, ends nowhere. */
function construct(state: State, known: () => Int32Array | undefined): void {
  regretStart(state);
  const other = state.found ? undefined : known();
  if (other) take(state, other);
}

function startAtRandom(state: State, random: () => number): void {
  for (let each = 0; each < RANDOM_STARTS; each += 1) {
    if (!state.tick()) return;
    randomStart(state, random);
  }
}

function take(state: State, at: Int32Array): void {
  const { n, m, location, unary, walk } = state;
  const label = new Map([...location].map((k, t) => [k, t]));
  for (let i = 0; i < n; i += 1) {
    const k = label.get(at[i]!);
    if (k === undefined || unary[i * m + k] === Number.POSITIVE_INFINITY) return;
    walk[i] = k;
  }
  startWalk(state);
  offer(state, walk);
  localSearch(state);
}

/** Root passes, then the tree: ruins and look-ahead placements run between them. */
function searchFrom(state: State, manner: Manner, budget: Budget, random: () => number): ExactResult {
  if (!state.tick()) return finish(state, Number.NEGATIVE_INFINITY, false);
  const begun = budget.spent;
  let walked = 0;
  const improve = () => {
    const total = budget.spent + state.work - begun;
    const share = total > MUCH_WORK ? LATE_SHARE : EARLY_SHARE;
    if (manner.goal === 'Feasibility' || walked > share * total) return;
    const before = budget.spent + state.work;
    for (let each = 0; each < IMPROVEMENTS && state.found && state.tick(); each += 1)
      ruinAndRecreate(state, random);
    walked += budget.spent + state.work - before;
  };
  const bound = optimise(state, ROOT_PASSES[manner.goal], ROOT_STEP, (_, pass) => {
    searchAmongLabels(state);
    if (pass % 3 === 2 || !state.found) beam(state, ROOT_BEAM);
    improve();
    return state.tick();
  });
  const prices = state.keptPrice.slice();
  if (bound === PRUNED) return finish(state, state.ub, true, prices);
  const { bound: least, closed } = searchTree(state, bound, manner, improve);
  return finish(state, Math.max(least, Math.min(bound, state.ub)), closed, prices);
}

/** Whether there is a placement is the whole question then, and one at hand the answer. */
function placeFree(
  gqap: Gqap,
  judge: Judge,
  budget: Budget,
  seed: number,
  known: Int32Array | undefined,
): ExactResult {
  const at = known ?? firstLook(gqap, judge, budget) ?? findFeasible(gqap, judge, budget, seed);
  if (at === 'None') return nothing(gqap);
  if (at === undefined) return unknown(gqap);
  const [objective, lowerBound] = [judge(at), gqap.constant];
  return { ...unknown(gqap), at, objective, lowerBound, complete: objective - lowerBound < EPS };
}
