import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import {
  type CodecoApp,
  CodecoAppResource,
  type CodecoAppSpec,
} from '../../api/codeco/v1alpha1/codecoapp.ts';
import { type ConditionDraft, findCondition } from '../../api/conditions.ts';
import { type ControllerRevision, ControllerRevisionResource } from '../../api/core.ts';
import { canonicalJson } from '../../api/hash.ts';
import {
  APP_NAMESPACE_LABEL,
  APP_UID_LABEL,
  abandonedClusters,
  FINALIZER,
  labelValue,
} from '../../api/labels.ts';
import type { ObjectKey, ObjectMeta } from '../../api/meta.ts';
import { ManifestWorkResource } from '../../api/ocm/manifestwork.ts';
import { isAlreadyExists } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { finalizerPatch, hasFinalizer } from '../../runtime/finalizer.ts';
import { DONE, type ReconcileContext, type Reconciler, type Result } from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import type { PolicyRules } from '../../snapshot/policy.ts';
import { type Trouble, troublesOf } from '../../work/feedback.ts';
import type { AppIdentity } from '../../work/names.ts';
import type { HubObjects } from '../../work/render/manifests.ts';
import { modelOf, toRevision } from '../../work/revision.ts';
import type { WorkState } from '../../work/workstate.ts';
import { type Distribution, planDistribution } from './distribution.ts';
import { clustersLeft, modelAccepted, modelRefused, workCorrected } from './events.ts';
import { DELETION_QUIET_MS, deletingStatus, deletionState } from './finalize.ts';
import { ignoredFields } from './ignoredfields.ts';
import { isJudged, judgeModel, modelValid } from './intake.ts';
import { writePlanStatus } from './planstatus.ts';
import type { PodCheck } from './podcheck.ts';
import { reportStatus } from './report.ts';
import { placesOf, runningOf } from './running.ts';
import { SilenceWatch } from './silence.ts';
import { WorkWriter } from './workwriter.ts';

/** What ACM sees of the hub, read from its caches. */
export interface AcmView {
  app(key: ObjectKey): CodecoApp | undefined;
  /** All apps of a namespace. */
  apps(namespace: string): readonly CodecoApp[];
  /** The plan of this very app, not of an earlier one of its name. */
  plan(app: CodecoApp): AssignmentPlan | undefined;
  revisions(app: CodecoApp): readonly ControllerRevision[];
  works(uid: string): readonly WorkState[];
  baseWorks(cluster: string): readonly WorkState[];
  clusters(): ReadonlySet<string>;
  policy(namespace: string): PolicyRules;
  datasets(namespace: string): ReadonlySet<string>;
  profiles(): ReadonlySet<string>;
  classified(): { security: boolean; compliance: boolean };
  hubObjects(namespace: string): HubObjects;
}

export interface AppReconcilerDeps {
  client: Client;
  recorder: Recorder;
  clock: Clock;
  view: AcmView;
  podCheck: PodCheck;
}

/** Until works that the cache did not know are looked for again. */
const OVERLOOKED_MS = 500;

interface Accepted {
  revision: string;
  generation: number;
}

/** Takes one application in, distributes what was decided about it, and reports; or sees it go. */
export class AppReconciler implements Reconciler {
  readonly #deps: AppReconcilerDeps;
  readonly #silence: SilenceWatch;
  readonly #writer: WorkWriter;

  constructor(deps: AppReconcilerDeps) {
    this.#deps = deps;
    this.#silence = new SilenceWatch(deps.clock);
    this.#writer = new WorkWriter(deps.client);
  }

  async reconcile(key: ObjectKey, { log }: ReconcileContext): Promise<Result> {
    const cached = this.#deps.view.app(key);
    if (!cached) return DONE;
    if (cached.metadata.deletionTimestamp !== undefined) return this.#finalize(cached);
    const app = await this.#withFinalizer(cached);
    const intake = await this.#takeIn(app);
    const plan = this.#deps.view.plan(app);
    const distributed = await this.#distribute(app, plan);
    const againInMs = await this.#report(app, plan, intake, distributed);
    log.debug({ generation: app.metadata.generation }, 'Application reconciled');
    return againInMs === undefined ? DONE : { requeueAfterMs: againInMs };
  }

  /** Nothing is distributed before the finalizer is there: otherwise a deletion would leave works behind. */
  async #withFinalizer(app: CodecoApp): Promise<CodecoApp> {
    if (hasFinalizer(app, FINALIZER)) return app;
    const key = { namespace: app.metadata.namespace ?? '', name: app.metadata.name };
    return this.#deps.client.mergePatch(CodecoAppResource, key, finalizerPatch(app, FINALIZER, 'Add'));
  }

  /** Judges the newest generation once, and keeps a valid one as an immutable revision. */
  async #takeIn(app: CodecoApp): Promise<{ accepted: Accepted | undefined; condition: ConditionDraft }> {
    const { view, podCheck, client, recorder } = this.#deps;
    const namespace = app.metadata.namespace ?? '';
    const generation = app.metadata.generation ?? 1;
    const before: Accepted | undefined = app.status?.acceptedRevision
      ? { revision: app.status.acceptedRevision, generation: app.status.acceptedGeneration ?? 0 }
      : undefined;
    const policy = view.policy(namespace);
    const findings = judgeModel(app, view.apps(namespace), {
      name: app.metadata.name,
      namespace,
      serviceAccounts: policy.serviceAccounts,
      datasets: view.datasets(namespace),
      profiles: view.profiles(),
    });
    const sound = findings.every(({ severity }) => severity !== 'Error');
    if (sound && !isJudged(app))
      findings.push(...(await podCheck.judge(app.spec['codecoapp-msspec'], policy.podSecurity)));
    const condition = modelValid(findings, generation);
    if (condition.status === 'False') {
      // Said once: a restart over a thousand refused models writes nothing.
      const told = findCondition(app.status?.conditions, 'ModelValid');
      if (told?.message !== condition.message || told.observedGeneration !== generation)
        recorder.event(app, modelRefused(condition.message));
      return { accepted: before, condition };
    }
    const revision = toRevision(app);
    const exists = view.revisions(app).some(({ metadata }) => metadata.name === revision.metadata.name);
    if (!exists) {
      try {
        await client.create(ControllerRevisionResource, revision);
        recorder.event(app, modelAccepted(revision.metadata.name));
      } catch (error) {
        // The cache lags behind an own write; a revision is named by its content, so it is the right one.
        if (!isAlreadyExists(error)) throw error;
      }
    }
    return { accepted: { revision: revision.metadata.name, generation }, condition };
  }

  async #distribute(
    app: CodecoApp,
    plan: AssignmentPlan | undefined,
  ): Promise<{ spec: CodecoAppSpec | undefined; distribution: Distribution | undefined; dropped: string[] }> {
    const { view, recorder } = this.#deps;
    const decision = plan?.spec.decision;
    const revision = view.revisions(app).find(({ metadata }) => metadata.name === decision?.revision);
    const spec = revision ? modelOf(revision) : undefined;
    if (!decision || !spec) return { spec, distribution: undefined, dropped: [] };
    const identity = identityOf(app);
    const distribution = planDistribution({
      app: identity,
      spec,
      decision,
      hub: view.hubObjects(identity.namespace),
      works: view.works(identity.uid),
      baseWorks: (cluster) => view.baseWorks(cluster),
    });
    const dropped: string[] = [];
    for (const { work, live } of distribution.apply) {
      const outcome = await this.#writer.write(work, live);
      if (outcome.corrected)
        recorder.event(app, workCorrected(work.metadata.namespace ?? '', work.metadata.name));
      if (outcome.dropped !== undefined) dropped.push(outcome.dropped);
    }
    for (const { metadata } of distribution.remove) await this.#delete(metadata);
    return { spec, distribution, dropped };
  }

  async #report(
    app: CodecoApp,
    plan: AssignmentPlan | undefined,
    intake: { accepted: Accepted | undefined; condition: ConditionDraft },
    {
      spec,
      distribution,
      dropped,
    }: { spec: CodecoAppSpec | undefined; distribution: Distribution | undefined; dropped: string[] },
  ): Promise<number | undefined> {
    const { view, client, clock } = this.#deps;
    const identity = identityOf(app);
    const works = view.works(identity.uid);
    // Without the decided model its names are the best guess: what runs is still told.
    const places = placesOf(identity, spec ?? app.spec, plan?.spec.decision, works);
    const clusters = new Set(works.map(({ metadata }) => metadata.namespace ?? ''));
    const bases = [...clusters, ...(distribution?.waitingForBase ?? [])].flatMap((cluster) =>
      view
        .baseWorks(cluster)
        .filter(({ metadata }) => metadata.labels?.[APP_NAMESPACE_LABEL] === labelValue(identity.namespace)),
    );
    const { silent, againInMs } = this.#silence.look([...works, ...new Set(bases)]);
    const troubles: Trouble[] = [...new Set(bases), ...works].flatMap(troublesOf);
    const status = reportStatus({
      app,
      accepted: intake.accepted,
      modelValid: intake.condition,
      fieldsIgnored: ignoredFields(app),
      decidedSpec: spec,
      plan,
      places,
      troubles,
      problems: distribution?.problems ?? [],
      dropped,
      waitingForBase: distribution?.waitingForBase ?? [],
      distributed:
        distribution !== undefined && distribution.apply.length === 0 && distribution.remove.length === 0,
      silent,
      classified: view.classified(),
      now: timestamp(clock),
    });
    if (canonicalJson(status) !== canonicalJson(app.status ?? {})) {
      await client.updateStatus(CodecoAppResource, { ...app, status });
    }
    if (plan) await writePlanStatus(client, plan, runningOf(places), status);
    await this.#dropOldRevisions(app, plan, intake.accepted);
    return againInMs;
  }

  /** Revisions that nothing names any more. Those that status names as of before this write stay a round longer. */
  async #dropOldRevisions(
    app: CodecoApp,
    plan: AssignmentPlan | undefined,
    accepted: Accepted | undefined,
  ): Promise<void> {
    const named = new Set([
      accepted?.revision,
      app.status?.acceptedRevision,
      plan?.spec.decision?.revision,
      plan?.spec.attempt?.revision,
    ]);
    for (const { metadata } of this.#deps.view.revisions(app)) {
      if (named.has(metadata.name)) continue;
      await this.#deps.client.delete(ControllerRevisionResource, {
        namespace: metadata.namespace ?? '',
        name: metadata.name,
      });
    }
  }

  /** Removes every work and waits for it; the base work goes with the last app of its namespace on a cluster. */
  async #finalize(app: CodecoApp): Promise<Result> {
    if (!hasFinalizer(app, FINALIZER)) return DONE;
    const { view, client, recorder } = this.#deps;
    const identity = identityOf(app);
    const works = view.works(identity.uid);
    const abandoned = new Set(abandonedClusters(app.metadata.annotations));
    const state = deletionState(works, view.clusters(), abandoned);
    for (const { metadata } of state.remove) await this.#delete(metadata);
    if (state.waiting.length > 0) return this.#tellWhatDeletionWaitsFor(app, state.waiting);
    // A work that this process created a moment ago may be missing in the cache, and nobody would delete it.
    const labelSelector = `${APP_UID_LABEL}=${identity.uid}`;
    const onHub = await client.list(ManifestWorkResource, { labelSelector });
    const overlooked = onHub.filter(
      ({ metadata }) => !works.some((work) => work.metadata.uid === metadata.uid),
    );
    for (const { metadata } of overlooked) await this.#delete(metadata);
    // A list may be older than the cache: look again, for no event may come any more.
    if (overlooked.length > 0) return { requeueAfterMs: OVERLOOKED_MS };
    await this.#removeBaseWorks(app, view);
    if (state.left.length > 0) recorder.event(app, clustersLeft(state.left));
    const key = { namespace: identity.namespace, name: identity.name };
    await client.mergePatch(CodecoAppResource, key, finalizerPatch(app, FINALIZER, 'Remove'));
    this.#silence.forget(works);
    return DONE;
  }

  async #removeBaseWorks(app: CodecoApp, view: AcmView): Promise<void> {
    const namespace = app.metadata.namespace ?? '';
    const others = view.apps(namespace).filter(({ metadata }) => metadata.uid !== app.metadata.uid);
    const used = new Set(
      others.flatMap((other) => {
        // One that is going itself needs no new works; of several that go, the last takes the base work along.
        const going = other.metadata.deletionTimestamp !== undefined;
        const plan = going ? undefined : view.plan(other);
        const planned = plan?.spec.decision?.assignments ?? [];
        const present = view.works(other.metadata.uid ?? '').map(({ metadata }) => metadata.namespace ?? '');
        return [...planned.map(({ cluster }) => cluster), ...present];
      }),
    );
    for (const cluster of view.clusters()) {
      if (used.has(cluster)) continue;
      const bases = view
        .baseWorks(cluster)
        .filter(
          ({ metadata }) =>
            metadata.labels?.[APP_NAMESPACE_LABEL] === labelValue(namespace) &&
            metadata.deletionTimestamp === undefined,
        );
      for (const { metadata } of bases) await this.#delete(metadata);
    }
  }

  /** Only the very work that was decided on: one that came back under its name meanwhile stays. */
  #delete({ namespace = '', name, uid }: ObjectMeta): Promise<void> {
    return this.#deps.client.delete(
      ManifestWorkResource,
      { namespace, name },
      uid === undefined ? {} : { uid },
    );
  }

  /** An ordinary deletion is over in seconds and needs no status; one that is not names what it waits for. */
  async #tellWhatDeletionWaitsFor(app: CodecoApp, waiting: readonly string[]): Promise<Result> {
    const { client, clock } = this.#deps;
    const waitedMs = clock.now() - Date.parse(app.metadata.deletionTimestamp ?? '');
    if (waitedMs < DELETION_QUIET_MS) return { requeueAfterMs: DELETION_QUIET_MS - Math.max(0, waitedMs) };
    const status = deletingStatus(app, waiting, timestamp(clock));
    if (canonicalJson(status) !== canonicalJson(app.status ?? {}))
      await client.updateStatus(CodecoAppResource, { ...app, status });
    return DONE;
  }
}

/** As metav1.Time: whole seconds. */
function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}

function identityOf({ metadata }: CodecoApp): AppIdentity {
  return { namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
}
