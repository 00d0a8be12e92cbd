import { unplacedAnswer } from './answer.ts';
import type { Outside } from './appmodel.ts';
import type { Budget } from './budget.ts';
import type { Placement } from './evaluate.ts';
import type { FederationModel } from './federation.ts';
import { emptyLoad, type Load } from './load.ts';
import type { Solve, SolveOptions } from './port.ts';
import type { Application, Problem } from './problem.ts';
import { withKnownEnds } from './reasons/alone.ts';
import { explainInfeasible } from './reasons/conflict.ts';
import type { ApplicationResult, Reason } from './result.ts';

/** An application that has its place, and the locations that it uses. */
export interface Admitted {
  id: string;
  locations: ReadonlySet<number>;
}

/** An application without a place, and the world as it was when its turn came. */
export interface Refusal {
  app: Application;
  /** It is proved that nothing was left for it. */
  complete: boolean;
  /** What had been admitted before it. */
  before: readonly Admitted[];
  places: Outside;
}

/** The engine that is asked, and what it may spend, in its own units of work. */
export interface Inquiry {
  /** Where the application would go beside the given load; complete: nothing better, or nothing, exists. */
  placeAlone: (
    app: Application,
    places: Outside,
    load: Load,
    budget: Budget,
  ) => { at?: Placement | undefined; complete: boolean };
  aloneWork: number;
  /** Answers the questions about the requirements of one application. */
  solve: Solve;
  conflictWork: number;
}

/**
 * Why an application has no place: impossible by itself, or only because others hold what it needs. What is
 * not proved impossible is never called so.
 */
export function refusedAnswer(
  problem: Problem,
  federation: FederationModel,
  refusal: Refusal,
  budget: Budget,
  options: SolveOptions,
  { placeAlone, aloneWork, solve, conflictWork }: Inquiry,
): ApplicationResult {
  const { app, complete, places, before } = refusal;
  const share = budget.part(aloneWork);
  const alone = placeAlone(app, places, emptyLoad(federation), share);
  budget.spend(share.spent);
  if (alone.at) {
    if (!complete) return unplacedAnswer(app, 'NoneFound');
    return unplacedAnswer(app, 'Deferred', { conflict: [heldBy(federation, app, alone.at, before)] });
  }
  if (!alone.complete) return unplacedAnswer(app, 'NoneFound');
  if (options.explain === false) return unplacedAnswer(app, 'Infeasible');
  const { onProgress: _, ...rest } = options;
  const question = asAlone(problem, federation, app, places);
  const work = budget.part(conflictWork).left;
  const explained = explainInfeasible(question, question.applications[0]!, solve, { ...rest, work });
  budget.spend(explained.work);
  return unplacedAnswer(app, 'Infeasible', explained);
}

/** The problem of one application, with the others where they were when its turn came. */
function asAlone(problem: Problem, federation: FederationModel, app: Application, places: Outside): Problem {
  const fixed = [...places].map(([key, shares]) => {
    const cut = key.lastIndexOf('/');
    return {
      application: key.slice(0, cut),
      service: key.slice(cut + 1),
      shares: shares.map(({ location, replicas }) => ({ location: federation.ids[location]!, replicas })),
    };
  });
  return { ...problem, applications: [withKnownEnds(app, new Set(places.keys()))], fixed };
}

/** Who holds the capacity: applications on the locations that this one would use if it were alone. */
function heldBy(
  federation: FederationModel,
  app: Application,
  wanted: Placement,
  admitted: readonly Admitted[],
): Reason {
  const locations = [...new Set(wanted)].sort((a, b) => a - b);
  const holders = admitted.filter((other) => locations.some((k) => other.locations.has(k)));
  // Bandwidth can be short where nobody else runs.
  const named = (holders.length > 0 ? holders : admitted).map(({ id }) => id);
  const more = named.length > 5 ? ` and ${named.length - 5} more` : '';
  const where = locations.map((k) => federation.ids[k]!).join(', ');
  return {
    rule: 'Capacity',
    application: app.id,
    message: `would fit on ${where}, but not beside ${named.slice(0, 5).join(', ')}${more}`,
  };
}
