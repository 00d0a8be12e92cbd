import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { Finding } from '../../engine/check/finding.ts';
import { termsOfPlacement } from '../../engine/check.ts';
import type { Problem } from '../../engine/problem.ts';
import { TERMS } from '../../engine/result.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { failureDomains } from '../../snapshot/capability.ts';
import { givenResult } from '../../snapshot/givenplacement.ts';
import { type MoveRules, mayMove, worthMoving } from '../../snapshot/moverules.ts';
import { type PolicyRules, policyRules } from '../../snapshot/policy.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { decidedAs, holdsPlace } from './decidedstate.ts';
import { finished } from './finish.ts';
import { placedAlone } from './round.ts';
import type { Desk } from './solvegroup.ts';

/** What a policy, a class or a label says, unlike a measurement, which swings. */
const STATED_RULES: ReadonlySet<Finding['rule']> = new Set<Finding['rule']>([
  'Candidate',
  'Selector',
  'Taint',
  'SecurityClass',
  'ComplianceClass',
  'Residency',
  'Crossing',
]);
/** Apps that one look solves for; the next look goes on with the others. */
const MOST_SOLVES = 16;

/** An app that runs as decided, in a namespace whose policies let it be moved. */
interface Movable {
  state: AppState;
  policy: PolicyRules;
}

/** Apps that run as decided and that policy lets SWM move, for whatever reason. */
export function movableApps(snapshot: Snapshot, states: ReadonlyMap<string, AppState>): Movable[] {
  const policies = new Map<string, PolicyRules>();
  const policyOf = (namespace: string) => {
    const known = policies.get(namespace) ?? policyRules(snapshot, namespace);
    policies.set(namespace, known);
    return known;
  };
  return [...states.values()]
    .filter(isSettled)
    .map((state) => ({ state, policy: policyOf(state.namespace) }))
    .filter(({ policy }) => policy.moveOnViolation || policy.moveForGain);
}

/** Runs what was decided for its accepted model, with all replicas ready: nothing is on its way. */
export function isSettled(state: AppState): boolean {
  const { accepted, head, plan } = state;
  const decision = plan?.spec.decision;
  if (accepted === undefined || decision === undefined || !holdsPlace(state)) return false;
  if (head.spec.suspend === true || head.metadata.deletionTimestamp !== undefined) return false;
  if (decision.revision !== accepted.name || plan?.spec.attempt?.verdict !== 'Placed') return false;
  const running = plan.status?.running ?? [];
  const stray = running.some(
    ({ service, cluster }) =>
      !decision.assignments.some((each) => each.service === service && each.cluster === cluster),
  );
  return (
    !stray &&
    decision.assignments.every(({ service, cluster, replicas }) =>
      running.some((each) => each.service === service && each.cluster === cluster && each.ready >= replicas),
    )
  );
}

/** When apps were last moved, ms since the epoch, by id. */
class LastMoves {
  readonly #byId = new Map<string, number>();
  readonly #states: ReadonlyMap<string, AppState>;

  constructor(states: ReadonlyMap<string, AppState>) {
    this.#states = states;
    for (const [id, { plan }] of states) {
      const at = Date.parse(plan?.spec.decision?.movedAt ?? '');
      if (!Number.isNaN(at)) this.#byId.set(id, at);
    }
  }

  of(id: string): number | undefined {
    return this.#byId.get(id);
  }

  othersOf({ id, namespace }: AppState): number[] {
    return [...this.#byId].flatMap(([other, at]) =>
      other !== id && this.#states.get(other)?.namespace === namespace ? [at] : [],
    );
  }

  moved(id: string, at: number): void {
    this.#byId.set(id, at);
  }
}

export interface Improvements {
  specs: Map<string, AssignmentPlanSpec>;
  /** Why apps that break a rule are not moved now. */
  held: Map<string, string>;
  /** Last app that was solved for; the next look begins behind it. */
  cursor: string;
}

/**
 * One look at apps that run: those that break a rule of today go where they may be, if policy says
 * onViolation Move; the others go where it is better by more than moving costs, if a policy has moves. Within
 * budget, cooldown and windows, one after the other, each with all others where they are.
 *
 * @param worthALook whether the answer about an app may differ from the last one
 */
export async function improve(
  desk: Desk,
  world: { snapshot: Snapshot; states: ReadonlyMap<string, AppState> },
  cursor: string,
  worthALook: (id: string) => boolean,
): Promise<Improvements> {
  const { snapshot } = world;
  const states = new Map(world.states);
  const apps = movableApps(snapshot, states);
  const broken = brokenRules(desk, snapshot, states, apps);
  const context = { snapshot, states, referee: desk.referee, zoneOf: failureDomains(snapshot) };
  const moves = new LastMoves(states);
  const found: Improvements = { specs: new Map(), held: new Map(), cursor };
  let solves = 0;

  for (const { state, policy } of rotated(apps, cursor, broken)) {
    const violation = broken.get(state.id);
    if (violation === undefined && !policy.moveForGain) continue;
    const verdict = mayMove(policy.moves, snapshot.now, moves.of(state.id), moves.othersOf(state));
    if (!verdict.may) {
      if (violation !== undefined) found.held.set(state.id, verdict.why);
      continue;
    }
    if (!worthALook(state.id)) continue;
    if (solves === MOST_SOLVES) break;
    solves += 1;
    found.cursor = state.id;
    const cause = violation === undefined ? 'moves' : `onViolation Move: ${violation}`;
    const answer = await placedAlone(desk, { snapshot, states }, state.id, cause.slice(0, 256));
    const better =
      answer && violation === undefined ? gaining(snapshot, states, state, policy.moves, answer) : answer;
    if (better?.decision === undefined || better.decision.id === state.plan?.spec.decision?.id) continue;
    const spec = finished(better, state, context);
    found.specs.set(state.id, spec);
    states.set(state.id, decidedAs(state, spec));
    moves.moved(state.id, snapshot.now);
  }
  return found;
}

/** The answer with its gain as the cause; undefined where the gain does not pay for the move. */
function gaining(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  state: AppState,
  rules: MoveRules,
  answer: AssignmentPlanSpec,
): AssignmentPlanSpec | undefined {
  const decision = state.plan?.spec.decision;
  const { problem } = buildProblem(snapshot, states, new Set([state.id]));
  const application = problem?.applications.find(({ id }) => id === state.id);
  const go = answer.decision?.evidence.objective;
  if (!problem || !application || !decision || !answer.decision || go === undefined) return undefined;
  const result = givenResult(problem, new Map([[state.id, decision.assignments]]));
  const { normalised } = termsOfPlacement(problem, result, application);
  const weights = TERMS.reduce((sum, term) => sum + application.profile[term], 0);
  const stay = TERMS.reduce(
    (sum, term) => sum + (application.profile[term] / weights) * (normalised[term] ?? 0),
    0,
  );
  const gain = worthMoving(rules, stay, go);
  if (gain === undefined) return undefined;
  const cause = `moves: ${(gain * 100).toFixed(0)} % better, the move counted`;
  return { ...answer, decision: { ...answer.decision, cause } };
}

/** In words, the rule of today that each app breaks where it is; of those in namespaces that act on it. */
function brokenRules(
  { referee }: Desk,
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  apps: readonly Movable[],
): Map<string, string> {
  const acting = apps.filter(({ policy }) => policy.moveOnViolation).map(({ state }) => state);
  const ids = new Set(acting.map(({ id }) => id));
  const broken = new Map<string, string>();
  if (ids.size === 0) return broken;
  const { problem, refused } = buildProblem(snapshot, states, ids);
  // An app that is refused as a whole has nowhere to go.
  if (problem === undefined) return broken;
  const places = new Map(
    acting
      .filter(({ id }) => !refused.has(id))
      .map(({ id, plan }) => [id, plan?.spec.decision?.assignments ?? []] as const),
  );
  for (const reason of referee(problem, givenResult(problem, places))) {
    if (!STATED_RULES.has(reason.rule) || !ids.has(reason.application) || broken.has(reason.application))
      continue;
    broken.set(reason.application, inWords(problem, reason));
  }
  return broken;
}

function inWords(problem: Problem, { application, rule, message, location, service }: Finding): string {
  const app = problem.applications.find(({ id }) => id === application);
  const why = rule === 'Candidate' && location !== undefined ? (app?.excluded[location] ?? message) : message;
  return [service, location === undefined ? undefined : `on ${location}`, `(${rule}): ${why}`]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** Those that break a rule first; then in turn, beginning behind the one that was last. */
function rotated(apps: readonly Movable[], cursor: string, broken: ReadonlyMap<string, string>): Movable[] {
  const first = apps.filter(({ state }) => broken.has(state.id));
  const rest = apps.filter(({ state }) => !broken.has(state.id));
  const behind = rest.filter(({ state }) => state.id > cursor);
  return [...first, ...behind, ...rest.filter(({ state }) => state.id <= cursor)];
}
