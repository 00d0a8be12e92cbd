import type { Assignment, AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { mayMove } from '../../snapshot/moverules.ts';
import { compareText } from '../../snapshot/order.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import type { World } from './answeralone.ts';
import { gainsOf } from './gain.ts';
import { LastMoves } from './lastmoves.ts';
import type { Movable } from './movable.ts';
import { type Desk, solveGroup } from './solvegroup.ts';

/** Solves of one look; each but the first leaves out at least one app. */
const MOST_SOLVES = 4;

/**
 * Moves that pay only together, such as those of two apps that hold each other's better place: solved as one
 * problem, each app with its running placement and the price of its move. An app that would have to go where it is
 * not better by enough keeps its place and its room, and the others are solved again without it. All solves
 * together take no more work than one app that waits may take.
 *
 * @param apps may each be moved now
 */
export async function improveTogether(
  desk: Desk,
  world: World,
  apps: readonly Movable[],
): Promise<Map<string, AssignmentPlanSpec>> {
  let group = apps;
  for (let solve = 0; solve < MOST_SOLVES && group.length > 1; solve += 1) {
    const specs = await solvedTogether(desk, world, group);
    const { moves, staying } = payingMoves(world, group, specs);
    if (moves.size + staying === group.length) return moves;
    group = group.filter(({ state }) => moves.has(state.id));
  }
  return new Map();
}

async function solvedTogether(
  desk: Desk,
  world: World,
  group: readonly Movable[],
): Promise<ReadonlyMap<string, AssignmentPlanSpec>> {
  const work = Math.ceil(desk.budget.work / MOST_SOLVES / group.length);
  const asking: Desk = { ...desk, budget: { ...desk.budget, work, explain: 'Placed' } };
  const causes = new Map(group.map(({ state }) => [state.id, 'moves']));
  try {
    return (await solveGroup(asking, { ...world, causes })).specs;
  } catch (error) {
    // What runs is well where it is: an engine that fails here is no reason to fail the round.
    if (desk.signal.aborted) throw error;
    return new Map();
  }
}

/** Of a group that was solved together, the moves that pay and that policy allows beside each other. */
function payingMoves(
  { snapshot, states }: World,
  group: readonly Movable[],
  specs: ReadonlyMap<string, AssignmentPlanSpec>,
): { moves: Map<string, AssignmentPlanSpec>; staying: number } {
  const { problem } = buildProblem(snapshot, states, new Set(group.map(({ state }) => state.id)));
  const before = new Map<string, readonly Assignment[]>();
  const after = new Map<string, readonly Assignment[]>();
  let staying = 0;
  const movers = group.filter(({ state: { id, plan } }) => {
    const [old, next] = [plan?.spec.decision, specs.get(id)];
    const found = next?.attempt?.verdict === 'Placed' ? next.decision : undefined;
    before.set(id, old?.assignments ?? []);
    after.set(id, (found ?? old)?.assignments ?? []);
    if (found?.id === old?.id) staying += 1;
    return found !== undefined && found.id !== old?.id;
  });
  const gainOf = problem ? gainsOf(problem, before, after) : () => undefined;
  const paying = movers
    .map((mover) => ({ ...mover, gain: gainOf(mover.state.id, mover.policy.moves) }))
    .filter((mover): mover is Movable & { gain: number } => mover.gain !== undefined)
    .sort((a, b) => b.gain - a.gain || compareText(a.state.id, b.state.id));
  const lately = new LastMoves(states);
  const moves = new Map<string, AssignmentPlanSpec>();
  for (const { state, policy, gain } of paying) {
    const { may } = mayMove(policy.moves, snapshot.now, lately.of(state.id), lately.othersOf(state));
    const spec = specs.get(state.id);
    if (!may || spec?.decision === undefined) continue;
    lately.moved(state.id, snapshot.now);
    const others = paying.filter((each) => each.state.id !== state.id).map((each) => each.state.id);
    const company = others.length > 0 ? ` together with ${others.slice(0, 3).join(', ')}` : '';
    const cause = `moves${company}: ${(gain * 100).toFixed(0)} % better, the move counted`.slice(0, 256);
    moves.set(state.id, { ...spec, decision: { ...spec.decision, cause } });
  }
  return { moves, staying };
}
