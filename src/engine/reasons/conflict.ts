import type { FederationModel } from '../model/federation.ts';
import type { SolveOptions } from '../port.ts';
import type { Application, Problem } from '../problem.ts';
import type { Reason, Relaxation } from '../result.ts';
import { type Answer, Feasibility } from './feasibility.ts';
import { relaxationsOf } from './relaxation.ts';
import type { Requirement } from './requirement.ts';
import { requirementsOf } from './requirements.ts';
import { RuleSystem } from './rulesystem.ts';

/** Share of the budget for the first proof, and for a question about a single requirement. */
const PROOF_SHARE = 0.4;
const SINGLE_SHARE = 0.1;

export interface Conflict {
  /** False: within the budget it was not proved that the application is impossible; then nothing else is told. */
  proved: boolean;
  conflict: Reason[];
  relaxations: Relaxation[];
  /** Every requirement is needed: without any one of them the others can be met. Proved, not guessed. */
  minimal: boolean;
  work: number;
}

/**
 * Why an application is impossible: a set of requirements that no placement meets together and of which every
 * one is needed, and the cheapest changes that make it possible. A proof names the requirements that it rests
 * on; then one after the other is left out (deletion filter, Chinneck and Dravnieks 1991), where each further
 * proof takes away all that it does not rest on. At most one question for each requirement of the first proof.
 *
 * @param problem where all else is fixed; other applications of it call this one from where they are, see
 *   `callersOf`
 */
export function explainInfeasible(
  problem: Problem,
  app: Application,
  options: SolveOptions,
  { federation, proved = false, inWords = true }: AboutProof = {},
): Conflict {
  const requirements = requirementsOf(problem, app);
  const feasibility = new Feasibility(new RuleSystem(problem, app, requirements, federation), options);
  const first = feasibility.askWithout([], PROOF_SHARE);
  const silent = { conflict: [], relaxations: [], minimal: false };
  if (first.kind === 'Feasible' || (first.kind === 'Unknown' && !proved))
    return { ...silent, proved: false, work: feasibility.work };
  if (!inWords) return { ...silent, proved: true, work: feasibility.work };
  const { needed, unsure } = deletionFilter(feasibility, first);
  const relaxations = relaxationsOf(problem, app, feasibility, needed);
  return {
    proved: true,
    conflict: reasonsOf(
      app,
      needed.map((at) => requirements[at]!),
    ),
    relaxations,
    minimal: unsure.size === 0,
    work: feasibility.work,
  };
}

export interface AboutProof {
  /** The locations of the problem, where they are built already. */
  federation?: FederationModel;
  /** Somebody proved it already: what is not proved here anew is told all the same, if not as minimal. */
  proved?: boolean;
  /** False: only whether it is impossible. */
  inWords?: boolean;
}

/** The requirements that are left, in their order; `unsure` are those whose need is not proved. */
function deletionFilter(
  feasibility: Feasibility,
  first: Exclude<Answer, { kind: 'Feasible' }>,
): { needed: number[]; unsure: Set<number> } {
  const mask = feasibility.system.all();
  const unsure = new Set<number>();
  const { active } = mask;
  const keep = (rules: Uint8Array) => active.set(active.map((on, at) => on & rules[at]!));
  if (first.kind === 'Infeasible') keep(first.rules);
  const tryWithout = (requirement: number, share: number) => {
    if (!active[requirement]) return;
    active[requirement] = 0;
    const answer = feasibility.ask(mask, share);
    if (answer.kind === 'Infeasible') keep(answer.rules);
    else active[requirement] = 1;
    if (answer.kind === 'Unknown') unsure.add(requirement);
    else unsure.delete(requirement);
  };
  for (let at = 0; at < active.length; at += 1) tryWithout(at, SINGLE_SHARE);
  // Others have gone since: what could not be told then may be told now.
  for (const at of [...unsure]) tryWithout(at, 1);
  const needed = [...active.keys()].filter((at) => active[at]);
  return { needed, unsure: new Set([...unsure].filter((at) => active[at])) };
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
