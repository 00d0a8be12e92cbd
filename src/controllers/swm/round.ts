import type { AssignmentPlan, AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { planName } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import { hashOf } from '../../api/hash.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { type Fingerprint, fingerprintsOf } from '../../snapshot/fingerprint.ts';
import { compareText } from '../../snapshot/order.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { readTolerance } from '../../snapshot/tolerance.ts';
import { deferredSpec, emptied, mayBeShortage } from './deferral.ts';
import { withFallbacks } from './fallbacks.ts';
import { type Failure, failedSpec, placedSpec } from './plan.ts';
import { type Referee, refereed } from './refereed.ts';
import type { Budget, Solver } from './solver.ts';

export interface RoundInput {
  snapshot: Snapshot;
  states: ReadonlyMap<string, AppState>;
  /** The apps to decide on, with the cause of each. */
  pending: ReadonlyMap<string, string>;
  solver: Solver;
  referee: Referee;
  /** Of each app; the deadline is for the whole solve. */
  budget: Budget;
  signal: AbortSignal;
}

export interface RoundOutcome {
  /** What the plan of each pending app should say. */
  specs: Map<string, AssignmentPlanSpec>;
  /** What the answers about the failed apps depended on, once everything else was decided. */
  failed: Map<string, Fingerprint>;
  /** Apps without a placement through a fault of the suite: rejected by the referee, or the engine failed. */
  defects: Map<string, string>;
}

/**
 * Decides on all apps that wait. Those that hold capacity already come first, and get back what they hold
 * before newcomers may take it: what runs is not displaced by what arrives. When one of them fails it keeps
 * its old place, so the others are solved again without its capacity.
 */
export async function decideRound(input: RoundInput): Promise<RoundOutcome> {
  const outcome: RoundOutcome = { specs: new Map(), failed: new Map(), defects: new Map() };
  const states = new Map(input.states);
  const holds = (id: string) => states.get(id)?.plan?.spec.decision !== undefined;
  const holders = new Set([...input.pending.keys()].filter(holds));
  const newcomers = new Set([...input.pending.keys()].filter((id) => !holders.has(id)));

  for (const group of [holders, newcomers]) await decideGroup(input, states, group, outcome);
  await tellShortages(input, states, outcome);
  await addFallbacks(input, states, outcome);
  outcome.failed = fingerprintsNow(input.snapshot, states, outcome.specs);
  return outcome;
}

/** Decides on a group of apps and makes their places part of `states`. Empties the group. */
async function decideGroup(
  input: RoundInput,
  states: Map<string, AppState>,
  group: Set<string>,
  outcome: RoundOutcome,
): Promise<void> {
  const holds = (id: string) => states.get(id)?.plan?.spec.decision !== undefined;
  while (group.size > 0) {
    const answers = await groupAnswers(input, states, group, outcome);
    if (answers === undefined) {
      // Decided by halves, so that one app that the engine fails on or has no time for keeps nobody waiting.
      const ids = [...group].sort(compareText);
      const middle = ids.length >> 1;
      await decideGroup(input, states, new Set(ids.slice(0, middle)), outcome);
      await decideGroup(input, states, new Set(ids.slice(middle)), outcome);
      return;
    }
    const lost = [...answers].filter(([id, spec]) => spec.attempt?.verdict !== 'Placed' && holds(id));
    const again = lost.length > 0 && lost.length < answers.size;
    for (const [id, spec] of again ? lost : answers) {
      outcome.specs.set(id, spec);
      const state = states.get(id);
      if (state && spec.attempt?.verdict === 'Placed') {
        states.set(id, decidedAs(state, spec));
        outcome.defects.delete(id);
      }
      group.delete(id);
    }
  }
}

/**
 * The answers about a group; undefined when it is to be asked again in smaller ones: the engine failed, or
 * it ran out of budget before an app had its turn. Of an app alone both are an answer.
 */
async function groupAnswers(
  input: RoundInput,
  states: ReadonlyMap<string, AppState>,
  group: ReadonlySet<string>,
  outcome: RoundOutcome,
): Promise<Map<string, AssignmentPlanSpec> | undefined> {
  try {
    const answers = await solveGroup(input, states, group, outcome);
    const unsure = ([id, spec]: [string, AssignmentPlanSpec]) =>
      spec.attempt?.verdict === 'NoneFound' && !outcome.defects.has(id);
    return group.size > 1 && [...answers].some(unsure) ? undefined : answers;
  } catch (error) {
    if (input.signal.aborted) throw error;
    if (group.size > 1) return undefined;
    const why = `the engine failed: ${error instanceof Error ? error.message : String(error)}`;
    return new Map([...group].map((id) => [id, internal(states, id, why, outcome)]));
  }
}

/** An app that would fit if no other app of the suite were there is not impossible: it waits for them. */
async function tellShortages(
  input: RoundInput,
  states: ReadonlyMap<string, AppState>,
  outcome: RoundOutcome,
): Promise<void> {
  for (const [id, spec] of outcome.specs) {
    if (!mayBeShortage(spec)) continue;
    const alone = emptied(input.snapshot, states, id);
    const answer = await aside({ ...input, snapshot: alone.snapshot }, alone.states, id);
    if (answer?.attempt?.verdict === 'Placed') outcome.specs.set(id, deferredSpec(spec, states, id));
  }
}

/** One app solved for what it tells, without a consequence for the round; undefined when that fails. */
async function aside(
  input: RoundInput,
  states: ReadonlyMap<string, AppState>,
  id: string,
): Promise<AssignmentPlanSpec | undefined> {
  const scratch: RoundOutcome = { specs: new Map(), failed: new Map(), defects: new Map() };
  try {
    return (await solveGroup(input, states, new Set([id]), scratch)).get(id);
  } catch (error) {
    if (input.signal.aborted) throw error;
    return undefined;
  }
}

/** Plans for the loss of a cluster, for the apps that ask for them, once everybody has a place. */
async function addFallbacks(
  input: RoundInput,
  states: ReadonlyMap<string, AppState>,
  outcome: RoundOutcome,
): Promise<void> {
  for (const [id, spec] of outcome.specs) {
    const model = states.get(id)?.accepted?.spec;
    const wanted = readTolerance(model?.appFailureTolerance).kind === 'Fallback';
    if (!wanted || spec.attempt?.verdict !== 'Placed') continue;
    const without = (lost: string) => {
      const managedClusters = input.snapshot.managedClusters.filter(({ metadata }) => metadata.name !== lost);
      return aside({ ...input, snapshot: { ...input.snapshot, managedClusters } }, states, id);
    };
    outcome.specs.set(id, await withFallbacks(spec, without));
  }
}

/** What each of the given apps depends on in this state of the world. */
export function fingerprintsFor(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  ids: ReadonlySet<string>,
): Map<string, Fingerprint> {
  if (ids.size === 0) return new Map();
  const built = buildProblem(snapshot, states, ids);
  const prints = built.problem ? fingerprintsOf(built.problem) : new Map<string, Fingerprint>();
  for (const [id, reasons] of built.refused) prints.set(id, { hash: hashOf(reasons), free: new Map() });
  return prints;
}

function fingerprintsNow(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  specs: ReadonlyMap<string, AssignmentPlanSpec>,
): Map<string, Fingerprint> {
  const ids = [...specs].filter(([, spec]) => spec.attempt?.verdict !== 'Placed').map(([id]) => id);
  return fingerprintsFor(snapshot, states, new Set(ids));
}

async function solveGroup(
  { snapshot, pending, solver, referee, budget, signal }: RoundInput,
  states: ReadonlyMap<string, AppState>,
  group: ReadonlySet<string>,
  outcome: RoundOutcome,
): Promise<Map<string, AssignmentPlanSpec>> {
  const built = buildProblem(snapshot, states, group);
  const specs = new Map<string, AssignmentPlanSpec>();
  for (const [id, conflict] of built.refused) {
    specs.set(id, failure(states, id, { verdict: 'Infeasible', conflict: [...conflict], relaxations: [] }));
  }
  if (built.problem === undefined) return specs;

  const work = budget.work * built.problem.applications.length;
  const result = await solver.solve(built.problem, { ...budget, work }, signal);
  const { sound, rejected } = refereed(built.problem, result, referee);
  const inputHash = hashOf(built.problem);
  for (const answer of result.applications) {
    const id = answer.application;
    const state = states.get(id);
    const application = built.problem.applications.find((each) => each.id === id);
    if (state?.accepted === undefined || application === undefined) continue;
    const broken = rejected.get(id);
    if (broken !== undefined) {
      specs.set(id, internal(states, id, `placement rejected by the referee: ${broken}`, outcome));
    } else if (sound.has(id)) {
      const about = built.about.get(id);
      const plan = {
        application,
        revision: state.accepted.name,
        generation: state.generation,
        cause: pending.get(id) ?? '',
        profile: about?.profile ?? '',
        notes: about?.notes ?? [],
        inputHash,
      };
      specs.set(id, placedSpec(plan, answer, result));
    } else {
      specs.set(id, failure(states, id, answer));
    }
  }
  for (const id of group) {
    if (!specs.has(id)) specs.set(id, internal(states, id, 'the engine gave no answer', outcome));
  }
  return specs;
}

function failure(states: ReadonlyMap<string, AppState>, id: string, answer: Failure): AssignmentPlanSpec {
  const state = states.get(id);
  return failedSpec(
    { revision: state?.accepted?.name ?? '', generation: state?.generation ?? 0 },
    answer,
    state?.plan?.spec.decision,
  );
}

/** The suite's own fault, told as such and not as a property of the app. */
function internal(
  states: ReadonlyMap<string, AppState>,
  id: string,
  why: string,
  outcome: RoundOutcome,
): AssignmentPlanSpec {
  outcome.defects.set(id, why);
  return failure(states, id, {
    verdict: 'NoneFound',
    reason: `internal: ${why}`,
    conflict: [],
    relaxations: [],
  });
}

/** The state as it is once the spec is written. */
function decidedAs(state: AppState, spec: AssignmentPlanSpec): AppState {
  const plan: AssignmentPlan = state.plan ?? {
    apiVersion: API_VERSION,
    kind: 'AssignmentPlan',
    metadata: { namespace: state.namespace, name: planName(state.name) },
    spec: {},
  };
  return { ...state, decided: state.accepted, plan: { ...plan, spec } };
}
