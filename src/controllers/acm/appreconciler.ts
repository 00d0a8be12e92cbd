import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import {
  type CodecoApp,
  CodecoAppResource,
  type CodecoAppSpec,
} from '../../api/codeco/v1alpha1/codecoapp.ts';
import { ControllerRevisionResource } from '../../api/core.ts';
import { canonicalJson } from '../../api/hash.ts';
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
import type { ReportInput } from './conditions/reportinput.ts';
import { Deletion } from './deletion.ts';
import { type Distribution, planDistribution } from './distribution.ts';
import { Distributor } from './distributor.ts';
import { appTooLarge } from './events.ts';
import { Holdback, LONGEST_HOLD_MS } from './holdback.ts';
import { acceptedNoLonger } from './intake.ts';
import type { AcmMetrics } from './metrics.ts';
import { planStatus, writePlanStatus } from './planstatus.ts';
import type { PodCheck } from './podcheck.ts';
import { isProgress } from './progress.ts';
import { reportStatus } from './report.ts';
import { placesOf, runningOf } from './running.ts';
import { SilenceWatch } from './silence.ts';
import type { StatusLedger } from './statusledger.ts';
import { type Intake, TakeIn } from './takein.ts';
import { timestamp } from './timestamp.ts';
import type { AcmView, CachedApp } from './view.ts';
import { ViolationMemo } from './violationmemo.ts';
import { modelViolation, type Violation, violationsOf } from './violations.ts';

/** So long the scheduler may still read a revision that status named until now. */
const OLD_REVISION_MS = 1_000;

export interface AppReconcilerDeps {
  client: Client;
  recorder: Recorder;
  clock: Clock;
  view: AcmView;
  ledger: StatusLedger;
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
  readonly #ledger: StatusLedger;
  readonly #held: Holdback;
  readonly #heldPlans: Holdback;

  constructor(deps: AppReconcilerDeps) {
    this.#deps = deps;
    this.#silence = new SilenceWatch(deps.clock);
    this.#ledger = deps.ledger;
    this.#held = new Holdback(deps.clock);
    this.#heldPlans = new Holdback(deps.clock, LONGEST_HOLD_MS);
    this.#takeIn = new TakeIn(deps);
    this.#distributor = new Distributor(deps);
    const onGone = (app: CodecoApp, works: readonly WorkState[]) => {
      const { uid = '' } = app.metadata;
      this.#silence.forget(works);
      this.#memo.forget(uid);
      this.#ledger.forget(app);
      this.#held.release(uid);
      this.#heldPlans.release(uid);
      deps.metrics.forget(uid);
    };
    this.#deletion = new Deletion({ ...deps, distributor: this.#distributor, onGone });
  }

  async reconcile(key: ObjectKey, { log }: ReconcileContext): Promise<Result> {
    const cached = this.#deps.view.app(key);
    if (!cached) return DONE;
    try {
      if (cached.metadata.deletionTimestamp !== undefined) return await this.#deletion.advance(cached);
      const result = await this.#advance(cached);
      log.debug({ generation: cached.metadata.generation }, 'Application reconciled');
      return result;
    } catch (error) {
      this.#ledger.forget(cached);
      // Nothing fits into the app itself any more, so that no condition can say it.
      if (hasCode(error, 'TooLarge')) this.#deps.recorder.event(cached, appTooLarge());
      throw error;
    }
  }

  async #advance(cached: CachedApp): Promise<Result> {
    const stored = await this.#withFinalizer(this.#ledger.stored(cached));
    const app = this.#ledger.latest(stored);
    const intake = await this.#takeIn.take(app);
    const decided = await this.#gather(app);
    const distribution = decide(app, decided, this.#deps.view);
    const dropped = distribution ? await this.#distributor.carryOut(app, distribution) : [];
    const { input, againInMs } = this.#reportInput(app, intake, decided, distribution, dropped);
    const heldMs = await this.#report(stored, intake, input);
    const keptMs = await this.#dropOldRevisions(stored, decided.plan, intake);
    const ms = least(againInMs, intake.againInMs, heldMs, keptMs);
    return ms === undefined ? DONE : { requeueAfterMs: ms };
  }

  /** Nothing is distributed before the finalizer is there: otherwise a deletion would leave works behind. */
  async #withFinalizer(app: CachedApp): Promise<CachedApp> {
    if (hasFinalizer(app, FINALIZER)) return app;
    const patch = finalizerPatch(app, FINALIZER, 'Add');
    const answer = await this.#deps.client.mergePatch(CodecoAppResource, keyOf(app), patch);
    return this.#ledger.wrote(answer);
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

  /** Says what is known now, in the status of the app and of its plan; ms until what is kept back is due. */
  async #report(
    stored: CachedApp,
    intake: Intake,
    input: Omit<ReportInput, 'now'>,
  ): Promise<number | undefined> {
    const { client, clock, metrics, view } = this.#deps;
    const { plan, places, distributed } = input;
    const { uid = '' } = stored.metadata;
    const revision = plan?.spec.decision?.revision;
    if (distributed && revision && view.works(uid).every(isApplied)) metrics.applied(uid, revision);
    const status = reportStatus({ ...input, now: timestamp(clock) });
    // Until the hub says which model is in force, the scheduler does not decide on it.
    const said = intake.saidByRevision || stored.status?.acceptedGeneration === intake.accepted?.generation;
    const mayWait = said && isProgress(stored.status, status);
    const appMs = await this.#tell(this.#held, uid, mayWait, stored.status, status, async () => {
      this.#ledger.wrote(await writeAppStatus(client, stored, status));
    });
    if (appMs === undefined) this.#ledger.settled(stored);
    else this.#ledger.decided(stored, status);
    if (!plan) return appMs;
    const next = planStatus(plan, runningOf(places), status);
    const planMs = await this.#tell(this.#heldPlans, uid, mayWait, plan.status, next, async () => {
      this.#ledger.note(await writePlanStatus(client, plan, next));
    });
    return least(appMs, planMs);
  }

  /** Writes what is not told yet: at once, or, where it may wait, when it is due. Ms until then, if it waits. */
  async #tell(
    held: Holdback,
    uid: string,
    mayWait: boolean,
    told: object | undefined,
    next: object,
    write: () => Promise<void>,
  ): Promise<number | undefined> {
    if (canonicalJson(next) !== canonicalJson(told ?? {})) {
      const ms = mayWait ? held.hold(uid) : 0;
      if (ms > 0) return ms;
      await write();
    }
    held.release(uid);
    return undefined;
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

  /**
   * Revisions that nothing names any more. Those that status named before this write stay a round longer; ms
   * until that one, if there are any.
   */
  async #dropOldRevisions(
    stored: CachedApp,
    plan: AssignmentPlan | undefined,
    { accepted }: Intake,
  ): Promise<number | undefined> {
    const named = new Set([accepted?.revision, plan?.spec.decision?.revision, plan?.spec.attempt?.revision]);
    const before = stored.status?.acceptedRevision;
    let againInMs: number | undefined;
    for (const { metadata } of this.#deps.view.revisions(stored)) {
      if (named.has(metadata.name)) continue;
      if (metadata.name === before) againInMs = OLD_REVISION_MS;
      else await this.#deps.client.delete(ControllerRevisionResource, keyOf({ metadata }));
    }
    return againInMs;
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

function least(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
