import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { hashOf } from '../../api/hash.ts';
import type { Problem } from '../../engine/problem.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { failureDomains } from '../../snapshot/capability.ts';
import { readEnergyLimit } from '../../snapshot/energy.ts';
import { type Fingerprint, fingerprintsOf } from '../../snapshot/fingerprint.ts';
import { compareText } from '../../snapshot/order.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { placedAlone } from './answeralone.ts';
import { decidedAs, holdsPlace } from './decidedstate.ts';
import { deferredSpec, emptied, mayBeShortage, without } from './deferral.ts';
import { withinEnergyLimit } from './energylimit.ts';
import { wantsFallbacks, withFallbacks } from './fallbacks.ts';
import { finished } from './finish.ts';
import { displaceable, displacedSpec, displacement, displacingSpec } from './preemption.ts';
import { type Answers, type Desk, solveGroup, tellFault } from './solvegroup.ts';

export interface RoundInput extends Desk {
  snapshot: Snapshot;
  states: ReadonlyMap<string, AppState>;
  /** The apps to decide on, with the cause of each. */
  pending: ReadonlyMap<string, string>;
  /** Of these, the ones that the last round left to this one: they are decided now, whatever it takes. */
  putOff?: ReadonlySet<string>;
}

export interface RoundOutcome extends Answers {
  /** What the answers about the failed apps depended on, once everything else was decided. */
  failed: Map<string, Fingerprint>;
  /** Apps that others had to go for: written only once those have lost their place. */
  after: Map<string, readonly string[]>;
  /** Apps left to the next round, so that the plans of the others are written before they are searched for. */
  later: Set<string>;
}

/** A round as it goes on: what is decided already is part of the world for what follows. */
interface Round {
  input: RoundInput;
  states: Map<string, AppState>;
  outcome: RoundOutcome;
}

export function emptyOutcome(): RoundOutcome {
  return { specs: new Map(), defects: new Map(), failed: new Map(), after: new Map(), later: new Set() };
}

/**
 * Decides on all apps that wait. Those that hold capacity already come first, and get back what they hold
 * before newcomers may take it: what runs is not displaced by what arrives. When one of them fails it keeps
 * its old place, so the others are solved again without its capacity.
 */
export async function decideRound(input: RoundInput): Promise<RoundOutcome> {
  const round: Round = { input, states: new Map(input.states), outcome: emptyOutcome() };
  const holds = (id: string) => holdsPlace(round.states.get(id));
  const holders = [...input.pending.keys()].filter(holds);
  const newcomers = [...input.pending.keys()].filter((id) => !holders.includes(id));

  await decideGroup(round, new Set(holders));
  await decideGroup(round, new Set(newcomers));
  await keepEnergyLimits(round);
  await tellShortages(round);
  await displaceLowerClasses(round);
  await addFallbacks(round);
  finishAll(round);
  round.outcome.failed = fingerprintsNow(round);
  return round.outcome;
}

/** Decides on a group of apps and makes their places part of the round. Empties the group. */
async function decideGroup(round: Round, group: Set<string>): Promise<void> {
  const { input, states, outcome } = round;
  while (group.size > 0) {
    const answers = await groupAnswers(round, group);
    const open = group.size === 1 ? new Set<string>() : openOf(answers);
    // Whoever has a place keeps it while nothing is known of another: what was given beside it may not fit.
    const halve = open.size === group.size || [...open].some((id) => holdsPlace(states.get(id)));
    if (answers === undefined || halve) {
      // Decided by halves, so that one app that the engine fails on or has no time for keeps nobody waiting.
      const ids = [...group].sort(compareText);
      const middle = ids.length >> 1;
      await decideGroup(round, new Set(ids.slice(0, middle)));
      await decideGroup(round, new Set(ids.slice(middle)));
      return;
    }
    const { specs, defects } = answers;
    const lost = [...specs].filter(
      ([id, spec]) => spec.attempt?.verdict !== 'Placed' && holdsPlace(states.get(id)),
    );
    const again = lost.length > 0 && lost.length < specs.size;
    for (const [id, spec] of again ? lost : specs) {
      if (open.has(id)) continue;
      settle(round, id, spec);
      const defect = defects.get(id);
      if (defect !== undefined) outcome.defects.set(id, defect);
      group.delete(id);
    }
    if (again) continue;
    for (const id of open) {
      if (!group.has(id) || input.putOff?.has(id)) continue;
      outcome.later.add(id);
      group.delete(id);
    }
  }
}

/** Apps that nothing is known of yet: the engine failed, or it had no budget left for them. */
function openOf(answers: Answers | undefined): Set<string> {
  const unsure = ([id, spec]: [string, AssignmentPlanSpec]) =>
    spec.attempt?.verdict === 'NoneFound' && !answers?.defects.has(id);
  return new Set([...(answers?.specs ?? [])].filter(unsure).map(([id]) => id));
}

/** Makes an answer part of the outcome and, where it is a place, of the world. */
function settle({ states, outcome }: Round, id: string, spec: AssignmentPlanSpec): void {
  outcome.specs.set(id, spec);
  const state = states.get(id);
  if (state && spec.attempt?.verdict === 'Placed') states.set(id, decidedAs(state, spec));
}

/** The answers about a group; undefined when the engine failed on more than one app. Of an app alone that is an answer. */
async function groupAnswers(
  { input, states }: Round,
  group: ReadonlySet<string>,
): Promise<Answers | undefined> {
  const causes = new Map([...group].map((id) => [id, input.pending.get(id) ?? '']));
  try {
    return await solveGroup(input, { snapshot: input.snapshot, states, causes });
  } catch (error) {
    if (input.signal.aborted) throw error;
    if (group.size > 1) return undefined;
    const why = `the engine failed: ${error instanceof Error ? error.message : String(error)}`;
    const answers: Answers = { specs: new Map(), defects: new Map() };
    for (const id of group) tellFault(answers, states, id, why);
    return answers;
  }
}

/** appEnergyLimit is a preference: a placement above it stands only where none within it is found. */
async function keepEnergyLimits(round: Round): Promise<void> {
  const { input, states, outcome } = round;
  for (const [id, spec] of outcome.specs) {
    const limit = readEnergyLimit(states.get(id)?.accepted?.spec.appEnergyLimit);
    if (limit === undefined || spec.attempt?.verdict !== 'Placed') continue;
    // As it was before: a place that was only just found is no reason to stay there.
    const world = { snapshot: input.snapshot, states: new Map(states).set(id, input.states.get(id)!) };
    const cause = input.pending.get(id) ?? '';
    const solve = (reshape: (problem: Problem) => Problem) => placedAlone(input, world, id, cause, reshape);
    settle(round, id, await withinEnergyLimit(spec, id, limit, solve));
  }
}

/** An app that would fit if no other app of the suite were there is not impossible: it waits for them. */
async function tellShortages({ input, states, outcome }: Round): Promise<void> {
  for (const [id, spec] of outcome.specs) {
    if (!mayBeShortage(spec)) continue;
    const alone = await placedAlone(input, emptied({ snapshot: input.snapshot, states }, id), id, '');
    if (alone) outcome.specs.set(id, deferredSpec(spec, states, id));
  }
}

/** Newcomers without room, where policy lets them displace what runs: the highest class first. */
async function displaceLowerClasses(round: Round): Promise<void> {
  const { input, states, outcome } = round;
  const { snapshot } = input;
  const rank = (id: string) => ['Gold', 'Silver'].indexOf(states.get(id)?.accepted?.spec.qosClass ?? '');
  const waiting = [...outcome.specs]
    .filter(([id, spec]) => spec.attempt?.verdict === 'Deferred' && rank(id) >= 0)
    .map(([id]) => id)
    .sort((a, b) => rank(a) - rank(b) || compareText(a, b));
  for (const id of waiting) {
    const newcomer = states.get(id)!;
    if (holdsPlace(newcomer)) continue;
    const candidates = displaceable(snapshot, states, newcomer, new Set(input.pending.keys()));
    const cause = input.pending.get(id) ?? '';
    const found = await displacement(candidates, (ids) =>
      placedAlone(input, without({ snapshot, states }, ids), id, cause),
    );
    if (found === undefined) continue;
    settle(round, id, displacingSpec(found.spec, found.victims));
    outcome.after.set(
      id,
      found.victims.map((victim) => victim.id),
    );
    for (const victim of found.victims) {
      const state = states.get(victim.id)!;
      const displaced = displacedSpec(state, newcomer, victim);
      const elsewhere = await placedAlone(
        input,
        { snapshot, states },
        victim.id,
        displaced.decision?.cause ?? '',
      );
      settle(round, victim.id, elsewhere ?? displaced);
      if (!elsewhere) states.set(victim.id, decidedAs(state, displaced));
    }
  }
}

/** Plans for the loss of a cluster, for the apps that ask for them, once everybody has a place. */
async function addFallbacks({ input, states, outcome }: Round): Promise<void> {
  for (const [id, spec] of outcome.specs) {
    const state = states.get(id);
    if (state && wantsFallbacks(state) && spec.attempt?.verdict === 'Placed')
      outcome.specs.set(id, await withFallbacks(input, { snapshot: input.snapshot, states }, id, spec));
  }
}

function finishAll({ input, states, outcome }: Round): void {
  const { snapshot, referee } = input;
  const world = { snapshot, states, referee, zoneOf: failureDomains(snapshot) };
  for (const [id, spec] of outcome.specs) {
    const before = input.states.get(id);
    if (before) outcome.specs.set(id, finished(spec, before, world));
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
  const prints = built.problem
    ? fingerprintsOf(built.problem, (id) => built.neighbours.has(id))
    : new Map<string, Fingerprint>();
  for (const [id, reasons] of built.refused) prints.set(id, { hash: hashOf(reasons), free: new Map() });
  return prints;
}

function fingerprintsNow({ input, states, outcome }: Round): Map<string, Fingerprint> {
  const ids = [...outcome.specs].filter(([, spec]) => spec.attempt?.verdict !== 'Placed').map(([id]) => id);
  return fingerprintsFor(input.snapshot, states, new Set(ids));
}
