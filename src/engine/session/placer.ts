import { placedAnswer, unplacedAnswer } from '../answer.ts';
import { Budget } from '../budget.ts';
import { solveCoupled } from '../coupling/solvecoupled.ts';
import type { Placement } from '../model/evaluate.ts';
import type { SolveOptions } from '../port.ts';
import type { Problem } from '../problem.ts';
import { checkReferences, ProblemError } from '../problemerror.ts';
import type { ApplicationResult, ServicePlacement } from '../result.ts';
import { attracts } from './attracts.ts';
import { type Change, changedLocation, checkLink } from './change.ts';
import { LiveModel } from './livemodel.ts';
import { LiveSearch } from './livesearch.ts';
import { worthwhile } from './worthwhile.ts';

export type Effort = Pick<SolveOptions, 'work' | 'deadlineMs' | 'clock' | 'cancelled'>;

/** What a session says of the state of things. */
export interface Decision {
  /** Objective of the best placement known; Infinity where there is none. */
  readonly objective: number;
  /** What staying costs; Infinity where what runs breaks a rule, or nothing runs. */
  readonly staying: number;
  /** Services that would move, in the order of the problem. */
  readonly moves: readonly string[];
  /** Units of work done. */
  readonly work: number;
  /** The answer in full; what it says of the bound is of the last `settle`, and nothing where figures changed since. */
  answer(explain?: boolean): ApplicationResult;
}

/**
 * A running decision about one application: figures come in one at a time, and each is followed by a decision
 * in milliseconds, since nothing is built anew but what the figure touches. In the slack between, `settle`
 * looks further and proves a bound.
 */
export interface Placer {
  /** Takes over new figures. @throws ProblemError for what is not there or cannot be; nothing has changed then */
  apply(change: Change): void;
  /** Places again near what changed. Deterministic for the same changes and work. */
  decide(effort: Effort): Decision;
  /** A whole solve from what is known, for when there is time: better placements, and a bound. */
  settle(effort: Effort): Decision;
  /** The last decision has been carried out, or `shares` says what runs instead. */
  adopt(shares?: readonly Pick<ServicePlacement, 'service' | 'shares'>[]): void;
}

/**
 * @throws ProblemError for a problem that cannot be understood, or that a session cannot keep: with several
 *   applications, or a strict order of terms
 */
export function createPlacer(problem: Problem, seed: number): Placer {
  checkReferences(problem);
  const refusal = refusalOf(problem);
  if (refusal) throw refusal;
  return new Session(problem, seed);
}

function refusalOf({ applications }: Problem): ProblemError | undefined {
  if (applications.length !== 1)
    return new ProblemError('Malformed', 'applications', 'a session keeps one application');
  return applications[0]!.order === undefined
    ? undefined
    : new ProblemError('Malformed', 'applications[0].order', 'a session knows weights alone');
}

/** Work of judging a placement, by service and channel. */
const JUDGING = 300;

/** Share of the slack for the search that decides. */
const OWN = 0.15;

function shortened({ work, deadlineMs, clock }: Effort): Pick<Effort, 'work' | 'deadlineMs'> {
  const left = work * (1 - OWN);
  if (deadlineMs === undefined) return { work: left };
  return { work: left, deadlineMs: deadlineMs - OWN * Math.max(0, deadlineMs - clock()) };
}

class Session implements Placer {
  readonly #model: LiveModel;
  readonly #seed: number;
  readonly #index: ReadonlyMap<string, number>;
  /** Absent: nothing is placed. */
  #search: LiveSearch | undefined;
  /** What runs. */
  #running: Placement | undefined;
  /** The last decision, or what runs. */
  #best: Placement | undefined;
  /** A placement of the last `settle`, before the figures changed. */
  #other: Placement | undefined;
  /** Locations that changed since. */
  #touched: number[] = [];
  #stale = false;
  #bound: number | undefined;
  #settled = 0;

  constructor(problem: Problem, seed: number) {
    this.#model = new LiveModel(problem);
    this.#seed = seed;
    this.#index = new Map(problem.locations.map(({ id }, at) => [id, at]));
    this.#running = this.#placementOf(
      this.#model.problem.applications[0]!.services.map(({ id, running }) => ({
        service: id,
        shares: running ?? [],
      })),
    );
    this.#build();
  }

  apply(change: Change): void {
    const model = this.#model;
    this.#bound = undefined;
    if ('link' in change) {
      checkLink(model.problem, change);
      model.changeLink(change.link, change.delayMs);
      this.#stale = true;
      return;
    }
    const { k, location } = changedLocation(model.problem, this.#index, change);
    const touched = model.changeLocation(k, location);
    if (!touched) this.#stale = true;
    if (this.#stale || !touched) return;
    const [at, search] = [this.#best, this.#search];
    if (search?.knows(k)) search.follow(touched);
    else if (search && at && (touched.rows.length > 0 || attracts(model.gqap, at, k)))
      this.#search = new LiveSearch(model.gqap, [...search.locations, k], at, this.#seed);
    this.#touched.push(k);
  }

  decide(effort: Effort): Decision {
    const budget = new Budget(effort);
    if (this.#stale) this.#build();
    const staying = this.#judged(this.#running);
    let best = this.#running;
    let objective = staying;
    const { gqap, exact } = this.#model;
    const { shards, channels } = exact;
    const offer = (at: Placement | undefined) => {
      if (!at || (best && isSame(at, best))) return false;
      const cost = this.#judged(at);
      budget.spend(JUDGING * (shards.length + channels.length));
      if (cost >= objective - 1e-12) return false;
      best = at;
      objective = cost;
      return true;
    };
    offer(this.#best);
    offer(this.#other);
    if (Number.isFinite(objective)) this.#stand(best);
    const places = [...new Set(this.#touched)];
    this.#search?.improve(places, budget, offer);
    // What must move may have to go where nothing was likely to.
    if (this.#search && this.#best && !Number.isFinite(objective) && !budget.exhausted()) {
      this.#search = new LiveSearch(gqap, Array(gqap.locations).keys(), this.#best, this.#seed);
      this.#search.improve(places, budget, offer);
    }
    this.#stand(best);
    this.#best = best;
    // Where nothing was found the next decision goes on from here.
    if (Number.isFinite(objective)) this.#touched = [];
    return this.#decision(budget, staying, objective);
  }

  settle(effort: Effort): Decision {
    const budget = new Budget(effort);
    const model = this.#model;
    model.rebuild();
    const staying = this.#judged(this.#running);
    const start = this.#best ?? this.#running;
    const { exact, load } = model;
    const limits = exact.app.budgets ?? {};
    // Another seed each time: what one search missed the next may find.
    const seed = this.#seed + this.#settled;
    this.#settled += 1;
    const given = start && Number.isFinite(this.#judged(start)) ? start : undefined;
    const solving = new Budget({ ...effort, ...shortened(effort) });
    const found = solveCoupled({ model: exact, load, limits, seed, start: given }, solving);
    budget.spend(solving.spent);
    this.#best = found.at ?? this.#running;
    this.#build();
    if (!found.complete) this.#lookAround(budget.part(budget.spent * OWN));
    this.#other = this.#best;
    this.#bound = found.lowerBound;
    return this.#decision(budget, staying, this.#judged(this.#best));
  }

  adopt(shares?: readonly Pick<ServicePlacement, 'service' | 'shares'>[]): void {
    this.#running = shares ? this.#placementOf(shares) : this.#best;
    this.#best = this.#running;
    const changed = this.#running ? this.#model.runs(this.#running) : [];
    const priced = this.#model.exact.factor.migration !== 0;
    if (changed.length > 0 && priced) this.#bound = undefined;
    this.#build();
  }

  /** What decisions would find whatever changed is found before anything does. */
  #lookAround(budget: Budget): void {
    const before = this.#best;
    let objective = this.#judged(before);
    this.#search?.improve([...new Set(before)], budget, (at) => {
      const cost = this.#judged(at);
      if (cost >= objective - 1e-12) return false;
      objective = cost;
      this.#best = at;
      return true;
    });
    if (this.#best !== before) this.#build();
  }

  #stand(at: Placement | undefined): void {
    if (at && this.#search && !isSame(this.#search.placed(), at)) this.#search.start(at);
  }

  /** The search anew, around the last decision. */
  #build(): void {
    const { gqap } = this.#model;
    this.#best ??= this.#running;
    const at = this.#best;
    const known = [this.#running, this.#other].flatMap((other) => (other ? [...other] : []));
    this.#search = at && new LiveSearch(gqap, [...worthwhile(gqap, at), ...known], at, this.#seed);
    this.#touched = [];
    this.#stale = false;
  }

  #judged(at: Placement | undefined): number {
    return at ? this.#model.judged(at) : Number.POSITIVE_INFINITY;
  }

  /** Undefined where a service has no place, or more of them than the model has parts for. */
  #placementOf(shares: readonly Pick<ServicePlacement, 'service' | 'shares'>[]): Placement | undefined {
    const { services, shards } = this.#model.exact;
    const byId = new Map(shares.map((each) => [each.service, each.shares]));
    const at = new Int32Array(shards.length);
    for (const { id, shards: parts } of services) {
      const own = (byId.get(id) ?? []).flatMap(({ location, replicas }) => {
        const k = this.#index.get(location);
        return k === undefined ? [] : [{ k, replicas }];
      });
      if (own.length === 0 || own.length > parts.length) return undefined;
      parts.forEach((shard, part) => {
        at[shard] = (own[part] ?? own[0]!).k;
      });
    }
    return at;
  }

  #decision(budget: Budget, staying: number, objective: number): Decision {
    const model = this.#model;
    const { exact, load } = model;
    const [best, running, bound] = [this.#best, this.#running, this.#bound];
    const moves =
      best && running
        ? exact.services.flatMap(({ id, shards }) =>
            shards.some((shard) => best[shard] !== running[shard]) ? [id] : [],
          )
        : [];
    return {
      objective,
      staying,
      moves,
      work: budget.spent,
      answer: (explain = false) => {
        if (!best || objective === Number.POSITIVE_INFINITY) return unplacedAnswer(exact.app, 'NoneFound');
        if (explain) model.weighAll();
        else model.judged(best);
        const complete = bound !== undefined && objective - bound <= 1e-9;
        const { lowerBound, gap, boundOver, ...answer } = placedAnswer(
          { model: exact, at: best, lowerBound: bound ?? 0, complete, labels: undefined },
          load,
          explain,
        );
        return bound === undefined
          ? { ...answer, proof: 'None' }
          : {
              ...answer,
              ...(lowerBound !== undefined && { lowerBound }),
              ...(gap !== undefined && { gap }),
              ...(boundOver && { boundOver }),
            };
      },
    };
  }
}

function isSame(one: Placement, other: Placement): boolean {
  return one.every((k, i) => k === other[i]);
}
