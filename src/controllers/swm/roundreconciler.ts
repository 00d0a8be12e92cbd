import type { AssignmentPlan, AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { CODECO_APP } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { hasCode, isNotFound } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import {
  DONE,
  type Logger,
  type ReconcileContext,
  type Reconciler,
  type Result,
} from '../../runtime/reconcile.ts';
import type { EventDraft, Recorder } from '../../runtime/recorder.ts';
import { type AppState, appStates } from '../../snapshot/appstate.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { AssumedPlans } from './assumedplans.ts';
import { placed, placementFailed, placementFault } from './events.ts';
import { FailedAttempts } from './failedattempts.ts';
import type { SwmMetrics } from './metrics.ts';
import { needsDecision } from './needsdecision.ts';
import { Pace } from './pace.ts';
import { confirmedSpec, planChanged } from './plan.ts';
import type { Referee } from './refereed.ts';
import { decideRound, fingerprintsFor, type RoundOutcome } from './round.ts';
import type { Budget, Solver } from './solver.ts';
import { writePlan } from './writeplan.ts';

/** The one key of SWM's queue: a round takes all that wait, so an event never names an app. */
export const ROUND_KEY: ObjectKey = { namespace: '', name: 'round' };

/** Plans written at once; the API server's flow control decides about more. */
const CONCURRENT_WRITES = 16;
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
  /** The caches as they are now, plans from the cache only. */
  gather: () => Snapshot;
}

/**
 * One round: picture, who waits, solve, write. Everything that it decides is in pure functions beside it;
 * it only keeps the order, the pace, and what failed before.
 */
export class RoundReconciler implements Reconciler {
  readonly #parts: RoundReconcilerParts;
  readonly #failed = new FailedAttempts();
  readonly #pace = new Pace();

  constructor(parts: RoundReconcilerParts) {
    this.#parts = parts;
  }

  async reconcile(_key: ObjectKey, { log, signal }: ReconcileContext): Promise<Result> {
    const { clock, assumed, gather, metrics, solver, referee, budget } = this.#parts;
    const gathered = gather();
    const snapshot = { ...gathered, plans: assumed.over(gathered.plans) };
    const states = appStates(snapshot);
    this.#failed.keep((id) => states.has(id));

    const waiting = this.#waiting(snapshot, states);
    if (waiting.pending.size === 0 && waiting.confirm.length === 0) return later(waiting.nextMs);
    const started = clock.monotonic();
    const early = this.#pace.wait(started);
    if (early > 0) return { requeueAfterMs: early };

    this.#pace.began(started);
    const outcome: RoundOutcome =
      waiting.pending.size === 0
        ? { specs: new Map(), failed: new Map(), defects: new Map() }
        : await decideRound({ snapshot, states, pending: waiting.pending, solver, referee, budget, signal });
    for (const state of waiting.confirm) {
      const { accepted, generation, plan } = state;
      if (accepted === undefined || plan?.spec.decision === undefined) continue;
      outcome.specs.set(state.id, confirmedSpec({ revision: accepted.name, generation }, plan.spec.decision));
    }
    const refused = await this.#writeAll(states, outcome, log, signal);
    this.#pace.ended(clock.monotonic());
    const seconds = (clock.monotonic() - started) / 1000;
    metrics.round(seconds, outcome.specs.size);
    log.info({ apps: outcome.specs.size, failed: outcome.failed.size, refused, seconds }, 'Round ended');
    return refused > 0 ? { requeueAfterMs: AFTER_CONFLICT_MS } : later(waiting.nextMs);
  }

  /** The apps to decide on now, those whose attempt is merely out of date, and when to look again. */
  #waiting(
    snapshot: Snapshot,
    states: ReadonlyMap<string, AppState>,
  ): { pending: Map<string, string>; confirm: AppState[]; nextMs: number | undefined } {
    const existing = new Set(snapshot.managedClusters.map(({ metadata }) => metadata.name));
    const pending = new Map<string, string>();
    const retries = new Map<string, string>();
    const confirm: AppState[] = [];
    for (const state of states.values()) {
      const need = needsDecision(state, (cluster) => existing.has(cluster));
      if (need.kind !== 'Retry') this.#failed.forget(state.id);
      if (need.kind === 'Solve') pending.set(state.id, need.cause);
      if (need.kind === 'Retry') retries.set(state.id, need.cause);
      if (need.kind === 'Confirm') confirm.push(state);
    }
    let nextMs: number | undefined;
    const now = this.#parts.clock.monotonic();
    for (const [id, print] of fingerprintsFor(snapshot, states, new Set(retries.keys()))) {
      const due = this.#failed.due(id, print, now);
      if (due === 0) pending.set(id, retries.get(id) ?? '');
      else if (due !== undefined) nextMs = Math.min(nextMs ?? due, due);
    }
    return { pending, confirm, nextMs };
  }

  /** How many writes were refused because something had changed meanwhile. */
  async #writeAll(
    states: ReadonlyMap<string, AppState>,
    outcome: RoundOutcome,
    log: Logger,
    signal: AbortSignal,
  ): Promise<number> {
    const { metrics, clock } = this.#parts;
    let refused = 0;
    const work = [...outcome.specs];
    const failures: unknown[] = [];
    const lane = async () => {
      for (let next = work.shift(); next !== undefined && !signal.aborted; next = work.shift()) {
        const [id, spec] = next;
        const state = states.get(id);
        if (state === undefined) continue;
        try {
          if (!(await this.#write(state, spec, outcome.defects.get(id), log))) refused += 1;
          const print = outcome.failed.get(id);
          if (print) this.#failed.failed(id, print, clock.monotonic());
          if (spec.attempt) metrics.attempt(spec.attempt.verdict);
        } catch (error) {
          // The other plans of the round are worth writing all the same.
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_WRITES }, lane));
    if (failures.length > 0) throw failures[0];
    return refused;
  }

  /** False when the plan was changed by somebody else since it was read. */
  async #write(
    state: AppState,
    spec: AssignmentPlanSpec,
    defect: string | undefined,
    log: Logger,
  ): Promise<boolean> {
    const { client, recorder, assumed } = this.#parts;
    const app = { ...CODECO_APP, metadata: state.head.metadata };
    const fields = { app: state.id };
    if (defect !== undefined) {
      log.error({ ...fields, defect }, 'App has no placement through a fault of the engine');
    }
    if (!planChanged(state.plan?.spec, spec)) return true;
    let written: AssignmentPlan;
    try {
      written = await writePlan(client, state, spec);
    } catch (error) {
      if (!hasCode(error, 'Conflict', 'AlreadyExists') && !isNotFound(error)) throw error;
      // NotFound: the plan, or the whole namespace, went away meanwhile.
      assumed.forget(state.namespace, state.name);
      log.debug({ ...fields, err: error }, 'Plan changed meanwhile');
      return false;
    }
    assumed.assume(written);
    const verdict = spec.attempt?.verdict;
    log.info({ ...fields, verdict, decision: spec.decision?.id }, 'Plan written');
    recorder.event(app, eventOf(spec, defect));
    return true;
  }
}

function eventOf(spec: AssignmentPlanSpec, defect: string | undefined): EventDraft {
  if (defect !== undefined) return placementFault(defect);
  return spec.attempt?.verdict === 'Placed' ? placed(spec) : placementFailed(spec);
}

function later(ms: number | undefined): Result {
  return ms === undefined ? DONE : { requeueAfterMs: ms };
}
