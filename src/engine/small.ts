import type { AppModel, Outside } from './appmodel.ts';
import { Budget } from './budget.ts';
import { objectiveOf, type Placement, reserveAll, termsOf } from './evaluate.ts';
import { explainChannels, explainServices, servicesOf } from './explain.ts';
import { buildFederation, type FederationModel } from './federation.ts';
import { emptyLoad, type Load, use } from './load.ts';
import type { Solve, SolveOptions } from './port.ts';
import type { Application, Problem } from './problem.ts';
import { checkReferences } from './problemerror.ts';
import { withKnownEnds } from './reasons/alone.ts';
import { explainInfeasible } from './reasons/conflict.ts';
import { type ApplicationResult, RESULT_FORMAT, type Reason, TERMS, type TermValues } from './result.ts';
import { searchApp } from './searchapp.ts';

const ENGINE = 'codeco-small/1';

/** Work for one application, in units: enough to prove a dozen services on a dozen locations. */
const APP_WORK = 60_000;
/** Work for naming a conflict. */
const CONFLICT_WORK = 400_000;

const CLASS_RANK = { Gold: 0, Silver: 1, BestEffort: 2 } as const;

/**
 * The engine for small federations. Applications are admitted one after the other: what runs before
 * newcomers, so that none displaces it, then by class, then by size; each gets its least-cost placement in
 * what is left. One that does not fit is left out alone: it uses nothing, and why is looked into only after
 * the last admission, so that it takes no work from the others either.
 *
 * Not looked for: placements that are better for all together at the price of one, and splits of a service
 * that are cheaper, though neither a rule nor room asks for them.
 */
export const solveSmall: Solve = (problem, options) => {
  checkReferences(problem);
  const federation = buildFederation(problem);
  const budget = new Budget(options);
  const load = emptyLoad(federation);
  const places = new Map(outsideOf(problem, federation));
  const results = new Map<string, ApplicationResult>();
  const admitted: Admitted[] = [];
  const left: Refusal[] = [];
  for (const app of admissionOrder(problem)) {
    if (budget.stopped) {
      results.set(app.id, unplaced(app, 'NoneFound', {}));
      continue;
    }
    const share = budget.part(APP_WORK);
    const { model, ...found } = searchApp(problem, federation, app, places, load, share);
    budget.spend(share.spent);
    if (found.at) {
      const verdict = found.complete ? 'Optimal' : 'Feasible';
      results.set(app.id, placed(model, found.at, load, verdict, found.lowerBound, options.explain ?? true));
      admit(model, found.at, load, places);
      admitted.push({ id: app.id, locations: new Set(found.at) });
    } else {
      left.push({ app, complete: found.complete, before: admitted.length, places: new Map(places) });
    }
    options.onProgress?.({ work: budget.spent });
  }
  for (const refusal of left) {
    const holders = admitted.slice(0, refusal.before);
    results.set(refusal.app.id, refused(problem, federation, refusal, holders, budget, options));
  }
  return {
    format: RESULT_FORMAT,
    engine: ENGINE,
    seed: options.seed,
    work: budget.spent,
    applications: problem.applications.map(({ id }) => results.get(id)!),
    prices: {},
  };
};

/** An application that has its place, and the locations that it uses. */
interface Admitted {
  id: string;
  locations: ReadonlySet<number>;
}

/** An application without a place, and the world as it was when its turn came. */
interface Refusal {
  app: Application;
  complete: boolean;
  /** Applications admitted before it. */
  before: number;
  places: Outside;
}

function admissionOrder(problem: Problem): Application[] {
  const runs = (app: Application) => (app.services.some(({ running }) => running !== undefined) ? 0 : 1);
  const size = (app: Application) =>
    app.services.reduce((sum, { demand, replicas }) => sum + (demand['cpu'] ?? 0) * replicas, 0);
  return [...problem.applications].sort(
    (a, b) =>
      runs(a) - runs(b) ||
      CLASS_RANK[a.class] - CLASS_RANK[b.class] ||
      size(a) - size(b) ||
      (a.id < b.id ? -1 : 1),
  );
}

/** Where services are that channels of other applications may lead to: fixed ones. */
function outsideOf(problem: Problem, federation: FederationModel): Outside {
  return new Map(
    problem.fixed.map(({ application, service, shares }) => [
      `${application}/${service}`,
      shares.map(({ location, replicas }) => ({ location: federation.index.get(location)!, replicas })),
    ]),
  );
}

function admit(
  model: AppModel,
  at: Placement,
  load: Load,
  places: Map<string, readonly { location: number; replicas: number }[]>,
): void {
  model.shards.forEach(({ service, replicas }, shard) => {
    use(load, at[shard]!, model.services[service]!.demand, replicas);
  });
  reserveAll(model, at, load);
  for (const { id, shards } of model.services) {
    const shares = shards.map((shard) => ({ location: at[shard]!, replicas: model.shards[shard]!.replicas }));
    places.set(`${model.app.id}/${id}`, shares);
  }
}

function placed(
  model: AppModel,
  at: Placement,
  load: Load,
  verdict: 'Optimal' | 'Feasible',
  lowerBound: number,
  explain: boolean,
): ApplicationResult {
  const objective = objectiveOf(model, at);
  const bound = Math.min(lowerBound, objective);
  const terms = termsOf(model, at);
  return {
    application: model.app.id,
    verdict,
    services: explain ? explainServices(model, at, load) : servicesOf(model, at),
    channels: explainChannels(model, at),
    terms,
    normalised: normalised(model, terms),
    objective,
    lowerBound: bound,
    ...(bound > 0 ? { gap: objective / bound - 1 } : objective === 0 ? { gap: 0 } : {}),
    proof: verdict === 'Optimal' ? 'Search' : 'Relaxation',
    conflict: [],
    relaxations: [],
    dropped: [...model.dropped],
  };
}

/** Each term divided by its value under the average placement: what the weights multiply. */
function normalised({ factor, app }: AppModel, terms: TermValues): TermValues {
  const weightSum = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  return Object.fromEntries(
    TERMS.flatMap((term) => {
      const value = terms[term];
      const weight = app.profile[term] / weightSum;
      return value === undefined || weight === 0 ? [] : [[term, (value * factor[term]) / weight]];
    }),
  );
}

/**
 * Why an application has no place: impossible by itself, or only because others hold what it needs. What is
 * not proved impossible is never called so.
 */
function refused(
  problem: Problem,
  federation: FederationModel,
  { app, complete, places }: Refusal,
  admitted: readonly Admitted[],
  budget: Budget,
  options: SolveOptions,
): ApplicationResult {
  const nobody: Load = emptyLoad(federation);
  const share = budget.part(APP_WORK);
  const alone = searchApp(problem, federation, app, places, nobody, share);
  budget.spend(share.spent);
  if (alone.at) {
    if (!complete) return unplaced(app, 'NoneFound', {});
    return unplaced(app, 'Deferred', { conflict: [heldBy(federation, app, alone.at, admitted)] });
  }
  if (!alone.complete) return unplaced(app, 'NoneFound', {});
  if (options.explain === false) return unplaced(app, 'Infeasible', {});
  const { onProgress: _, ...rest } = options;
  const question = asAlone(problem, federation, app, places);
  const explained = explainInfeasible(question, question.applications[0]!, solveSmall, {
    ...rest,
    work: budget.part(CONFLICT_WORK).left,
  });
  budget.spend(explained.work);
  return unplaced(app, 'Infeasible', explained);
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

function unplaced(
  app: Application,
  verdict: 'Infeasible' | 'NoneFound' | 'Deferred',
  found: Partial<Pick<ApplicationResult, 'conflict' | 'relaxations'>>,
): ApplicationResult {
  return {
    application: app.id,
    verdict,
    services: [],
    channels: [],
    terms: {},
    normalised: {},
    proof: verdict === 'Infeasible' ? 'Search' : 'None',
    conflict: found.conflict ?? [],
    relaxations: found.relaxations ?? [],
    dropped: [],
  };
}
