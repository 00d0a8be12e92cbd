import { type CodecoApp, CodecoAppResource } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { canonicalJson } from '../../api/hash.ts';
import {
  APP_NAMESPACE_LABEL,
  APP_UID_LABEL,
  abandonedClusters,
  FINALIZER,
  labelValue,
} from '../../api/labels.ts';
import { keyOf } from '../../api/meta.ts';
import { ManifestWorkResource } from '../../api/ocm/manifestwork.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { finalizerPatch, hasFinalizer } from '../../runtime/finalizer.ts';
import { DONE, type Result } from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import type { WorkState } from '../../work/workstate.ts';
import { writeAppStatus } from './appstatus.ts';
import type { Distributor } from './distributor.ts';
import { clustersLeft } from './events.ts';
import { DELETION_QUIET_MS, deletingStatus, deletionState } from './finalize.ts';
import { timestamp } from './timestamp.ts';
import type { AcmView } from './view.ts';

/** Until works that the cache did not know are looked for again. */
const OVERLOOKED_MS = 500;

export interface DeletionDeps {
  client: Client;
  recorder: Recorder;
  clock: Clock;
  view: AcmView;
  distributor: Distributor;
  /** Called when the finalizer is off, with the works that there were. */
  onGone: (app: CodecoApp, works: readonly WorkState[]) => void;
}

/** Sees an app go: removes every work and waits for it, then the finalizer. */
export class Deletion {
  readonly #deps: DeletionDeps;

  constructor(deps: DeletionDeps) {
    this.#deps = deps;
  }

  async advance(app: CodecoApp): Promise<Result> {
    if (!hasFinalizer(app, FINALIZER)) return DONE;
    const { view, client, recorder, distributor } = this.#deps;
    const uid = app.metadata.uid ?? '';
    const works = view.works(uid);
    const abandoned = new Set(abandonedClusters(app.metadata.annotations));
    const state = deletionState(works, view.clusters(), abandoned);
    for (const { metadata } of state.remove) await distributor.remove(metadata);
    if (state.waiting.length > 0) return this.#tellWhatItWaitsFor(app, state.waiting);
    // A work that this process created a moment ago may be missing in the cache, and nobody would delete it.
    const onHub = await client.list(ManifestWorkResource, { labelSelector: `${APP_UID_LABEL}=${uid}` });
    const overlooked = onHub.filter(
      ({ metadata }) => !works.some((work) => work.metadata.uid === metadata.uid),
    );
    for (const { metadata } of overlooked) await distributor.remove(metadata);
    // A list may be older than the cache: look again, for no event may come any more.
    if (overlooked.length > 0) return { requeueAfterMs: OVERLOOKED_MS };
    await this.#removeBaseWorks(app);
    if (state.left.length > 0) recorder.event(app, clustersLeft(state.left));
    await client.mergePatch(CodecoAppResource, keyOf(app), finalizerPatch(app, FINALIZER, 'Remove'));
    this.#deps.onGone(app, works);
    return DONE;
  }

  /** The base work goes with the last app of its namespace on a cluster. */
  async #removeBaseWorks(app: CodecoApp): Promise<void> {
    const { view, distributor } = this.#deps;
    const namespace = labelValue(app.metadata.namespace ?? '');
    const bases = [...view.clusters()]
      .flatMap((cluster) => view.baseWorks(cluster))
      .filter(
        ({ metadata }) =>
          metadata.labels?.[APP_NAMESPACE_LABEL] === namespace && metadata.deletionTimestamp === undefined,
      );
    for (const { metadata } of bases) {
      if (!this.#isUsedBeside(app, metadata.namespace ?? '')) await distributor.remove(metadata);
    }
  }

  #isUsedBeside(app: CodecoApp, cluster: string): boolean {
    const { view } = this.#deps;
    // Ends at the first one found: of a thousand apps that go together each asks.
    return view.apps(app.metadata.namespace ?? '').some((other) => {
      if (other.metadata.uid === app.metadata.uid) return false;
      // One that is going itself needs no new works; of several that go, the last takes the base work along.
      const going = other.metadata.deletionTimestamp !== undefined;
      const planned = going ? undefined : view.plan(other)?.spec.decision?.assignments;
      return (
        planned?.some((assignment) => assignment.cluster === cluster) === true ||
        view.works(other.metadata.uid ?? '').some(({ metadata }) => metadata.namespace === cluster)
      );
    });
  }

  /** An ordinary deletion is over in seconds and needs no status; one that is not names what it waits for. */
  async #tellWhatItWaitsFor(app: CodecoApp, waiting: readonly string[]): Promise<Result> {
    const { client, clock } = this.#deps;
    const waitedMs = clock.now() - Date.parse(app.metadata.deletionTimestamp ?? '');
    if (waitedMs < DELETION_QUIET_MS) return { requeueAfterMs: DELETION_QUIET_MS - Math.max(0, waitedMs) };
    const status = deletingStatus(app, waiting, timestamp(clock));
    if (canonicalJson(status) !== canonicalJson(app.status ?? {})) await writeAppStatus(client, app, status);
    return DONE;
  }
}
