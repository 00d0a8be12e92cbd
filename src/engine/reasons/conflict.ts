import type { Solve, SolveOptions } from '../port.ts';
import type { Application, Problem } from '../problem.ts';
import type { Reason, Relaxation } from '../result.ts';
import { Feasibility } from './feasibility.ts';
import { relaxationsOf } from './relaxation.ts';
import { type Requirement, requirementsOf } from './requirement.ts';

/** Share of the budget for one question about many requirements, and about a single one. */
const CHUNK_SHARE = 0.05;
const SINGLE_SHARE = 0.15;
/** Chunks get no smaller than this before requirements are looked at one by one. */
const LEAST_CHUNK = 4;

export interface Conflict {
  conflict: Reason[];
  relaxations: Relaxation[];
  /** Every requirement is needed: without any one of them the others can be met. Proved, not guessed. */
  minimal: boolean;
  work: number;
}

/**
 * Why an application that is proved impossible is so: a set of requirements that no placement meets together
 * and that is minimal, found by deletion in chunks (first half of them at once, then quarters, ... then one
 * by one; what can be left out without making the rest possible goes for good), and the cheapest changes
 * that make it possible, each verified by solving again. O(k log n) solves for k of n requirements.
 *
 * @param problem where all else is fixed; only `app` of its applications is looked at
 * @param solve answers for one application; called with `explain: false`
 */
export function explainInfeasible(
  problem: Problem,
  app: Application,
  solve: Solve,
  options: SolveOptions,
): Conflict {
  const requirements = requirementsOf(problem, app);
  const feasibility = new Feasibility(problem, app, requirements, solve, options);
  const { needed, unsure } = deletionFilter(requirements, feasibility);
  const relaxations = relaxationsOf(problem, app, requirements, needed, feasibility);
  return {
    conflict: reasonsOf(app, needed),
    relaxations,
    minimal: unsure.size === 0,
    work: feasibility.work,
  };
}

/** The requirements that are left, in their order; `unsure` are those whose need is not proved. */
function deletionFilter(
  requirements: readonly Requirement[],
  feasibility: Feasibility,
): { needed: Requirement[]; unsure: Set<string> } {
  const removed = new Set<string>();
  const unsure = new Set<string>();
  let open = [...requirements];
  const tryWithout = (chunk: readonly Requirement[], share: number) => {
    const keys = chunk.map(({ key }) => key);
    const answer = feasibility.without(new Set([...removed, ...keys]), share);
    if (answer.kind === 'Infeasible') for (const key of keys) removed.add(key);
    return answer.kind;
  };
  for (let size = Math.ceil(open.length / 2); size >= LEAST_CHUNK; size = Math.ceil(size / 2)) {
    for (let at = 0; at < open.length; at += size) tryWithout(open.slice(at, at + size), CHUNK_SHARE);
    open = open.filter(({ key }) => !removed.has(key));
  }
  for (const requirement of open) {
    if (tryWithout([requirement], SINGLE_SHARE) === 'Unknown') unsure.add(requirement.key);
  }
  // Others have gone since: what could not be told then may be told now.
  for (const requirement of open.filter(({ key }) => unsure.has(key))) {
    if (tryWithout([requirement], 1) !== 'Unknown') unsure.delete(requirement.key);
  }
  return { needed: open.filter(({ key }) => !removed.has(key)), unsure };
}

/** A channel is told from the side of the service that the other requirements speak of. */
function reasonsOf(app: Application, needed: readonly Requirement[]): Reason[] {
  const spoken = new Set(
    needed.filter(({ channel }) => channel === undefined).map(({ service }) => service ?? ''),
  );
  return needed.map(({ rule, service, channel, message, peer }) => {
    const asPeer = peer !== undefined && spoken.has(peer.service) && !spoken.has(service ?? '');
    const about = asPeer ? peer.service : service;
    return {
      rule,
      application: app.id,
      ...(about === undefined ? {} : { service: about }),
      ...(channel === undefined ? {} : { channel }),
      message: asPeer ? peer.message : message,
    };
  });
}
