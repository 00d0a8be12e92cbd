import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { Finding } from '../../api/codeco/v1alpha1/validation/finding.ts';
import { type ConditionDraft, findCondition } from '../../api/conditions.ts';
import { ControllerRevisionResource } from '../../api/core.ts';
import { hasCode, isAlreadyExists } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { Recorder } from '../../runtime/recorder.ts';
import { type Acceptance, acceptance } from '../../snapshot/acceptance.ts';
import type { PodSecurityLevel } from '../../snapshot/policy.ts';
import { type RevisionState, toRevision } from '../../work/revision.ts';
import { modelAccepted, modelRefused } from './events.ts';
import {
  judgeModel,
  knownPodVerdict,
  modelTooLarge,
  modelValid,
  podsNotJudged,
  wasTooLarge,
} from './intake.ts';
import type { AcmMetrics } from './metrics.ts';
import { type PodCheck, PodCheckUnavailable } from './podcheck.ts';
import type { StatusLedger } from './statusledger.ts';
import type { AcmView } from './view.ts';

/** Until Pods that could not be judged are tried again: a right that was granted shows in no cache. */
const RETRY_MS = 30_000;

/** What became of the newest generation of an app. */
export interface Intake {
  /** Undefined before any generation was valid. */
  accepted: Acceptance | undefined;
  /** A revision made of the newest generation says that it is in force, before status does. */
  saidByRevision: boolean;
  condition: ConditionDraft;
  podCheck: { generation: number; level: PodSecurityLevel } | undefined;
  /** When to look again although nothing changed. */
  againInMs: number | undefined;
}

export interface TakeInDeps {
  client: Client;
  recorder: Recorder;
  view: AcmView;
  ledger: StatusLedger;
  podCheck: PodCheck;
  metrics: AcmMetrics;
}

/** Judges the newest generation of an app once, and keeps a valid one as an immutable revision. */
export class TakeIn {
  readonly #deps: TakeInDeps;

  constructor(deps: TakeInDeps) {
    this.#deps = deps;
  }

  async take(app: CodecoApp): Promise<Intake> {
    const { view, ledger, recorder } = this.#deps;
    const namespace = app.metadata.namespace ?? '';
    const generation = app.metadata.generation ?? 1;
    const policy = view.policy(namespace);
    const others = view.namesakes(app).map((other) => ledger.latest(other));
    const findings = judgeModel(app, others, {
      name: app.metadata.name,
      namespace,
      closedBy: policy.closedBy,
      serviceAccounts: policy.serviceAccounts,
      datasets: view.datasets(namespace),
      profiles: view.profiles(),
    });
    const before: Intake = {
      accepted: acceptance(app.status, view.revisions(app).map(toMade)),
      saidByRevision: false,
      condition: modelValid(findings, generation),
      podCheck: app.status?.podCheck as Intake['podCheck'],
      againInMs: undefined,
    };
    const judged = isSound(findings) ? await this.#judgePods(app, findings, policy.podSecurity) : {};
    const intake = { ...before, ...judged };
    if (intake.condition.status === 'True') return this.#keep(app, intake);
    if (intake.condition.status === 'False' && isNews(app, intake.condition))
      recorder.event(app, modelRefused(intake.condition.message));
    return intake;
  }

  /** Asks the API server about the Pods, unless it was asked about this generation at this level already. */
  async #judgePods(
    app: CodecoApp,
    findings: readonly Finding[],
    level: PodSecurityLevel,
  ): Promise<Partial<Intake>> {
    const { view, podCheck, metrics } = this.#deps;
    const generation = app.metadata.generation ?? 1;
    const known = knownPodVerdict(app, level);
    if (known) return known.refusal ? { condition: known.refusal } : {};
    try {
      const obstacle = view.podCheckObstacle(level);
      if (obstacle !== undefined) throw new PodCheckUnavailable(obstacle);
      const refused = await podCheck.judge(app.spec['codecoapp-msspec'], level);
      metrics.podCheck(refused.length > 0 ? 'refused' : 'passed');
      return {
        condition: modelValid([...findings, ...refused], generation, refused.length > 0),
        podCheck: { generation, level },
      };
    } catch (error) {
      if (!(error instanceof PodCheckUnavailable)) throw error;
      metrics.podCheck('unavailable');
      return { condition: podsNotJudged(error.message), againInMs: RETRY_MS };
    }
  }

  async #keep(app: CodecoApp, intake: Intake): Promise<Intake> {
    const { client, recorder, view, metrics } = this.#deps;
    const revision = toRevision(app);
    const { name } = revision.metadata;
    const generation = app.metadata.generation ?? 1;
    const accepted = { revision: name, generation };
    const found = view.revisions(app).find(({ metadata }) => metadata.name === name);
    if (found) return { ...intake, accepted, saidByRevision: found.generation === generation };
    const told = wasTooLarge(app);
    if (told) return { ...intake, condition: told };
    try {
      await client.create(ControllerRevisionResource, revision);
      if (wasRefused(app)) recorder.event(app, modelAccepted(name));
      metrics.accepted(app.metadata.uid ?? '', name);
      return { ...intake, accepted, saidByRevision: true };
    } catch (error) {
      if (hasCode(error, 'TooLarge')) return { ...intake, condition: modelTooLarge(error.message) };
      // The cache lags behind an own write; a revision is named by its content, so it is the right one.
      if (!isAlreadyExists(error)) throw error;
    }
    return { ...intake, accepted };
  }
}

function toMade({ metadata, generation }: RevisionState): { name: string; generation: number } {
  return { name: metadata.name, generation };
}

/** That a model is valid is told by the decision that follows; only after a refusal is it news of its own. */
function wasRefused({ status }: CodecoApp): boolean {
  const told = findCondition(status?.conditions, 'ModelValid');
  return told !== undefined && told.status !== 'True';
}

function isSound(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== 'Error');
}

/** Said once: a restart over a thousand refused models writes nothing. */
function isNews(app: CodecoApp, { message }: ConditionDraft): boolean {
  const told = findCondition(app.status?.conditions, 'ModelValid');
  return told?.message !== message || told.observedGeneration !== app.metadata.generation;
}
