import { placedAnswer, unplacedAnswer } from '../answer.ts';
import { Budget } from '../budget.ts';
import { solveCoupled } from '../coupling/solvecoupled.ts';
import { LocalSearch } from '../large/localsearch.ts';
import { LargeState } from '../large/state.ts';
import type { Placement } from '../model/evaluate.ts';
import type { SolveOptions } from '../port.ts';
import type { Problem } from '../problem.ts';
import { checkReferences, ProblemError } from '../problemerror.ts';
import type { ApplicationResult, ServicePlacement } from '../result.ts';
import { type Change, changedLocation, checkLink } from './change.ts';
import { Kicks } from './kicks.ts';
import { LiveModel, type Touched } from './livemodel.ts';
import { takeOver } from './liverows.ts';

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

/** How much worse than the best a known other placement may be and still be a start. */
const PROMISING = 0.02;

class Session implements Placer {
  readonly #model: LiveModel;
  readonly #seed: number;
  readonly #index: ReadonlyMap<string, number>;
  #state!: LargeState;
  #search!: LocalSearch;
  #kicks!: Kicks;
  /** What runs. */
  #running: Placement | undefined;
  /** What the table of the search stands on: the last decision, or what runs. */
  #at: Placement | undefined;
  #best: Placement | undefined;
  /** A placement of the last `settle`, before the figures changed. */
  #other: Placement | undefined;
  #touched: Touched[] = [];
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
    takeOver(this.#state, this.#search, model.gqap, touched);
    this.#touched.push(touched);
  }

  decide(effort: Effort): Decision {
    const budget = new Budget(effort);
    if (this.#stale) this.#build();
    const staying = this.#judged(this.#running);
    let best = this.#running;
    let objective = staying;
    const { shards, channels } = this.#model.exact;
    const offer = (at: Placement | undefined) => {
      const cost = this.#judged(at);
      budget.spend(JUDGING * (shards.length + channels.length));
      if (!at || cost >= objective - 1e-12) return false;
      best = at.slice();
      objective = cost;
      return true;
    };
    const accept = () => offer(this.#placed());
    offer(this.#best);
    offer(this.#other);
    const places = [...new Set(this.#touched.map(({ k }) => this.#state.matrices.position[k]!))];
    if (this.#at) {
      this.#improve(places, budget, accept);
      const other = this.#other;
      if (other && this.#judged(other) < objective * (1 + PROMISING) && !budget.exhausted()) {
        this.#search.start(this.#positions(other), this.#near(places, other));
        this.#improve(places, budget, accept);
      }
    }
    if (best && (!this.#at || this.#placed().some((k, i) => k !== best![i])))
      this.#search.start(this.#positions(best), []);
    this.#at = best;
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
    const found = solveCoupled({ model: exact, load, limits, seed, start: given }, budget);
    const best = found.at ?? this.#running;
    this.#other = found.at;
    this.#best = best;
    this.#at = best;
    this.#build();
    this.#bound = found.lowerBound;
    return this.#decision(budget, staying, this.#judged(best));
  }

  adopt(shares?: readonly Pick<ServicePlacement, 'service' | 'shares'>[]): void {
    this.#running = shares ? this.#placementOf(shares) : this.#best;
    this.#best = this.#running;
    this.#at = this.#running;
    const changed = this.#running ? this.#model.runs(this.#running) : [];
    const priced = this.#model.exact.factor.migration !== 0;
    if (changed.length > 0 && priced) this.#bound = undefined;
    this.#build();
  }

  /** Rows of the search anew, on the last decision. */
  #build(): void {
    this.#state = new LargeState(this.#model.gqap);
    this.#search = new LocalSearch(this.#state);
    this.#kicks = new Kicks(this.#state, this.#search, this.#seed);
    this.#at ??= this.#running;
    if (this.#at) this.#search.start(this.#positions(this.#at), []);
    this.#touched = [];
    this.#stale = false;
  }

  /** Local search near the changed positions, then groups on them, then handfuls around. */
  #improve(places: readonly number[], budget: Budget, accept: () => boolean): void {
    const state = this.#state;
    let counted = state.work;
    const stop = () => {
      budget.spend(state.work - counted);
      counted = state.work;
      return budget.exhausted();
    };
    const near = this.#near(places);
    for (const i of near) this.#search.flag(i);
    this.#search.run(stop);
    accept();
    for (const p of places)
      for (const group of this.#kicks.groupsOn(p)) if (!stop()) this.#kicks.moveGroup(group, stop, accept);
    while (near.length > 0 && !stop()) this.#kicks.throwNear(near, stop, accept);
    stop();
  }

  /** Variables on the positions, and those that would be better off there. */
  #near(places: readonly number[], from?: Placement): number[] {
    const { n, m, table } = this.#state;
    const { f32 } = this.#state.matrices.arena;
    const at = from ? this.#positions(from) : this.#search.at;
    const near: number[] = [];
    for (let i = 0; i < n; i += 1) {
      const row = table + i * m;
      if (places.some((p) => at[i] === p || f32[row + p]! < f32[row + at[i]!]!)) near.push(i);
    }
    return near;
  }

  #judged(at: Placement | undefined): number {
    return at ? this.#model.judged(at) : Number.POSITIVE_INFINITY;
  }

  #placed(): Placement {
    return this.#search.at.map((p) => this.#state.matrices.location[p]!);
  }

  #positions(at: Placement): Int32Array {
    return at.map((k) => this.#state.matrices.position[k]!);
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
