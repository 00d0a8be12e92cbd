import type { Finding } from '../check/finding.ts';
import { type Referee, refereeOf } from '../check.ts';
import { buildPaths } from '../paths.ts';
import type { Solve, SolveOptions } from '../port.ts';
import type { Application, Problem } from '../problem.ts';
import type { ApplicationResult, Result } from '../result.ts';
import { placesOnly } from './alone.ts';
import { asMatrices } from './asmatrices.ts';
import { type Requirement, without } from './requirement.ts';

/** Whether the requirements that are left can be met together; with a placement, where they can. */
export type Answer =
  | { kind: 'Feasible'; placement: ApplicationResult }
  | { kind: 'Infeasible' }
  | { kind: 'Unknown' };

/** A placement, with the requirements that it breaks. */
interface Witness {
  placement: ApplicationResult;
  broken: ReadonlySet<string>;
}

/**
 * Answers whether an application can be placed without some of its requirements. Each answer is a solve
 * without costs, so that the first placement is also the best one; a placement that was found before and
 * breaks nothing of what is left saves the solve.
 */
export class Feasibility {
  readonly #problem: Problem;
  readonly #app: Application;
  readonly #requirements: readonly Requirement[];
  readonly #solve: Solve;
  readonly #options: SolveOptions;
  readonly #referee: Referee;
  readonly #witnesses: Witness[] = [];
  #work = 0;
  #delays: readonly number[] | undefined;

  constructor(
    problem: Problem,
    app: Application,
    requirements: readonly Requirement[],
    solve: Solve,
    options: SolveOptions,
  ) {
    this.#problem = asMatrices({ ...problem, applications: [app] });
    this.#app = app;
    this.#requirements = requirements;
    this.#solve = solve;
    this.#options = options;
    this.#referee = refereeOf(this.#problem);
  }

  /** Work spent so far. */
  get work(): number {
    return this.#work;
  }

  /** Nothing is left of the budget. */
  get exhausted(): boolean {
    const { work, deadlineMs, clock, cancelled } = this.#options;
    return this.#work >= work || cancelled() || (deadlineMs !== undefined && clock() >= deadlineMs);
  }

  /** @param share of the whole budget that this question may take */
  without(removed: ReadonlySet<string>, share: number): Answer {
    const known = this.#witnesses.find(({ broken }) => [...broken].every((key) => removed.has(key)));
    if (known) return { kind: 'Feasible', placement: known.placement };
    return this.#ask(without(this.#problem, this.#app, this.#requirements, removed), share);
  }

  /** Delays between any two locations, ms, from the least, each once: what a limit can usefully be. */
  delays(): readonly number[] {
    this.#delays ??= distinctDelays(this.#problem);
    return this.#delays;
  }

  /** The same with the application changed by hand. */
  changed(app: Application, share: number): Answer {
    return this.#ask({ ...this.#problem, applications: [app] }, share);
  }

  #ask(problem: Problem, share: number): Answer {
    if (this.exhausted) return { kind: 'Unknown' };
    const { work } = this.#options;
    const { onProgress: _, ...rest } = this.#options;
    const result = this.#solve(asQuestion(problem), {
      ...rest,
      work: Math.min(work * share, work - this.#work),
      explain: false,
    });
    this.#work += Math.max(1, result.work);
    const [placement] = result.applications;
    if (placement?.verdict === 'Infeasible') return { kind: 'Infeasible' };
    if (placement?.verdict !== 'Optimal' && placement?.verdict !== 'Feasible') return { kind: 'Unknown' };
    this.#witnesses.push({ placement, broken: this.#brokenBy(placement) });
    return { kind: 'Feasible', placement };
  }

  /** Requirements that a placement breaks, judged by the referee; in doubt one more, never one less. */
  #brokenBy(placement: ApplicationResult): Set<string> {
    const { services } = placement;
    const result: Result = {
      format: 'codeco.placement.result/v1',
      engine: '',
      seed: 0,
      work: 0,
      prices: {},
      applications: [placesOnly(placement)],
    };
    const broken = new Set<string>();
    const on = (location: string | undefined) =>
      new Set(
        services
          .filter(({ shares }) => shares.some((share) => share.location === location))
          .map(({ service }) => service),
      );
    for (const reason of this.#referee.judge(result)) {
      const about = reason.service === undefined ? on(reason.location) : new Set([reason.service]);
      for (const requirement of this.#requirements)
        if (concerns(requirement, reason, about)) broken.add(requirement.key);
    }
    return broken;
  }
}

function distinctDelays(problem: Problem): number[] {
  const delays = problem.matrices
    ? problem.matrices.delayMs.flat().filter((delay) => delay !== null)
    : [...buildPaths(problem).delay].filter(Number.isFinite);
  return [...new Set(delays)].sort((a, b) => a - b);
}

/** Whether a broken rule may be this requirement's. */
function concerns(requirement: Requirement, reason: Finding, services: ReadonlySet<string>): boolean {
  const { rule, service, channel } = requirement;
  switch (reason.rule) {
    case 'Capacity':
    case 'Shape':
      return rule === 'Capacity' && services.has(service ?? '');
    case 'Delay':
    case 'Path':
      return channel !== undefined && channel === reason.channel;
    case 'Bandwidth':
    case 'Residency':
    case 'Survival':
    case 'Candidate':
    case 'Crossing':
      return rule === reason.rule;
    default:
      return rule === reason.rule && service === reason.service;
  }
}

/**
 * The problem without costs: whether there is a placement, not which is the best. Every term of such a
 * problem is 0, so that a search stops at its first placement.
 */
function asQuestion(problem: Problem): Problem {
  const leftIfNew = problem.locations.some(({ taints }) =>
    taints.some(({ effect }) => effect === 'NoSelectIfNew'),
  );
  return {
    ...problem,
    applications: problem.applications.map(({ order: _, budgets: __, ...app }) => ({
      ...app,
      profile: { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 1 },
      services: app.services.map((service) => {
        if (service.move.policy === 'Pinned' || leftIfNew) return service;
        const { running: ___, ...rest } = service;
        return rest;
      }),
    })),
  };
}
