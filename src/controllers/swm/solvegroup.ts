import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { hashOf } from '../../api/hash.ts';
import type { Application, Problem } from '../../engine/problem.ts';
import type { ApplicationResult, Reason, Result } from '../../engine/result.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { PowerModel, readEnergyLimit } from '../../snapshot/energy.ts';
import { type BuiltProblem, buildProblem } from '../../snapshot/problem.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Failure } from './failedreason.ts';
import { failedSpec, placedSpec } from './plan.ts';
import { type Referee, refereed } from './refereed.ts';
import type { Budget, Solver } from './solver.ts';

/** What answering takes, whoever is asked about. */
export interface Desk {
  solver: Solver;
  referee: Referee;
  /** Of each app; the deadline is for the whole solve. */
  budget: Budget;
  signal: AbortSignal;
}

export interface Question {
  snapshot: Snapshot;
  states: ReadonlyMap<string, AppState>;
  /** The apps to answer, with the cause of each. */
  causes: ReadonlyMap<string, string>;
  /** Further wishes, as a change of the problem. */
  reshape?: (problem: Problem) => Problem;
}

export interface Answers {
  /** What the plan of each app should say. */
  specs: Map<string, AssignmentPlanSpec>;
  /** Apps without a placement through a fault of the suite: rejected by the referee, or without an answer. */
  defects: Map<string, string>;
}

/** Solves for some apps, with all others where they are, and has the referee look at every placement. */
export async function solveGroup(desk: Desk, question: Question): Promise<Answers> {
  const { snapshot, states, causes, reshape = (problem) => problem } = question;
  const group = new Set(causes.keys());
  const built = buildProblem(snapshot, states, group);
  const answers: Answers = { specs: new Map(), defects: new Map() };
  for (const [id, conflict] of built.refused) {
    const reason = conflict.map(({ message }) => message).join('; ');
    const refusal: Failure = { verdict: 'Infeasible', reason, conflict: [...conflict], relaxations: [] };
    answers.specs.set(id, failureOf(states, id, refusal));
  }
  if (built.problem === undefined) return answers;

  const problem = reshape(built.problem);
  const work = desk.budget.work * problem.applications.length;
  const result = await desk.solver.solve(problem, { ...desk.budget, work }, desk.signal);
  const { sound, rejected } = refereed(problem, result, desk.referee, built.neighbours);
  const inputHash = hashOf(problem);
  for (const answer of result.applications) {
    const id = answer.application;
    const state = states.get(id);
    const application = problem.applications.find((each) => each.id === id);
    if (!group.has(id) || state?.accepted === undefined || application === undefined) continue;
    const broken = rejected.get(id);
    if (broken !== undefined) {
      tellFault(answers, states, id, `placement rejected by the referee: ${broken}`);
    } else if (sound.has(id)) {
      const cause = causes.get(id) ?? '';
      answers.specs.set(id, placed({ state, application, cause, inputHash, built }, answer, result));
    } else {
      const told = await inWayOfNeighbours(desk, problem, answer, built);
      answers.specs.set(id, failureOf(states, id, told));
    }
  }
  for (const id of group) {
    if (!answers.specs.has(id)) tellFault(answers, states, id, 'the engine gave no answer');
  }
  return answers;
}

/** The suite's own fault, told as such and not as a property of the app. */
export function tellFault(
  { specs, defects }: Answers,
  states: ReadonlyMap<string, AppState>,
  id: string,
  why: string,
): void {
  defects.set(id, why);
  const reason = `internal: ${why}`;
  specs.set(id, failureOf(states, id, { verdict: 'NoneFound', reason, conflict: [], relaxations: [] }));
}

interface Placed {
  state: AppState;
  application: Application;
  cause: string;
  inputHash: string;
  built: BuiltProblem;
}

function placed(
  { state, application, cause, inputHash, built }: Placed,
  answer: ApplicationResult,
  result: Result,
): AssignmentPlanSpec {
  const about = built.about.get(state.id);
  const limit = readEnergyLimit(state.accepted?.spec.appEnergyLimit);
  const power =
    limit === undefined || built.problem === undefined
      ? undefined
      : PowerModel.of(built.problem, original(built.problem, application), limit);
  const shares = new Map(answer.services.map(({ service, shares: of }) => [service, of]));
  const energy = power?.estimate((service) => shares.get(service) ?? []);
  const unchecked =
    limit !== undefined && power === undefined
      ? ['appEnergyLimit is not checked: no ClusterCapability gives the power of a cluster']
      : [];
  return placedSpec(
    {
      application,
      revision: state.accepted?.name ?? '',
      generation: state.generation,
      cause,
      profile: about?.profile ?? '',
      notes: [...(about?.notes ?? []), ...unchecked],
      inputHash,
      ...(energy ? { energy } : {}),
    },
    answer,
    result,
  );
}

/** The application as it was before the problem was reshaped. */
function original({ applications }: Problem, { id }: Application): Application {
  return applications.find((each) => each.id === id)!;
}

/**
 * An engine explains an app by its own rules. One that would fit if its neighbours did not call it is told
 * which of their channels it would break.
 */
async function inWayOfNeighbours(
  desk: Desk,
  problem: Problem,
  answer: ApplicationResult,
  { neighbours }: BuiltProblem,
): Promise<ApplicationResult> {
  const id = answer.application;
  const calling = problem.applications.filter((other) => neighbours.get(other.id)?.has(id));
  if (answer.verdict !== 'Infeasible' || calling.length === 0) return answer;
  const applications = problem.applications.filter((each) => each.id === id);
  const alone = await desk.solver.solve(
    { ...problem, applications },
    { ...desk.budget, explain: false },
    desk.signal,
  );
  const verdict = alone.applications[0]?.verdict;
  if (verdict !== 'Optimal' && verdict !== 'Feasible') return answer;
  const conflict = calling.flatMap((other) =>
    other.channels
      .filter(({ to }) => to.application === id)
      .map((channel): Reason => {
        const limits = [
          channel.maxDelayMs === undefined ? '' : ` within ${channel.maxDelayMs} ms`,
          channel.bandwidthMbps === undefined ? '' : ` at ${channel.bandwidthMbps} Mbit/s`,
        ];
        const message = `${channel.to.service} must stay in reach of ${other.id}: ${channel.from} calls it${limits.join('')} (channel ${channel.id}, ASSURED)`;
        return { rule: 'Delay', application: id, service: channel.to.service, channel: channel.id, message };
      }),
  );
  return { ...answer, conflict: conflict.slice(0, 8), relaxations: [] };
}

function failureOf(states: ReadonlyMap<string, AppState>, id: string, answer: Failure): AssignmentPlanSpec {
  const state = states.get(id);
  return failedSpec(
    {
      namespace: state?.namespace ?? '',
      name: state?.name ?? '',
      revision: state?.accepted?.name ?? '',
      generation: state?.generation ?? 0,
    },
    answer,
    state?.plan?.spec.decision,
  );
}
