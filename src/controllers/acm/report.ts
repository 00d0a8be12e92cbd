import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp, CodecoAppSpec, CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import {
  type Condition,
  type ConditionDraft,
  mergeConditions,
  withoutConditions,
} from '../../api/conditions.ts';
import { nextStepOf, type Trouble } from '../../work/feedback.ts';
import { isReady, type PlaceState } from './running.ts';

/** Everything that the status of an app is made of. */
export interface ReportInput {
  app: CodecoApp;
  accepted: { revision: string; generation: number } | undefined;
  modelValid: ConditionDraft;
  fieldsIgnored: ConditionDraft | undefined;
  /** The model that the decision was made of. */
  decidedSpec: CodecoAppSpec | undefined;
  plan: AssignmentPlan | undefined;
  places: readonly PlaceState[];
  troubles: readonly Trouble[];
  /** What keeps works from being rendered whole. */
  problems: readonly string[];
  /** Works that the hub keeps otherwise than they were written: `cluster/work: spec.path`. */
  dropped: readonly string[];
  waitingForBase: readonly string[];
  /** Every work of the decision lies on the hub as it was rendered. */
  distributed: boolean;
  /** Clusters whose work agent has not looked at a change for a minute, with the seconds. */
  silent: readonly { cluster: string; seconds: number }[];
  /** Some cluster of the federation holds a security or compliance class. */
  classified: { security: boolean; compliance: boolean };
  now: string;
}

/** Services named in status; the plan has them all. */
const SERVICES_SHOWN = 100;
const CLUSTERS_SHOWN = 20;
const NAMED = 3;

/** The whole status of an app, from what is known now. Equal input gives equal bytes, times apart. */
export function reportStatus(input: ReportInput): CodecoAppStatus {
  const { app, accepted, plan, places } = input;
  const generation = app.metadata.generation ?? 1;
  const planned = plannedCondition(input);
  const distributed = distributedCondition(input);
  const available = availableCondition(input);
  const edges = edgesOf(input);
  const wanted = places.filter((place) => place.wanted > 0);
  const drafts: ConditionDraft[] = [
    input.modelValid,
    planned,
    distributed,
    available,
    edges.condition,
    dataCondition(input),
    classesCondition(input),
  ];
  const ready = readyCondition(input, drafts);
  drafts.push(ready);
  const applying = [input.fieldsIgnored].filter((draft) => draft !== undefined);
  const kept = withoutConditions(app.status?.conditions as Condition[] | undefined, ['FieldsIgnored']);
  const gap = plan?.spec.decision?.evidence.gap;
  const clusters = new Set(wanted.map(({ cluster }) => cluster));
  const profile = app.spec.performanceProfile ?? plan?.spec.decision?.evidence.profile ?? 'Balanced';
  return {
    observedGeneration: generation,
    ...(accepted ? { acceptedRevision: accepted.revision, acceptedGeneration: accepted.generation } : {}),
    conditions: mergeConditions(kept, [...drafts, ...applying], generation, input.now),
    services: servicesOf(wanted),
    summary: {
      services: `${servicesReady(input)}/${app.spec['codecoapp-msspec'].length}`,
      ...(clusters.size > 0 ? { clusters: clusters.size } : {}),
      edges: edges.text,
      profile,
      gap: gap === undefined ? '-' : `${(gap * 100).toFixed(1)} %`,
    },
    ...legacyStatus(places, ready, available, [input.modelValid, planned, distributed, available]),
  };
}

function plannedCondition({ app, plan, accepted }: ReportInput): ConditionDraft {
  const type = 'Planned';
  const attempt = plan?.spec.attempt;
  if (!accepted)
    return {
      type,
      status: 'False',
      reason: 'NoValidModel',
      message: 'no generation of the model was accepted yet',
    };
  if (app.spec.suspend)
    return {
      type,
      status: plan?.spec.decision ? 'True' : 'False',
      reason: 'Suspended',
      message: 'spec.suspend is set: nothing is decided anew',
    };
  if (!attempt || attempt.revision !== accepted.revision) {
    return {
      type,
      status: 'Unknown',
      reason: 'Waiting',
      message: `waits for the scheduler to decide on ${accepted.revision}`,
    };
  }
  if (attempt.verdict === 'Placed')
    return { type, status: 'True', reason: 'Placed', message: attempt.reason };
  const kept = plan?.spec.decision ? ' What ran before keeps running.' : '';
  return { type, status: 'False', reason: attempt.verdict, message: `${attempt.reason}.${kept}` };
}

function distributedCondition(input: ReportInput): ConditionDraft {
  const type = 'Distributed';
  const { plan, silent, troubles, problems, dropped, waitingForBase, distributed, decidedSpec } = input;
  if (!plan?.spec.decision)
    return { type, status: 'False', reason: 'NoDecision', message: 'nothing is decided yet' };
  if (!decidedSpec)
    return {
      type,
      status: 'False',
      reason: 'RevisionMissing',
      message: `ControllerRevision ${plan.spec.decision.revision}, of which decision ${plan.spec.decision.id} was made, does not exist; works stay as they are until the next decision`,
    };
  const [trouble] = troubles;
  if (trouble) {
    const more = troubles.length > 1 ? `; and ${troubles.length - 1} more` : '';
    return {
      type,
      status: 'False',
      reason: trouble.kind,
      message: `${trouble.object} on ${trouble.cluster}: ${trouble.detail}${more}. Next: ${nextStepOf(trouble)}`,
    };
  }
  const [mute] = silent;
  if (mute) {
    return {
      type,
      status: 'False',
      reason: 'WorkAgentSilent',
      message: `the work agent of ${silent
        .map(({ cluster }) => cluster)
        .slice(0, NAMED)
        .join(
          ', ',
        )} has not looked at a change for more than 60 s; what runs there keeps running. Next: kubectl get managedclusters ${mute.cluster}`,
    };
  }
  if (dropped.length > 0)
    return {
      type,
      status: 'False',
      reason: 'FieldDropped',
      message: `the hub does not keep what is written: ${dropped.slice(0, NAMED).join('; ')}. Next: kubectl get crd manifestworks.work.open-cluster-management.io -o yaml (is it older than the work agent?)`,
    };
  if (problems.length > 0)
    return { type, status: 'False', reason: 'NotRendered', message: problems.slice(0, NAMED).join('; ') };
  if (waitingForBase.length > 0)
    return {
      type,
      status: 'False',
      reason: 'WaitingForNamespace',
      message: `namespace and executor are being set up on ${waitingForBase.join(', ')}`,
    };
  if (!distributed)
    return { type, status: 'False', reason: 'Distributing', message: 'works are being written' };
  return {
    type,
    status: 'True',
    reason: 'WorksWritten',
    message: `decision ${plan.spec.decision.id} lies on every cluster it names`,
  };
}

function availableCondition({ app, places }: ReportInput): ConditionDraft {
  const { namespace = '' } = app.metadata;
  const type = 'Available';
  const wanted = places.filter((place) => place.wanted > 0);
  if (wanted.length === 0)
    return { type, status: 'False', reason: 'NothingRuns', message: 'no service runs anywhere' };
  // Old Pods of an update or a move answer calls, too.
  const serving = new Set(
    places.filter(({ state }) => (state?.serving ?? 0) > 0).map(({ service }) => service),
  );
  const down = wanted.filter(({ service }) => !serving.has(service));
  if (down.length === 0)
    return { type, status: 'True', reason: 'EveryServiceRuns', message: 'every service has ready replicas' };
  return {
    type,
    status: 'False',
    reason: 'ServicesDown',
    message: down
      .slice(0, NAMED)
      .map((place) => placeText(place, namespace))
      .join('; '),
  };
}

/** `web: 0 of 2 ready on edge-a`, with what to look at once the Deployment there has given up waiting. */
function placeText({ service, cluster, wanted, state }: PlaceState, namespace: string): string {
  const text = `${service}: ${state?.ready ?? 0} of ${wanted} ready on ${cluster}`;
  if (!state?.deadlineExceeded) return text;
  return `${text} for 5 min; the cluster does not report why until the agent is installed (kubectl --context ${cluster} describe deployment -n ${namespace} ${state.name})`;
}

function edgesOf({ plan, app, decidedSpec }: ReportInput): { text: string; condition: ConditionDraft } {
  const type = 'EdgesSatisfied';
  const total = (decidedSpec ?? app.spec)['codecoapp-msspec'].reduce(
    (sum, { serviceChannels }) => sum + (serviceChannels?.length ?? 0),
    0,
  );
  const channels = plan?.spec.decision?.channels;
  if (!channels)
    return {
      text: `0/${total}`,
      condition: { type, status: 'Unknown', reason: 'NoDecision', message: 'nothing is decided yet' },
    };
  const broken = channels.filter(
    ({ delayMilliseconds, maxDelayMilliseconds }) =>
      delayMilliseconds !== undefined &&
      maxDelayMilliseconds !== undefined &&
      delayMilliseconds > maxDelayMilliseconds,
  );
  const text = `${channels.length - broken.length}/${total}`;
  const words = broken.map(
    ({ channel, serviceClass, delayMilliseconds, maxDelayMilliseconds }) =>
      `channel ${channel} (${serviceClass}): ${delayMilliseconds} ms of ${maxDelayMilliseconds} ms`,
  );
  if (broken.some(({ serviceClass }) => serviceClass === 'ASSURED')) {
    return {
      text,
      condition: {
        type,
        status: 'False',
        reason: 'AssuredEdgeViolated',
        message: words.slice(0, NAMED).join('; '),
      },
    };
  }
  if (broken.length > 0) {
    return {
      text,
      condition: {
        type,
        status: 'True',
        reason: 'PreferencesMissed',
        message: `every ASSURED edge holds; missed are ${words.slice(0, NAMED).join('; ')}`,
      },
    };
  }
  return {
    text,
    condition: {
      type,
      status: 'True',
      reason: 'AllEdgesHold',
      message:
        total === 0
          ? 'the application has no channels'
          : 'every channel is within its limits, by the declared or measured links',
    },
  };
}

function dataCondition({ decidedSpec, app, plan }: ReportInput): ConditionDraft {
  const needs = (decidedSpec ?? app.spec)['codecoapp-msspec'].flatMap(({ data }) => data ?? []);
  const type = 'DataSatisfied';
  if (needs.length === 0)
    return { type, status: 'True', reason: 'NoDataNeeded', message: 'no service needs a data set' };
  if (!plan?.spec.decision)
    return { type, status: 'Unknown', reason: 'NoDecision', message: 'nothing is decided yet' };
  return {
    type,
    status: 'True',
    reason: 'DataWithinReach',
    message: 'required data sets are within reach, by their declared replicas',
  };
}

function classesCondition({ app, classified }: ReportInput): ConditionDraft {
  const type = 'ClassesVerified';
  const { securityClass, complianceClass } = app.spec;
  const unchecked = [
    ...(securityClass !== undefined && !classified.security ? ['securityClass'] : []),
    ...(complianceClass !== undefined && !classified.compliance ? ['complianceClass'] : []),
  ];
  if (unchecked.length > 0) {
    return {
      type,
      status: 'False',
      reason: 'NoClusterClassified',
      message: `${unchecked.join(' and ')} cannot be checked: no ClusterCapability gives a cluster such a class. Next: kubectl get clustercapabilities`,
    };
  }
  return {
    type,
    status: 'True',
    reason: 'ClassesHeld',
    message: 'every class that is asked for is held by the clusters chosen',
  };
}

/** True only if the newest generation is accepted, its decision runs everywhere, and no ASSURED edge is broken. */
function readyCondition(
  { app, accepted, plan, places, distributed }: ReportInput,
  drafts: readonly ConditionDraft[],
): ConditionDraft {
  const type = 'Ready';
  const blocking = drafts.find(
    ({ type: each, status }) =>
      ['ModelValid', 'Planned', 'Distributed', 'EdgesSatisfied'].includes(each) && status !== 'True',
  );
  if (blocking)
    return {
      type,
      status: 'False',
      reason: blocking.reason,
      message: `${blocking.type}: ${blocking.message}`,
    };
  const newest =
    accepted?.generation === app.metadata.generation && plan?.spec.decision?.revision === accepted?.revision;
  if (!newest)
    return {
      type,
      status: 'False',
      reason: 'OlderRevisionRuns',
      message: 'an older generation of the model runs',
    };
  const leaving = places.filter((place) => place.wanted === 0);
  const lacking = places.filter((place) => place.wanted > 0 && !isReady(place));
  if (lacking.length > 0)
    return {
      type,
      status: 'False',
      reason: 'ReplicasMissing',
      message: lacking
        .slice(0, NAMED)
        .map((place) => placeText(place, app.metadata.namespace ?? ''))
        .join('; '),
    };
  if (!distributed || leaving.length > 0)
    return {
      type,
      status: 'False',
      reason: 'OldCopiesLeft',
      message: `old copies are still going: ${leaving
        .slice(0, NAMED)
        .map(({ service, cluster }) => `${service} on ${cluster}`)
        .join(', ')}`,
    };
  return {
    type,
    status: 'True',
    reason: 'AllReady',
    message: 'the newest generation runs as decided, all replicas are ready',
  };
}

function servicesOf(wanted: readonly PlaceState[]): NonNullable<CodecoAppStatus['services']> {
  const byService = Map.groupBy(wanted, ({ service }) => service);
  return [...byService].slice(0, SERVICES_SHOWN).map(([serviceName, places]) => ({
    serviceName,
    clusters: places.slice(0, CLUSTERS_SHOWN).map(({ cluster, wanted: replicas, state }) => ({
      name: cluster,
      replicas,
      ready: state?.serving ?? 0,
    })),
  }));
}

function servicesReady({ app, places }: ReportInput): number {
  return app.spec['codecoapp-msspec'].filter(({ serviceName }) => {
    const own = places.filter(({ service, wanted }) => service === serviceName && wanted > 0);
    return own.length > 0 && own.every(isReady);
  }).length;
}

/** The status keys of CODECO itself, for scripts that read them. Nodes belong to clusters: left empty. */
function legacyStatus(
  places: readonly PlaceState[],
  ready: ConditionDraft,
  available: ConditionDraft,
  drafts: readonly ConditionDraft[],
): Pick<CodecoAppStatus, 'status' | 'errorMsg' | 'appMetrics' | 'nodeMetrics'> {
  const running = places.filter(({ state }) => state !== undefined);
  const wrong = drafts.find(({ status }) => status === 'False');
  return {
    status: ready.status === 'True' ? 'OK' : available.status === 'True' ? 'Warning' : 'Error',
    errorMsg: ready.status === 'True' ? '' : (wrong?.message ?? ready.message),
    appMetrics: {
      numPods: running.reduce((sum, { state }) => sum + (state?.serving ?? 0), 0),
      serviceMetrics: running.slice(0, SERVICES_SHOWN).map(({ service, cluster }) => ({
        serviceName: service,
        clusterName: cluster,
        nodeName: '',
        podName: '',
      })),
    },
    nodeMetrics: [...new Set(running.map(({ cluster }) => cluster))]
      .sort()
      .slice(0, SERVICES_SHOWN)
      .map((nodeName) => ({ nodeName })),
  };
}
