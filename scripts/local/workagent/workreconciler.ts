import { isDeepStrictEqual } from 'node:util';
import type { ObjectKey } from '../../../src/api/meta.ts';
import type { AppliedManifestWork, AppliedResource } from '../../../src/api/ocm/appliedmanifestwork.ts';
import { type ManifestWork, ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import type { Client } from '../../../src/runtime/client.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Lister } from '../../../src/runtime/informer.ts';
import {
  DONE,
  type Logger,
  type ReconcileContext,
  type Reconciler,
  type Result,
} from '../../../src/runtime/reconcile.ts';
import { type AppliedWorks, identity } from './appliedworks.ts';
import { type RestMapping, UnknownKindError } from './discovery/restmapping.ts';
import type { FeedbackWatches } from './feedback/watches.ts';
import { Freshest } from './freshest.ts';
import { type Manifest, ManifestError, type Target, targetId, targetOf } from './manifest.ts';
import type { ManifestApplier } from './manifestapplier.ts';
import { ObjectUsers } from './objectusers.ts';
import { applyOrder } from './order.ts';
import { getOrUndefined, isOrphaned, ownerOf, release, settleOwners } from './ownership.ts';
import { appliedForOf, freshState, type ManifestState, type WorkState } from './workstate.ts';
import { workStatus } from './workstatus.ts';

const WORK_FINALIZER = 'cluster.open-cluster-management.io/manifest-work-cleanup';

export interface WorkReconcilerOptions {
  hub: Client;
  spoke: Client;
  works: Lister<ManifestWork>;
  books: AppliedWorks;
  applier: ManifestApplier;
  mapping: RestMapping;
  watches: FeedbackWatches;
  clock: Clock;
  random: () => number;
  reapplyIntervalMs: number;
  statusSyncIntervalMs: number;
}

/** How often a removed object that still has finalizers of others is looked at. */
const LEFTOVER_LOOK_MS = 1_000;

/**
 * Keeps one ManifestWork: applies what is due, looks at what is due, removes what left the work, keeps the
 * books, and writes the status once and only when it differs.
 */
export class WorkReconciler implements Reconciler {
  readonly #options: WorkReconcilerOptions;
  readonly #freshest = new Freshest<ManifestWork>();
  readonly #states = new Map<string, WorkState>();
  readonly #users = new ObjectUsers();

  constructor(options: WorkReconcilerOptions) {
    this.#options = options;
  }

  /** Notes that a watched object changed; returns the names of the works to reconcile. */
  touched(id: string): readonly string[] {
    const names = this.#users.of(id);
    for (const name of names) this.#states.get(name)?.touched.add(id);
    return names;
  }

  async reconcile(key: ObjectKey, { log }: ReconcileContext): Promise<Result> {
    const work = this.#freshest.of(key, this.#options.works.get(key));
    if (!work) {
      this.#forget(key.name);
      return DONE;
    }
    try {
      return work.metadata.deletionTimestamp ? await this.#finalize(work) : await this.#keep(work, log);
    } catch (error) {
      this.#freshest.forget(key);
      throw error;
    }
  }

  async #keep(found: ManifestWork, log: Logger): Promise<Result> {
    const { books, clock } = this.#options;
    const work = await this.#withFinalizer(found);
    const { name, generation = 0 } = work.metadata;
    const applied = await books.ensure(work);
    // Still going from an earlier work of this name: what it owned must be gone first.
    if (applied.metadata.deletionTimestamp) return { requeueAfterMs: LEFTOVER_LOOK_MS };
    const state = this.#stateFor(work, applied);
    const acted = await this.#apply(work, state, applied);
    await this.#look(state, acted);
    if (acted.size > 0 || (state.leftoversAt ?? Infinity) <= clock.monotonic()) {
      await this.#keepBooks(state, books.get(applied.metadata.name) ?? applied, log);
    }
    this.#register(name, state);
    this.#catchUp(state, acted);
    await this.#writeStatus(work, state, generation);
    const due = [state.reapplyAt, state.pollAt, state.leftoversAt, ...state.manifests.map((m) => m.retryAt)];
    const next = Math.min(...due.filter((at) => at !== undefined));
    return { requeueAfterMs: state.touched.size > 0 ? 1 : Math.max(1, next - clock.monotonic()) };
  }

  async #withFinalizer(work: ManifestWork): Promise<ManifestWork> {
    const { finalizers = [], resourceVersion, namespace = '', name } = work.metadata;
    if (finalizers.includes(WORK_FINALIZER)) return work;
    const patch = { metadata: { resourceVersion, finalizers: [...finalizers, WORK_FINALIZER] } };
    const answer = await this.#options.hub.mergePatch(ManifestWorkResource, { namespace, name }, patch);
    this.#freshest.wrote(work, answer);
    return answer;
  }

  #stateFor(work: ManifestWork, applied: AppliedManifestWork): WorkState {
    const { name } = work.metadata;
    const known = this.#states.get(name);
    if (known && known.appliedFor === appliedForOf(work, applied)) return known;
    const fresh = freshState(work, applied, known);
    this.#states.set(name, fresh);
    return fresh;
  }

  /** Applies everything when that is due, else what failed and may be tried again. */
  async #apply(work: ManifestWork, state: WorkState, applied: AppliedManifestWork): Promise<Set<number>> {
    const { clock, applier } = this.#options;
    const started = clock.monotonic();
    const all = state.reapplyAt <= started;
    const acted = new Set<number>();
    for (const ordinal of applyOrder(state.manifests.map(({ manifest }) => manifest))) {
      const manifest = state.manifests[ordinal];
      if (!manifest || !(all || (manifest.retryAt ?? Infinity) <= started)) continue;
      await applier.apply(work, manifest, ownerOf(applied));
      acted.add(ordinal);
    }
    if (all) {
      // Spread, so that the works of one start do not come again all at once: 4 to 6 min by default.
      state.reapplyAt =
        clock.monotonic() + this.#options.reapplyIntervalMs * (0.8 + 0.4 * this.#options.random());
      this.#schedulePoll(state);
    }
    return acted;
  }

  /** Looks at the objects that were not just applied, when the poll is due or a watch has told of them. */
  async #look(state: WorkState, acted: ReadonlySet<number>): Promise<void> {
    const { clock, applier } = this.#options;
    const polling = state.pollAt <= clock.monotonic();
    const touched = new Set(state.touched);
    state.touched.clear();
    if (!polling && touched.size === 0) return;
    for (const [ordinal, manifest] of state.manifests.entries()) {
      const wanted = polling
        ? !acted.has(ordinal)
        : manifest.target && touched.has(targetId(manifest.target));
      if (wanted) await applier.look(manifest, 'Cache');
    }
    if (polling) this.#schedulePoll(state);
  }

  /**
   * A watch that was open before told of changes while this work was being applied, and nobody asked for them
   * yet: without this they would wait for the poll. What comes from here on touches the work.
   */
  #catchUp(state: WorkState, acted: ReadonlySet<number>): void {
    for (const [ordinal, manifest] of state.manifests.entries())
      if (acted.has(ordinal)) this.#options.applier.catchUp(manifest);
  }

  #schedulePoll(state: WorkState): void {
    const { clock, random, statusSyncIntervalMs } = this.#options;
    state.pollAt = clock.monotonic() + statusSyncIntervalMs * (1 + 0.9 * random());
  }

  /** Removes what left the work, and writes down what is there now. */
  async #keepBooks(state: WorkState, applied: AppliedManifestWork, log: Logger): Promise<void> {
    const { books, clock } = this.#options;
    const before = applied.status?.appliedResources ?? [];
    const present = new Map<string, AppliedResource>();
    const mentioned = new Set<string>();
    for (const manifest of state.manifests) {
      const entry = bookEntryOf(manifest);
      if (!entry) continue;
      mentioned.add(identity(entry));
      if (entry.uid) present.set(identity(entry), entry);
    }
    // A manifest of unknown kind could be any of the old entries: then nothing is removed yet.
    const allKnown = state.manifests.every(({ target }) => target);
    let waiting = false;
    for (const entry of before) {
      const id = identity(entry);
      if (present.has(id)) continue;
      if (mentioned.has(id) || !allKnown) present.set(id, entry);
      else if (!(await this.#released(entry, applied, log))) {
        present.set(id, entry);
        waiting = true;
      }
    }
    await books.record(applied, [...present.values()]);
    state.leftoversAt = waiting ? clock.monotonic() + LEFTOVER_LOOK_MS : undefined;
  }

  /** A removal that fails must not keep the rest of the work from being reported. */
  async #released(entry: AppliedResource, applied: AppliedManifestWork, log: Logger): Promise<boolean> {
    try {
      return await release(this.#options.spoke, entry, ownerOf(applied));
    } catch (error) {
      log.warn({ err: error, resource: identity(entry) }, 'Object that left the work could not be removed');
      return false;
    }
  }

  #register(name: string, state: WorkState): void {
    const targets = state.manifests.flatMap(({ target }) => (target ? [target] : []));
    this.#users.set(name, new Set(targets.map(targetId)));
    const watched = state.manifests.flatMap(({ target, config }) =>
      target && config?.scrape === 'Watch' && config.feedbackRules.length > 0 ? [target] : [],
    );
    this.#options.watches.want(name, watched);
  }

  async #writeStatus(work: ManifestWork, state: WorkState, generation: number): Promise<void> {
    const now = new Date(this.#options.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const status = workStatus(work.status, state.manifests, generation, now);
    if (isDeepStrictEqual(work.status, status)) return;
    const { namespace = '', name, resourceVersion = '' } = work.metadata;
    // Without the spec, which the status subresource ignores and which may be half a megabyte.
    const body = {
      apiVersion: work.apiVersion,
      kind: work.kind,
      metadata: { namespace, name, resourceVersion },
      status,
    } as ManifestWork;
    this.#freshest.wrote(work, await this.#options.hub.updateStatus(ManifestWorkResource, body));
  }

  async #finalize(work: ManifestWork): Promise<Result> {
    const { hub, books } = this.#options;
    const { finalizers = [], resourceVersion, namespace = '', name } = work.metadata;
    if (!finalizers.includes(WORK_FINALIZER)) return DONE;
    const applied = books.get(books.nameFor(name));
    if (applied) {
      if (applied.metadata.deletionTimestamp) return DONE;
      await this.#letOrphansGo(work, applied);
      await books.delete(applied);
      return DONE;
    }
    this.#forget(name);
    const patch = {
      metadata: { resourceVersion, finalizers: finalizers.filter((f) => f !== WORK_FINALIZER) },
    };
    await hub.mergePatch(ManifestWorkResource, { namespace, name }, patch);
    return DONE;
  }

  /** A policy that came just before the deletion has not been applied: what it spares must lose its owner now. */
  async #letOrphansGo(work: ManifestWork, applied: AppliedManifestWork): Promise<void> {
    const { spoke, mapping } = this.#options;
    if (!['Orphan', 'SelectivelyOrphan'].includes(work.spec.deleteOption?.propagationPolicy ?? '')) return;
    if (this.#states.get(work.metadata.name)?.appliedFor === appliedForOf(work, applied)) return;
    for (const each of work.spec.workload.manifests ?? []) {
      const target = await targetIfKnown(mapping, each as Manifest);
      if (!target || !isOrphaned(work.spec.deleteOption, target)) continue;
      const live = await getOrUndefined(spoke, target);
      if (live) await settleOwners(spoke, target, live, ownerOf(applied), true);
    }
  }

  #forget(name: string): void {
    this.#states.delete(name);
    this.#options.watches.want(name, []);
    this.#users.set(name, new Set());
  }
}

/** A manifest that never could be applied has left nothing that could be orphaned. */
async function targetIfKnown(mapping: RestMapping, manifest: Manifest): Promise<Target | undefined> {
  try {
    return targetOf(manifest, await mapping.resourceOf(manifest));
  } catch (error) {
    if (error instanceof UnknownKindError || error instanceof ManifestError) return undefined;
    throw error;
  }
}

/** ReadOnly objects are nobody's; an object that could not be applied keeps the entry it had. */
function bookEntryOf({ target, config, uid }: ManifestState): AppliedResource | undefined {
  if (!target || config?.strategy.type === 'ReadOnly') return undefined;
  const { group, version, plural } = target.resource;
  const { namespace, name } = target.key;
  return {
    group,
    version,
    resource: plural,
    name,
    ...(namespace ? { namespace } : {}),
    ...(uid ? { uid } : {}),
  };
}
