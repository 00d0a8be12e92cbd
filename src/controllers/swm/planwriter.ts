import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { CODECO_APP } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { hasCode, isNotFound } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { Logger } from '../../runtime/reconcile.ts';
import type { EventDraft, Recorder } from '../../runtime/recorder.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import type { AssumedPlans } from './assumedplans.ts';
import { displacedEvent, placed, placementFailed, placementFault } from './events.ts';
import type { SwmMetrics } from './metrics.ts';
import { planChanged } from './plan.ts';
import { planCore } from './projections.ts';
import { writePlan } from './writeplan.ts';

/** Plans written at once; the API server's flow control decides about more. */
const CONCURRENT_WRITES = 16;

interface PlanWriterParts {
  client: Client;
  recorder: Recorder;
  metrics: SwmMetrics;
  assumed: AssumedPlans;
}

/** What is to be written, beside the states that it was decided on. */
export interface Batch {
  states: ReadonlyMap<string, AppState>;
  specs: ReadonlyMap<string, AssignmentPlanSpec>;
  defects?: ReadonlyMap<string, string>;
  /** Apps that are written only when all of these have been. */
  after?: ReadonlyMap<string, readonly string[]>;
}

/** Writes plans that changed, and tells their apps. */
export class PlanWriter {
  readonly #parts: PlanWriterParts;

  constructor(parts: PlanWriterParts) {
    this.#parts = parts;
  }

  /** The apps whose write was refused, because something had changed since it was read. */
  async writeAll(batch: Batch, log: Logger, signal: AbortSignal): Promise<Set<string>> {
    const { after = new Map<string, readonly string[]>() } = batch;
    const ids = [...batch.specs.keys()];
    const refused = new Set<string>();
    await this.#writeSome(
      ids.filter((id) => !after.has(id)),
      batch,
      refused,
      log,
      signal,
    );
    // Two apps never hold the same room: who takes it is written when who had it has given it up.
    const free = ([id, first]: [string, readonly string[]]) =>
      batch.specs.has(id) && first.every((each) => !refused.has(each));
    const next = [...after].filter(free).map(([id]) => id);
    for (const id of after.keys()) if (!next.includes(id)) refused.add(id);
    await this.#writeSome(next, batch, refused, log, signal);
    return refused;
  }

  async #writeSome(
    ids: readonly string[],
    { states, specs, defects }: Batch,
    refused: Set<string>,
    log: Logger,
    signal: AbortSignal,
  ): Promise<void> {
    const work = [...ids];
    const failures: unknown[] = [];
    const lane = async () => {
      for (let id = work.shift(); id !== undefined && !signal.aborted; id = work.shift()) {
        const state = states.get(id);
        const spec = specs.get(id);
        if (state === undefined || spec === undefined) continue;
        try {
          if (!(await this.#write(state, spec, defects?.get(id), log))) refused.add(id);
          if (spec.attempt) this.#parts.metrics.attempt(spec.attempt.verdict);
        } catch (error) {
          // The other plans of the round are worth writing all the same.
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_WRITES }, lane));
    if (failures.length > 0) throw failures[0];
  }

  /** False when the plan was changed by somebody else since it was read. */
  async #write(
    state: AppState,
    spec: AssignmentPlanSpec,
    defect: string | undefined,
    log: Logger,
  ): Promise<boolean> {
    const { client, recorder, assumed } = this.#parts;
    const fields = { app: state.id };
    if (defect !== undefined) {
      log.error({ ...fields, defect }, 'App has no placement through a fault of the engine');
    }
    if (!planChanged(state.plan?.spec, spec)) return true;
    try {
      assumed.assume(planCore(await writePlan(client, state, spec)));
    } catch (error) {
      if (!hasCode(error, 'Conflict', 'AlreadyExists') && !isNotFound(error)) throw error;
      // NotFound: the plan, or the whole namespace, went away meanwhile.
      assumed.forget(state.namespace, state.name);
      log.debug({ ...fields, err: error }, 'Plan changed meanwhile');
      return false;
    }
    log.info({ ...fields, verdict: spec.attempt?.verdict, decision: spec.decision?.id }, 'Plan written');
    // Fallback plans alone move nothing, and are nothing to tell.
    if (defect !== undefined || toldAnew(state.plan?.spec, spec))
      recorder.event({ ...CODECO_APP, metadata: state.head.metadata }, eventOf(spec, defect));
    return true;
  }
}

function toldAnew(before: AssignmentPlanSpec | undefined, next: AssignmentPlanSpec): boolean {
  return (
    before?.decision?.id !== next.decision?.id ||
    before?.attempt?.generation !== next.attempt?.generation ||
    before?.attempt?.verdict !== next.attempt?.verdict ||
    next.attempt?.verdict !== 'Placed'
  );
}

function eventOf(spec: AssignmentPlanSpec, defect: string | undefined): EventDraft {
  if (defect !== undefined) return placementFault(defect);
  if (spec.attempt?.verdict === 'Placed') return placed(spec);
  return spec.decision?.assignments.length === 0 ? displacedEvent(spec) : placementFailed(spec);
}
