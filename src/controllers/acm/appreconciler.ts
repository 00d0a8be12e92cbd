import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import {
  type CodecoApp,
  CodecoAppResource,
  type CodecoAppSpec,
} from '../../api/codeco/v1alpha1/codecoapp.ts';
import { ControllerRevisionResource } from '../../api/core.ts';
import { APP_NAMESPACE_LABEL, FINALIZER, labelValue } from '../../api/labels.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { hasCode } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { finalizerPatch, hasFinalizer } from '../../runtime/finalizer.ts';
import { DONE, type ReconcileContext, type Reconciler, type Result } from '../../runtime/reconcile.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import { troublesOf } from '../../work/feedback.ts';
import type { AppIdentity } from '../../work/names.ts';
import type { HubObjects } from '../../work/render/manifests.ts';
import { referencesOf } from '../../work/render/references.ts';
import { modelOf } from '../../work/revision.ts';
import { isApplied, type WorkState } from '../../work/workstate.ts';
import { writeAppStatus } from './appstatus.ts';
import { toCachedApp } from './caches.ts';
import type { ReportInput } from './conditions/reportinput.ts';
import { Deletion } from './deletion.ts';
import { type Distribution, planDistribution } from './distribution.ts';
import { Distributor } from './distributor.ts';
import { appTooLarge } from './events.ts';
import { acceptedNoLonger } from './intake.ts';
import type { AcmMetrics } from './metrics.ts';
import { writePlanStatus } from './planstatus.ts';
import type { PodCheck } from './podcheck.ts';
import { reportStatus } from './report.ts';
import { placesOf, runningOf } from './running.ts';
import { SilenceWatch } from './silence.ts';
import { type Intake, TakeIn } from './takein.ts';
import type { AcmView, CachedApp } from './view.ts';
import { ViolationMemo } from './violationmemo.ts';
import { modelViolation, type Violation, violationsOf } from './violations.ts';

export interface AppReconcilerDeps {
  client: Client;
  recorder: Recorder;
  clock: Clock;
  view: AcmView;
  podCheck: PodCheck;
  metrics: AcmMetrics;
}

/** What was decided about an app, and the model that it was decided of. */
interface Decided {
  plan: AssignmentPlan | undefined;
  spec: CodecoAppSpec | undefined;
  hub: HubObjects | undefined;
}

/** Takes one application in, distributes what was decided about it, and reports; or sees it go. */
export class AppReconciler implements Reconciler {
  readonly #deps: AppReconcilerDeps;
  readonly #silence: SilenceWatch;
  readonly #takeIn: TakeIn;
  readonly #distributor: Distributor;
  readonly #deletion: Deletion;
  readonly #memo = new ViolationMemo();

  constructor(deps: AppReconcilerDeps) {
    this.#deps = deps;
    this.#silence = new SilenceWatch(deps.clock);
    this.#takeIn = new TakeIn(deps);
    this.#distributor = new Distributor(deps);
    const onGone = ({ metadata }: CodecoApp, works: readonly WorkState[]) => {
      this.#silence.forget(works);
      this.#memo.forget(metadata.uid ?? '');
      deps.metrics.forget(metadata.uid ?? '');
    };
    this.#deletion = new Deletion({ ...deps, distributor: this.#distributor, onGone });
  }

  async reconcile(key: ObjectKey, { log }: ReconcileContext): Promise<Result> {
    const cached = this.#deps.view.app(key);
    if (!cached) return DONE;
    if (cached.metadata.deletionTimestamp !== undefined) return this.#deletion.advance(cached);
    try {
      const result = await this.#advance(cached);
      log.debug({ generation: cached.metadata.generation }, 'Application reconciled');
      return result;
    } catch (error) {
      // Nothing fits into the app itself any more, so that no condition can say it.
      if (hasCode(error, 'TooLarge')) this.#deps.recorder.event(cached, appTooLarge());
      throw error;
    }
  }

  async #advance(cached: CachedApp): Promise<Result> {
    const app = await this.#withFinalizer(cached);
    const intake = await this.#takeIn.take(app);
    const decided = await this.#gather(app);
    const distribution = decide(app, decided, this.#deps.view);
    const dropped = distribution ? await this.#distributor.carryOut(app, distribution) : [];
    const againInMs = await this.#report(app, intake, decided, distribution, dropped);
    await this.#dropOldRevisions(app, decided.plan, intake);
    return againInMs === undefined ? DONE : { requeueAfterMs: againInMs };
  }

  /** Nothing is distributed before the finalizer is there: otherwise a deletion would leave works behind. */
  async #withFinalizer(app: CachedApp): Promise<CachedApp> {
    if (hasFinalizer(app, FINALIZER)) return app;
    const patch = finalizerPatch(app, FINALIZER, 'Add');
    return toCachedApp(await this.#deps.client.mergePatch(CodecoAppResource, keyOf(app), patch));
  }

  async #gather(app: CodecoApp): Promise<Decided> {
    const { view } = this.#deps;
    const plan = view.plan(app);
    const revision = view
      .revisions(app)
      .find(({ metadata }) => metadata.name === plan?.spec.decision?.revision);
    const spec = revision ? modelOf(revision) : undefined;
    if (!spec) return { plan, spec, hub: undefined };
    const configMaps = spec['codecoapp-msspec'].flatMap(({ podspec }) => referencesOf(podspec).configMaps);
    const hub = await view.hubObjects(app.metadata.namespace ?? '', [...new Set(configMaps)]);
    return { plan, spec, hub };
  }

  /** Says what is known now, in the status of the app and of its plan; returns when to look again. */
  async #report(
    app: CachedApp,
    intake: Intake,
    decided: Decided,
    distribution: Distribution | undefined,
    dropped: readonly string[],
  ): Promise<number | undefined> {
    const { client, clock, metrics } = this.#deps;
    const { input, againInMs } = this.#reportInput(app, intake, decided, distribution, dropped);
    const status = await writeAppStatus(client, app, (now) => reportStatus({ ...input, now }), clock);
    const { plan } = decided;
    if (plan) await writePlanStatus(client, plan, runningOf(input.places), status);
    const applied = this.#deps.view.works(app.metadata.uid ?? '').every(isApplied);
    const revision = plan?.spec.decision?.revision;
    if (input.distributed && applied && revision) metrics.applied(app.metadata.uid ?? '', revision);
    const times = [againInMs, intake.againInMs].filter((ms) => ms !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  #reportInput(
    app: CachedApp,
    intake: Intake,
    { plan, spec }: Decided,
    distribution: Distribution | undefined,
    dropped: readonly string[],
  ): { input: Omit<ReportInput, 'now'>; againInMs: number | undefined } {
    const { view } = this.#deps;
    const identity = identityOf(app);
    const works = view.works(identity.uid);
    const waitingForBase = distribution?.waitingForBase ?? [];
    const clusters = new Set([...works.map(({ metadata }) => metadata.namespace ?? ''), ...waitingForBase]);
    const bases = [...clusters].flatMap((cluster) =>
      view
        .baseWorks(cluster)
        .filter(({ metadata }) => metadata.labels?.[APP_NAMESPACE_LABEL] === labelValue(identity.namespace)),
    );
    const { silent, againInMs } = this.#silence.look([...works, ...bases]);
    const input = {
      app,
      accepted: intake.accepted,
      modelValid: intake.condition,
      podCheck: intake.podCheck,
      fieldsIgnored: app.fieldsIgnored,
      decidedSpec: spec,
      plan,
      // Without the decided model its names are the best guess: what runs is still told.
      places: placesOf(identity, spec ?? app.spec, plan?.spec.decision, works),
      troubles: [...bases, ...works].flatMap(troublesOf),
      problems: distribution?.problems ?? [],
      dropped,
      waitingForBase,
      // What was to be applied has been written by now, and read back; what is to be removed may still be going.
      distributed: distribution !== undefined && distribution.remove.length === 0,
      silent,
      classified: view.classified(),
      violations: [
        ...(acceptedNoLonger(app, intake.condition) ? [modelViolation(intake.condition)] : []),
        ...this.#violations(app, plan, spec),
      ],
    };
    return { input, againInMs };
  }

  #violations(
    app: CodecoApp,
    plan: AssignmentPlan | undefined,
    spec: CodecoAppSpec | undefined,
  ): readonly Violation[] {
    const { view } = this.#deps;
    const decision = plan?.spec.decision?.id;
    if (!plan || !spec || decision === undefined) return [];
    const facts = view.federation();
    return this.#memo.of(app.metadata.uid ?? '', decision, facts, () =>
      violationsOf(app, spec, plan, view.classified(), facts),
    );
  }

  /** Revisions that nothing names any more. Those that status names as of before this write stay a round longer. */
  async #dropOldRevisions(
    app: CodecoApp,
    plan: AssignmentPlan | undefined,
    { accepted }: Intake,
  ): Promise<void> {
    const named = new Set([
      accepted?.revision,
      app.status?.acceptedRevision,
      plan?.spec.decision?.revision,
      plan?.spec.attempt?.revision,
    ]);
    for (const { metadata } of this.#deps.view.revisions(app)) {
      if (!named.has(metadata.name))
        await this.#deps.client.delete(ControllerRevisionResource, keyOf({ metadata }));
    }
  }
}

/** The writes that the decision needs; undefined while there is none whose model is known. */
function decide(app: CodecoApp, { plan, spec, hub }: Decided, view: AcmView): Distribution | undefined {
  const decision = plan?.spec.decision;
  if (!decision || !spec || !hub) return undefined;
  const identity = identityOf(app);
  return planDistribution({
    app: identity,
    spec,
    decision,
    hub,
    isolated: view.policy(identity.namespace).isolated,
    works: view.works(identity.uid),
    baseWorks: (cluster) => view.baseWorks(cluster),
  });
}

function identityOf({ metadata }: CodecoApp): AppIdentity {
  return { namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
}
