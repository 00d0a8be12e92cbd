import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { failureDomains } from '../../snapshot/capability.ts';
import type { World } from './answeralone.ts';
import { FailedAttempts } from './failedattempts.ts';
import { wantsFallbacks, withFallbacks } from './fallbacks.ts';
import { finished } from './finish.ts';
import { improve } from './improvement.ts';
import { movableApps } from './movable.ts';
import { fingerprintsFor } from './round.ts';
import type { Desk } from './solvegroup.ts';

/**
 * What SWM does when nobody waits: fallback plans for decisions that have none yet, because a fallback plan
 * was promoted; and, as far as policy allows, better places for what runs. It remembers what it found no
 * better place for, and asks again only when something that matters to it has changed.
 */
export class BackgroundLook {
  readonly #everyMs: number;
  #kept = new FailedAttempts();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #cursor = '';

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Decisions whose fallback plans are missing; looked for at once. */
  async fallbacks(desk: Desk, world: World): Promise<Map<string, AssignmentPlanSpec>> {
    const specs = new Map<string, AssignmentPlanSpec>();
    const lacking = [...world.states.values()].filter(lacksFallbacks);
    if (lacking.length === 0) return specs;
    const context = { ...world, referee: desk.referee, zoneOf: failureDomains(world.snapshot) };
    for (const state of lacking) {
      try {
        const spec = await withFallbacks(desk, world, state.id, state.plan?.spec ?? {});
        specs.set(state.id, finished(spec, state, context));
      } catch (error) {
        // Given up for somebody who waits: what was found by then is worth keeping.
        if (desk.signal.aborted && specs.size > 0) break;
        throw error;
      }
    }
    return specs;
  }

  /** Better places for what runs; `nextMs` is when to look again, undefined where no policy asks for it. */
  async improvements(
    desk: Desk,
    world: World,
    now: number,
  ): Promise<{
    specs: Map<string, AssignmentPlanSpec>;
    held: Map<string, string>;
    nextMs: number | undefined;
  }> {
    const apps = movableApps(world.snapshot, world.states);
    const nothing = { specs: new Map<string, AssignmentPlanSpec>(), held: new Map<string, string>() };
    if (apps.length === 0) return { ...nothing, nextMs: undefined };
    const early = this.#lookedAt + this.#everyMs - now;
    if (early > 0) return { ...nothing, nextMs: early };
    this.#lookedAt = now;
    this.#kept.keep((id) => world.states.has(id));

    const prints = fingerprintsFor(world.snapshot, world.states, new Set(apps.map(({ state }) => state.id)));
    const asked = new Set<string>();
    const found = await improve(desk, world, this.#cursor, (id) => {
      const print = prints.get(id);
      if (print === undefined || this.#kept.due(id, print, now) !== 0) return false;
      asked.add(id);
      return true;
    });
    this.#cursor = found.cursor;
    for (const id of asked) {
      const print = prints.get(id);
      if (print) this.#kept.failed(id, print, now);
    }
    for (const id of found.specs.keys()) this.#kept.forget(id);
    return { specs: found.specs, held: found.held, nextMs: this.#everyMs };
  }
}

/** A place of today's model, by a decision that nobody has looked for fallback plans for. */
function lacksFallbacks(state: AppState): boolean {
  const { decision, attempt } = state.plan?.spec ?? {};
  return (
    decision !== undefined &&
    decision.fallbacks === undefined &&
    decision.assignments.length > 0 &&
    decision.revision === state.accepted?.name &&
    attempt?.verdict === 'Placed' &&
    state.head.metadata.deletionTimestamp === undefined &&
    wantsFallbacks(state)
  );
}
