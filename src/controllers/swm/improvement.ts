import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { failureDomains } from '../../snapshot/capability.ts';
import { type MoveRules, mayMove } from '../../snapshot/moverules.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import { answerAlone, placedAlone, type World } from './answeralone.ts';
import { brokenRules } from './brokenrules.ts';
import { decidedAs } from './decidedstate.ts';
import { finished } from './finish.ts';
import { gainsOf } from './gain.ts';
import { LastMoves } from './lastmoves.ts';
import { type Movable, movableApps } from './movable.ts';
import type { Desk } from './solvegroup.ts';
import { improveTogether } from './together.ts';

/** Apps that one look solves for; the next look goes on with the others. */
const MOST_SOLVES = 16;
/** Apps that are looked at together. */
const MOST_TOGETHER = 32;

export interface Improvements {
  specs: Map<string, AssignmentPlanSpec>;
  /** Why apps that break a rule are not moved now: it is not their turn, or there is nowhere to go. */
  held: Map<string, string>;
  /** Last app that was solved for; the next look begins behind it. */
  cursor: string;
}

/**
 * One look at apps that run: those that break a rule of today go where they may be, if policy says
 * onViolation Move; the others go where it is better by more than moving costs, if a policy has moves. Within
 * budget, cooldown and windows. One after the other, each with all others where they are; then those that
 * found nothing alone once more together, for they may be in each other's way.
 *
 * @param worthALook whether the answer about an app may differ from the last one
 */
export async function improve(
  desk: Desk,
  world: World,
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
  const turn = rotated(apps, cursor, broken);
  const inVain: Movable[] = [];
  let solves = 0;
  /** Whoever left in this look may have taken the cause along. */
  const violationNow = (id: string) =>
    broken.has(id) && found.specs.size > 0
      ? brokenRules(
          desk,
          snapshot,
          states,
          apps.filter(({ state }) => state.id === id),
        ).get(id)
      : broken.get(id);
  const settle = (state: AppState, better: AssignmentPlanSpec) => {
    if (better.decision?.id === state.plan?.spec.decision?.id) return;
    const spec = finished(better, state, context);
    found.specs.set(state.id, spec);
    states.set(state.id, decidedAs(state, spec));
    moves.moved(state.id, snapshot.now);
  };

  for (const { state, policy } of turn) {
    const violation = violationNow(state.id);
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
    const now = { snapshot, states };
    if (violation !== undefined) {
      const cause = `onViolation Move: ${violation}`.slice(0, 256);
      const answer = await answerAlone(desk, now, state.id, cause);
      if (answer?.attempt?.verdict === 'Placed') settle(state, answer);
      else found.held.set(state.id, `${violation}; nowhere to go: ${answer?.attempt?.reason ?? 'no answer'}`);
      continue;
    }
    const answer = await placedAlone(desk, now, state.id, 'moves');
    const better = answer && gaining(now, state, policy.moves, answer);
    if (better) settle(state, better);
    else inVain.push({ state, policy });
  }

  const mayToo = turn.filter(
    ({ state, policy }) =>
      policy.moveForGain &&
      !broken.has(state.id) &&
      !found.specs.has(state.id) &&
      !inVain.some((each) => each.state.id === state.id) &&
      mayMove(policy.moves, snapshot.now, moves.of(state.id), moves.othersOf(state)).may,
  );
  if (inVain.length > 0) {
    const group = [...inVain, ...mayToo].slice(0, MOST_TOGETHER);
    const together = await improveTogether(desk, { snapshot, states }, group);
    for (const [id, spec] of together) settle(states.get(id)!, spec);
  }
  return found;
}

/** The answer with its gain as the cause; undefined where the gain does not pay for the move. */
function gaining(
  { snapshot, states }: World,
  { id, plan }: AppState,
  rules: MoveRules,
  answer: AssignmentPlanSpec,
): AssignmentPlanSpec | undefined {
  const { problem } = buildProblem(snapshot, states, new Set([id]));
  const [before, after] = [plan?.spec.decision, answer.decision];
  if (!problem || !before || !after) return undefined;
  const places = [before, after].map(({ assignments }) => new Map([[id, assignments]]));
  const gain = gainsOf(problem, places[0]!, places[1]!)(id, rules);
  if (gain === undefined || before.id === after.id) return undefined;
  return {
    ...answer,
    decision: { ...after, cause: `moves: ${(gain * 100).toFixed(0)} % better, the move counted` },
  };
}

/** Those that break a rule first; then in turn, beginning behind the one that was last. */
function rotated(apps: readonly Movable[], cursor: string, broken: ReadonlyMap<string, string>): Movable[] {
  const first = apps.filter(({ state }) => broken.has(state.id));
  const rest = apps.filter(({ state }) => !broken.has(state.id));
  const behind = rest.filter(({ state }) => state.id > cursor);
  return [...first, ...behind, ...rest.filter(({ state }) => state.id <= cursor)];
}
