import type { ObjectKey } from '../../api/meta.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import {
  DONE,
  type Logger,
  type ReconcileContext,
  type Reconciler,
  type Result,
} from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import { type AppState, appStates } from '../../snapshot/appstate.ts';
import { failureDomains } from '../../snapshot/capability.ts';
import { Losses } from '../../snapshot/loss.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { AssumedPlans } from './assumedplans.ts';
import { BackgroundLook } from './backgroundlook.ts';
import { decidedAs } from './decidedstate.ts';
import { FailedAttempts } from './failedattempts.ts';
import { finished } from './finish.ts';
import type { SwmMetrics } from './metrics.ts';
import { needsDecision } from './needsdecision.ts';
import { Pace } from './pace.ts';
import { confirmedSpec } from './plan.ts';
import { PlanWriter } from './planwriter.ts';
import { promotedSpec } from './promotion.ts';
import type { Referee } from './refereed.ts';
import { decideRound, emptyOutcome, fingerprintsFor } from './round.ts';
import type { Desk } from './solvegroup.ts';
import type { Budget, Solver } from './solver.ts';

/** The one key of SWM's queue: a round takes all that wait, so an event never names an app. */
export const ROUND_KEY: ObjectKey = { namespace: '', name: 'round' };

/**
 * Nobody waits when no round has decided for this long: only then are better places looked for. An app that
 * follows another one then finds the thread free, and no picture is made of all apps between the two.
 */
const REST_MS = 500;

/** Until the cache shows what a refused write collided with. */
const AFTER_CONFLICT_MS = 100;

export interface RoundReconcilerParts {
  client: Client;
  recorder: Recorder;
  clock: Clock;
  metrics: SwmMetrics;
  solver: Solver;
  referee: Referee;
  budget: Budget;
  assumed: AssumedPlans;
  /** Distance of two looks for better places, ms. */
  improveEveryMs: number;
  /** Ms until silence of a cluster says anything; not positive when it does. */
  quietForMs: () => number;
  /** The caches as they are now, plans from the cache only. */
  gather: () => Snapshot;
}

/** The hub as it is now, with the apps in it. */
interface Picture {
  snapshot: Snapshot;
  states: Map<string, AppState>;
  losses: Losses;
}

/** What SWM owes the apps of a picture. */
interface Waiting {
  /** To be decided on now, with the cause of each. */
  pending: Map<string, string>;
  /** Of the pending ones, those that lost clusters, with these. */
  lost: Map<string, readonly string[]>;
  /** Those whose attempt is merely out of date. */
  confirm: AppState[];
  /** When to look again, ms. */
  nextMs: number | undefined;
}

/**
 * One round: picture, who waits, stored fallbacks for what was lost, decide on the rest, write; and when
 * nobody waits, better places. Everything that it decides is in pure functions beside it; it only keeps the
 * order, the pace, and what failed before.
 */
export class RoundReconciler implements Reconciler {
  readonly #parts: RoundReconcilerParts;
  readonly #writer: PlanWriter;
  readonly #background: BackgroundLook;
  readonly #failed = new FailedAttempts();
  readonly #pace = new Pace();
  /** Why apps that break a rule were not moved when they were last looked at: told once. */
  readonly #held = new Map<string, string>();
  /** Apps that the last round had no answer for within the time that others may wait. */
  #putOff: ReadonlySet<string> = new Set();
  #decidedAt = Number.NEGATIVE_INFINITY;
  /** Ends what is done while nobody waits. From before the picture on, so that nobody is missed. */
  #aside = new AbortController();

  constructor(parts: RoundReconcilerParts) {
    this.#parts = parts;
    this.#writer = new PlanWriter(parts);
    this.#background = new BackgroundLook(parts.improveEveryMs);
  }

  /** Somebody may wait from now on: what is done while nobody does is given up, and done again later. */
  giveWay(): void {
    this.#aside.abort(new Error('an app may wait'));
  }

  async reconcile(_key: ObjectKey, { log, signal }: ReconcileContext): Promise<Result> {
    this.#aside = new AbortController();
    const picture = this.#picture();
    const waiting = this.#waiting(picture);
    if (await this.#promoteFallbacks(picture, waiting, log, signal)) return after(AFTER_CONFLICT_MS);
    if (waiting.pending.size === 0 && waiting.confirm.length === 0) {
      const restMs = this.#decidedAt + REST_MS - this.#parts.clock.monotonic();
      if (restMs > 0) return after(least(waiting.nextMs, restMs));
      const nextMs = await this.#improve(picture, log, signal);
      return after(least(waiting.nextMs, nextMs));
    }
    const early = this.#pace.wait(this.#parts.clock.monotonic());
    if (early > 0) return after(early);
    const refused = await this.#decide(picture, waiting, log, signal);
    this.#decidedAt = this.#parts.clock.monotonic();
    if (this.#putOff.size > 0) return after(0);
    return after(refused ? AFTER_CONFLICT_MS : least(waiting.nextMs, REST_MS));
  }

  #picture(): Picture {
    const gathered = this.#parts.gather();
    const snapshot = { ...gathered, plans: this.#parts.assumed.over(gathered.plans) };
    const states = appStates(snapshot);
    this.#failed.keep((id) => states.has(id));
    for (const id of this.#held.keys()) if (!states.has(id)) this.#held.delete(id);
    return { snapshot, states, losses: new Losses(snapshot) };
  }

  #waiting({ snapshot, states, losses }: Picture): Waiting {
    const quietMs = this.#parts.quietForMs();
    const waiting: Waiting = {
      pending: new Map(),
      lost: new Map(),
      confirm: [],
      nextMs: quietMs > 0 && losses.someSilent ? quietMs : losses.nextMs(),
    };
    const retries = new Map<string, string>();
    for (const state of states.values()) {
      const need = needsDecision(state, (cluster) => losses.why(cluster));
      if (need.kind !== 'Retry') this.#failed.forget(state.id);
      if (need.kind === 'Solve') {
        waiting.pending.set(state.id, need.cause);
        if (need.lost) waiting.lost.set(state.id, need.lost);
      }
      if (need.kind === 'Retry') retries.set(state.id, need.cause);
      if (need.kind === 'Confirm') waiting.confirm.push(state);
    }
    const now = this.#parts.clock.monotonic();
    for (const [id, print] of fingerprintsFor(snapshot, states, new Set(retries.keys()))) {
      const due = this.#failed.due(id, print, now);
      if (due === 0) waiting.pending.set(id, retries.get(id) ?? '');
      else waiting.nextMs = least(waiting.nextMs, due);
    }
    return waiting;
  }

  /**
   * Apps that lost a cluster go where their stored fallback says, at once and without a solve. Those whose
   * fallback no longer holds stay pending. True when a write was refused.
   */
  async #promoteFallbacks(
    picture: Picture,
    { pending, lost }: Waiting,
    log: Logger,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (lost.size === 0) return false;
    const { snapshot, states } = picture;
    const before = new Map(states);
    const specs = new Map<string, NonNullable<AppState['plan']>['spec']>();
    const { referee } = this.#parts;
    const world = { snapshot, states, referee, zoneOf: failureDomains(snapshot) };
    for (const [id, clusters] of lost) {
      const state = states.get(id);
      if (state === undefined) continue;
      const cause = pending.get(id) ?? '';
      const promotion = promotedSpec(snapshot, states, state, clusters, cause, referee);
      if ('refused' in promotion) {
        log.info({ app: id, cause, why: promotion.refused }, 'No fallback plan holds; the app is solved for');
        continue;
      }
      const spec = finished(promotion.spec, state, world);
      specs.set(id, spec);
      pending.delete(id);
      // The next one is judged beside this one's new place.
      states.set(id, decidedAs(state, spec));
    }
    const refused = await this.#writer.writeAll({ states: before, specs }, log, signal);
    if (specs.size > 0) log.info({ apps: specs.size, refused: refused.size }, 'Fallback plans promoted');
    return refused.size > 0;
  }

  /** Decides on all that wait and writes it; true when a write was refused. */
  async #decide(
    { snapshot, states }: Picture,
    { pending, confirm }: Waiting,
    log: Logger,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clock, metrics } = this.#parts;
    const started = clock.monotonic();
    this.#pace.began(started);
    const outcome =
      pending.size === 0
        ? emptyOutcome()
        : await decideRound({ ...this.#desk(signal), snapshot, states, pending, putOff: this.#putOff });
    this.#putOff = outcome.later;
    for (const { id, accepted, generation, plan } of confirm) {
      if (accepted === undefined || plan?.spec.decision === undefined || outcome.specs.has(id)) continue;
      outcome.specs.set(id, confirmedSpec({ revision: accepted.name, generation }, plan.spec.decision));
    }
    for (const [id, print] of outcome.failed) this.#failed.failed(id, print, clock.monotonic());
    const refused = await this.#writer.writeAll({ ...outcome, states }, log, signal);
    this.#pace.ended(clock.monotonic(), outcome.specs.size);
    const seconds = (clock.monotonic() - started) / 1000;
    metrics.round(seconds, outcome.specs.size);
    const [failed, later] = [outcome.failed.size, outcome.later.size];
    const fields = { apps: outcome.specs.size, failed, later, refused: refused.size, seconds };
    log.info(fields, 'Round ended');
    return refused.size > 0;
  }

  /** What is done when nobody waits, until somebody does; ms until it is done again. */
  async #improve(picture: Picture, log: Logger, signal: AbortSignal): Promise<number | undefined> {
    const aside = this.#aside;
    try {
      const desk = this.#desk(AbortSignal.any([signal, aside.signal]));
      return await this.#lookFor(picture, desk, log, signal);
    } catch (error) {
      if (signal.aborted || !aside.signal.aborted) throw error;
      log.debug({ err: error }, 'Look for better places given up');
      return 0;
    }
  }

  async #lookFor(
    { snapshot, states }: Picture,
    desk: Desk,
    log: Logger,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const world = { snapshot, states };
    const fallbacks = await this.#background.fallbacks(desk, world);
    if (fallbacks.size > 0) {
      await this.#writer.writeAll({ states, specs: fallbacks }, log, signal);
      return 0;
    }
    const now = this.#parts.clock.monotonic();
    const { specs, held, nextMs } = await this.#background.improvements(desk, world, now);
    for (const [app, why] of held) {
      if (this.#held.get(app) !== why) log.info({ app, why }, 'App breaks a rule and is not moved now');
      this.#held.set(app, why);
    }
    await this.#writer.writeAll({ states, specs }, log, signal);
    return nextMs;
  }

  #desk(signal: AbortSignal): Desk {
    const { solver, referee, budget } = this.#parts;
    return { solver, referee, budget, signal };
  }
}

function after(ms: number | undefined): Result {
  return ms === undefined ? DONE : { requeueAfterMs: ms };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
