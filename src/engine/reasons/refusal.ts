import { unplacedAnswer } from '../answer.ts';
import type { Budget } from '../budget.ts';
import { hasLimits } from '../limits/limits.ts';
import type { Outside } from '../model/appmodel.ts';
import type { Placement } from '../model/evaluate.ts';
import type { FederationModel } from '../model/federation.ts';
import { emptyLoad, type Load } from '../model/load.ts';
import type { SolveOptions } from '../port.ts';
import type { Application, Problem } from '../problem.ts';
import type { ApplicationResult, Reason } from '../result.ts';
import { withKnownEnds } from './alone.ts';
import { callersOf } from './callers.ts';
import { type Conflict, explainInfeasible } from './conflict.ts';

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
  ) => {
    at?: Placement | undefined;
    complete: boolean;
    /** Where limits on terms are in the way: in words. */
    limited?: Pick<ApplicationResult, 'conflict' | 'relaxations'>;
  };
  aloneWork: number;
  conflictWork: number;
}

/**
 * Why an application has no place: impossible by itself, or only because others hold what it needs. What is
 * not proved impossible is never called so. First its requirements alone are looked at, without costs, which
 * is quick; only what that leaves open is solved as if nobody else were there.
 */
export function refusedAnswer(
  problem: Problem,
  federation: FederationModel,
  refusal: Refusal,
  budget: Budget,
  options: SolveOptions,
  { placeAlone, aloneWork, conflictWork }: Inquiry,
): ApplicationResult {
  const { app, complete, places, before } = refusal;
  // Nobody was there before it: it has been looked at alone.
  const wasAlone = before.length === 0 && !hasLimits(app);
  // Reading the rules of an application on many locations takes long itself.
  if (budget.stoppedNow()) return unplacedAnswer(app, complete && wasAlone ? 'Infeasible' : 'NoneFound');
  const question = asAlone(problem, federation, app, places);
  const inWords = (options.explain ?? true) === true;
  const explain = (proved: boolean) => {
    const { onProgress: _, ...rest } = options;
    const asked = { ...rest, work: budget.part(conflictWork).left };
    const about = { federation, proved, inWords };
    const explained = explainInfeasible(question, question.applications[0]!, asked, about);
    budget.spend(explained.work);
    return explained;
  };
  const explained = explain(false);
  if (explained.proved) return impossible(app, explained);
  const share = budget.part(aloneWork);
  const alone = wasAlone
    ? { at: undefined, complete }
    : placeAlone(app, places, emptyLoad(federation), share);
  budget.spend(share.spent);
  if (alone.at) {
    if (!complete) return unplacedAnswer(app, 'NoneFound');
    return unplacedAnswer(app, 'Deferred', { conflict: [heldBy(federation, app, alone.at, before)] });
  }
  if (!alone.complete) return unplacedAnswer(app, 'NoneFound', alone.limited);
  if (alone.limited) return unplacedAnswer(app, 'Infeasible', alone.limited);
  return impossible(app, explain(true));
}

function impossible(app: Application, { conflict, relaxations, minimal }: Conflict): ApplicationResult {
  const answer = unplacedAnswer(app, 'Infeasible', { conflict, relaxations });
  return conflict.length === 0 ? answer : { ...answer, conflictMinimal: minimal };
}

/**
 * The problem of one application, with the others where they were when its turn came: what it calls is fixed,
 * who calls it stays where it is, and nobody takes room.
 */
function asAlone(problem: Problem, federation: FederationModel, app: Application, places: Outside): Problem {
  const shares = new Map(
    [...places].map(([key, at]) => [
      key,
      at.map(({ location, replicas }) => ({ location: federation.ids[location]!, replicas })),
    ]),
  );
  const fixed = [...shares].map(([key, at]) => {
    const cut = key.lastIndexOf('/');
    return { application: key.slice(0, cut), service: key.slice(cut + 1), shares: at };
  });
  const own = withKnownEnds(app, new Set(places.keys()));
  return { ...problem, applications: [own, ...callersOf(problem, app, shares)], fixed };
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
