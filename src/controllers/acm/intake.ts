import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ModelContext } from '../../api/codeco/v1alpha1/validation/context.ts';
import { type Finding, findingText } from '../../api/codeco/v1alpha1/validation/finding.ts';
import { validateModel } from '../../api/codeco/v1alpha1/validation/validatemodel.ts';
import { type Condition, type ConditionDraft, findCondition } from '../../api/conditions.ts';

/** What a rendered name is taken from: the older app keeps it. */
export interface NameOwner {
  app: string;
  created: string;
  uid: string;
}

/** Names that an app's objects will have on managed clusters. */
export function renderedNames(app: CodecoApp): string[] {
  const prefix = app.spec.appName ?? app.metadata.name;
  return app.spec['codecoapp-msspec'].flatMap(({ serviceName, serviceChannels }) => [
    `Deployment ${prefix}-${serviceName}`,
    ...(serviceChannels ?? []).map(({ channelName }) => `Service svc-${channelName}`),
  ]);
}

/** Names of the app that an older app of the namespace holds already. */
export function takenNames(app: CodecoApp, others: readonly CodecoApp[]): Finding[] {
  const older = others.filter((other) => other.metadata.uid !== app.metadata.uid && isOlder(other, app));
  const owners = new Map(
    older.flatMap((other) => renderedNames(other).map((name) => [name, other.metadata.name])),
  );
  return renderedNames(app).flatMap((name): Finding[] => {
    const owner = owners.get(name);
    if (owner === undefined) return [];
    const path = name.startsWith('Service')
      ? 'spec.codecoapp-msspec[].serviceChannels[].channelName'
      : 'spec.appName';
    return [
      {
        path,
        value: name,
        message: `CodecoApp ${owner} of this namespace is older and has an object of this name; set another appName or channelName`,
        severity: 'Error',
      },
    ];
  });
}

function isOlder(a: CodecoApp, b: CodecoApp): boolean {
  const created = (app: CodecoApp) => app.metadata.creationTimestamp ?? '';
  if (created(a) !== created(b)) return created(a) < created(b);
  // Times have seconds only. Of two in one second the accepted one stays: it may run already.
  const accepted = ({ status }: CodecoApp) => status?.acceptedRevision !== undefined;
  if (accepted(a) !== accepted(b)) return accepted(a);
  return (a.metadata.uid ?? '') < (b.metadata.uid ?? '');
}

/** Everything that is known to be wrong with a model without asking the API server. */
export function judgeModel(app: CodecoApp, others: readonly CodecoApp[], context: ModelContext): Finding[] {
  return [...validateModel(app.spec, context), ...takenNames(app, others)];
}

/** Findings named in a condition; the rest is counted. */
const NAMED = 5;

/**
 * The ModelValid condition for what was found.
 *
 * @param byServer the API server refused a Pod: kept apart, so that it is not asked again
 */
export function modelValid(
  findings: readonly Finding[],
  generation: number,
  byServer = false,
): ConditionDraft {
  const errors = findings.filter(({ severity }) => severity === 'Error');
  const warnings = findings.filter(({ severity }) => severity === 'Warning').map(findingText);
  if (errors.length === 0) {
    const note = warnings.length === 0 ? '' : `. ${warnings.slice(0, NAMED).join('; ')}`;
    return {
      type: 'ModelValid',
      status: 'True',
      reason: 'Valid',
      message: `generation ${generation} is accepted${note}`,
    };
  }
  const more = errors.length > NAMED ? `; and ${errors.length - NAMED} more` : '';
  return {
    type: 'ModelValid',
    status: 'False',
    reason: byServer ? PODS_REFUSED : 'InvalidModel',
    message: `${errors.slice(0, NAMED).map(findingText).join('; ')}${more}. What ran before keeps running`,
  };
}

const PODS_REFUSED = 'PodsRefused';
const TOO_LARGE = 'ModelTooLarge';

/** What the API server said about the Pods of this generation under this level; undefined: ask it. */
export function knownPodVerdict(
  app: CodecoApp,
  level: string,
): { refusal: ConditionDraft | undefined } | undefined {
  const { generation } = app.metadata;
  const asked = app.status?.podCheck;
  if (asked?.generation !== generation || asked?.level !== level) return undefined;
  const told = toldOf(app);
  if (told?.status === 'True' || told?.reason === TOO_LARGE) return { refusal: undefined };
  return told?.reason === PODS_REFUSED ? { refusal: draftOf(told) } : undefined;
}

/** Whether the newest generation was accepted, runs, and would be refused today: a policy or a name changed. */
export function acceptedNoLonger(app: CodecoApp, condition: ConditionDraft): boolean {
  return condition.status === 'False' && app.status?.acceptedGeneration === app.metadata.generation;
}

/** ModelValid while nobody can judge the Pods. */
export function podsNotJudged(message: string): ConditionDraft {
  return { type: 'ModelValid', status: 'Unknown', reason: 'PodCheckUnavailable', message };
}

/** ModelValid for a model that the hub cannot keep. */
export function modelTooLarge(message: string): ConditionDraft {
  return {
    type: 'ModelValid',
    status: 'False',
    reason: TOO_LARGE,
    message: `the model is too large to be kept as a ControllerRevision (${message}). Next: divide the application, or move long texts into ConfigMaps. What ran before keeps running`,
  };
}

/** The condition that said so of this generation: it is not tried again. */
export function wasTooLarge(app: CodecoApp): ConditionDraft | undefined {
  const told = toldOf(app);
  return told?.reason === TOO_LARGE ? draftOf(told) : undefined;
}

/** ModelValid as told about the newest generation. */
function toldOf({ metadata, status }: CodecoApp): Condition | undefined {
  const told = findCondition(status?.conditions, 'ModelValid');
  return told?.observedGeneration === metadata.generation ? told : undefined;
}

function draftOf({ type, status, reason, message }: Condition): ConditionDraft {
  return { type, status, reason, message };
}
