import type { ObjectKey } from '../../../src/api/meta.ts';
import type { AppliedManifestWork } from '../../../src/api/ocm/appliedmanifestwork.ts';
import type { Client } from '../../../src/runtime/client.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { DONE, type ReconcileContext, type Reconciler, type Result } from '../../../src/runtime/reconcile.ts';
import { APPLIED_FINALIZER, type AppliedWorks } from './appliedworks.ts';
import { evictionOf } from './eviction.ts';
import { ownerOf, release } from './ownership.ts';

export interface AppliedWorkReconcilerOptions {
  spoke: Client;
  books: AppliedWorks;
  /** Whether the hub has this work, deleting or not. */
  workExists: (workName: string) => boolean;
  evictionGraceMs: number;
  clock: Clock;
}

/** How often a deletion that waits for finalizers of others (a Namespace emptying) is looked at. */
const PENDING_LOOK_MS = { first: 50, last: 1_000 };

/** Timers overflow at 25 days; a look per hour costs nothing. */
const LONGEST_WAIT_MS = 3_600_000;

/** The end of an AppliedManifestWork: eviction when its work is missing, and the removal of what it owns. */
export class AppliedWorkReconciler implements Reconciler {
  readonly #options: AppliedWorkReconcilerOptions;
  readonly #looks = new Map<string, number>();

  constructor(options: AppliedWorkReconcilerOptions) {
    this.#options = options;
  }

  async reconcile({ name }: ObjectKey, { log }: ReconcileContext): Promise<Result> {
    const { books, clock, evictionGraceMs, workExists } = this.#options;
    const applied = books.get(name);
    if (!applied || !isOurs(applied, books)) return DONE;
    if (applied.metadata.deletionTimestamp) return this.#finalize(applied);
    // Another hub hash under our agent id is what an earlier hub URL left behind.
    const wanted = applied.spec.hubHash === books.hubHash && workExists(applied.spec.manifestWorkName);
    const step = evictionOf(applied.status?.evictionStartTime, wanted, clock.now(), evictionGraceMs);
    switch (step.action) {
      case 'Nothing':
        return DONE;
      case 'Start':
        log.info({ appliedManifestWork: name }, 'Work is missing on the hub: eviction begins');
        await books.setEvictionStart(applied, new Date(clock.now()).toISOString());
        return { requeueAfterMs: Math.min(evictionGraceMs, LONGEST_WAIT_MS) };
      case 'Cancel':
        await books.setEvictionStart(applied, undefined);
        return DONE;
      case 'Wait':
        return { requeueAfterMs: Math.min(step.ms, LONGEST_WAIT_MS) };
      case 'Evict':
        log.info({ appliedManifestWork: name }, 'Grace period is over: what the work applied is removed');
        await books.delete(applied);
        return DONE;
    }
  }

  async #finalize(applied: AppliedManifestWork): Promise<Result> {
    const { spoke, books } = this.#options;
    const { name, finalizers = [] } = applied.metadata;
    if (!finalizers.includes(APPLIED_FINALIZER)) return DONE;
    const owner = ownerOf(applied);
    let pending = 0;
    const errors: unknown[] = [];
    for (const resource of applied.status?.appliedResources ?? []) {
      try {
        if (!(await release(spoke, resource, owner))) pending += 1;
      } catch (error) {
        // One object that cannot be removed must not keep the others.
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
    if (pending > 0) {
      const ms = Math.min(this.#looks.get(name) ?? PENDING_LOOK_MS.first, PENDING_LOOK_MS.last);
      this.#looks.set(name, ms * 2);
      return { requeueAfterMs: ms };
    }
    this.#looks.delete(name);
    await books.dropFinalizer(applied);
    return DONE;
  }
}

function isOurs({ spec }: AppliedManifestWork, books: AppliedWorks): boolean {
  return spec.hubHash === books.hubHash || spec.agentID === books.agentID;
}
