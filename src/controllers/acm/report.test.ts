import { describe, expect, test } from 'vitest';
import { aDecision, aModel, anAttempt, aService } from '../../../test/support/appstate.ts';
import type {
  AssignmentPlan,
  AssignmentPlanSpec,
  Evidence,
  Survival,
} from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp, CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../api/conditions.ts';
import { canonicalJson } from '../../api/hash.ts';
import type { WorkloadState } from '../../work/feedback.ts';
import type { ReportInput } from './conditions/reportinput.ts';
import { reportStatus } from './report.ts';
import type { PlaceState } from './running.ts';

const NOW = '2026-01-01T00:00:00Z';

function anApp(changes: Partial<CodecoApp> = {}): CodecoApp {
  const metadata = { namespace: 'shop', name: 'web', uid: 'uid-web', generation: 2 };
  return { apiVersion: API_VERSION, kind: 'CodecoApp', metadata, spec: aModel(), ...changes };
}

function aPlan(spec: AssignmentPlanSpec): AssignmentPlan {
  const metadata = { namespace: 'shop', name: 'web-assignment-plan' };
  return { apiVersion: API_VERSION, kind: 'AssignmentPlan', metadata, spec };
}

function aPlace(state: Partial<WorkloadState> | undefined, changes: Partial<PlaceState> = {}): PlaceState {
  const full = {
    name: 'web-front',
    desired: 1,
    ready: 1,
    serving: 1,
    current: true,
    deadlineExceeded: false,
  };
  return {
    service: 'front',
    cluster: 'edge-a',
    wanted: 1,
    decision: 'd1',
    state: state && { ...full, ...state },
    ...changes,
  };
}

/** An app whose newest generation runs as decided. */
function input(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    app: anApp(),
    accepted: { revision: 'web-new', generation: 2 },
    modelValid: { type: 'ModelValid', status: 'True', reason: 'Valid', message: 'generation 2 is accepted' },
    podCheck: { generation: 2, level: 'baseline' },
    fieldsIgnored: undefined,
    decidedSpec: aModel(),
    plan: aPlan({ decision: aDecision(), attempt: anAttempt() }),
    places: [aPlace({})],
    troubles: [],
    problems: [],
    dropped: [],
    waitingForBase: [],
    distributed: true,
    silent: [],
    classified: { security: true, compliance: true },
    violations: [],
    now: NOW,
    ...changes,
  };
}

const condition = (changes: Partial<ReportInput>, type: string) =>
  findCondition(reportStatus(input(changes)).conditions, type);

describe('an app whose newest generation runs as decided', () => {
  test('is ready, in every condition and in the keys that CODECO scripts read', () => {
    const status = reportStatus(input());
    expect(status.conditions?.filter(({ status: each }) => each !== 'True')).toEqual([]);
    expect(status).toMatchObject({
      observedGeneration: 2,
      acceptedRevision: 'web-new',
      summary: { services: '1/1', clusters: 1, edges: '0/0', profile: 'Balanced', gap: '-' },
      services: [{ serviceName: 'front', clusters: [{ name: 'edge-a', replicas: 1, ready: 1 }] }],
      status: 'OK',
      errorMsg: '',
      appMetrics: { numPods: 1, serviceMetrics: [{ serviceName: 'front', nodeName: '', podName: '' }] },
      nodeMetrics: [{ nodeName: 'edge-a' }],
    });
  });

  test('gives the same bytes when reported again later', () => {
    const first = reportStatus(input());
    const second = reportStatus(input({ app: anApp({ status: first }), now: '2026-01-02T00:00:00Z' }));
    expect(canonicalJson(second)).toBe(canonicalJson(first));
  });

  test('shows the gap in per cent', () => {
    const evidence = { ...aDecision().evidence, gap: 0.0123 };
    const plan = aPlan({ decision: aDecision({ evidence }), attempt: anAttempt() });
    expect(reportStatus(input({ plan })).summary?.gap).toBe('1.2 %');
  });
});

describe('Available', () => {
  test('holds while an update rolls, for old Pods answer calls; Ready does not', () => {
    const places = [aPlace({ ready: 0, serving: 1, current: false })];
    expect(condition({ places }, 'Available')?.status).toBe('True');
    expect(condition({ places }, 'Ready')).toMatchObject({ status: 'False', reason: 'ReplicasMissing' });
    expect(reportStatus(input({ places })).status).toBe('Warning');
  });

  test('holds while one of two clusters of a service is down', () => {
    const places = [aPlace({}), aPlace({ ready: 0, serving: 0 }, { cluster: 'edge-b' })];
    expect(condition({ places }, 'Available')?.status).toBe('True');
    expect(condition({ places }, 'Ready')?.message).toBe('front: 0 of 1 ready on edge-b');
  });

  test('fails with service, count and cluster when nothing answers', () => {
    const places = [aPlace({ ready: 0, serving: 0, desired: 2 }, { wanted: 2 })];
    expect(condition({ places }, 'Available')).toMatchObject({
      status: 'False',
      reason: 'ServicesDown',
      message: 'front: 0 of 2 ready on edge-a',
    });
    expect(reportStatus(input({ places })).status).toBe('Error');
  });

  test('says after the progress deadline that nobody knows why, and where to look', () => {
    const places = [aPlace({ ready: 0, serving: 0, desired: 2, deadlineExceeded: true }, { wanted: 2 })];
    expect(condition({ places }, 'Available')?.message).toBe(
      'front: 0 of 2 ready on edge-a for 5 min; the cluster does not report why until the agent is installed (kubectl --context edge-a describe deployment -n shop web-front)',
    );
  });
});

describe('Planned', () => {
  test('waits for the scheduler after a new revision, and for a valid model before that', () => {
    const accepted = { revision: 'web-newest', generation: 2 };
    expect(condition({ accepted }, 'Planned')).toMatchObject({ status: 'Unknown', reason: 'Waiting' });
    expect(condition({ accepted: undefined }, 'Planned')).toMatchObject({ reason: 'NoValidModel' });
  });

  test('tells why nothing fits, and that what ran before keeps running', () => {
    const attempt = anAttempt({ verdict: 'Infeasible', reason: 'front needs 100 cpu: no cluster has them' });
    const plan = aPlan({ decision: aDecision({ revision: 'web-old' }), attempt });
    expect(condition({ plan }, 'Planned')).toMatchObject({
      status: 'False',
      reason: 'Infeasible',
      message: 'front needs 100 cpu: no cluster has them. What ran before keeps running.',
    });
    expect(condition({ plan }, 'Available')?.status).toBe('True');
    expect(condition({ plan }, 'Ready')?.status).toBe('False');
  });
});

describe('Distributed', () => {
  const trouble = {
    kind: 'FieldConflict' as const,
    cluster: 'edge-a',
    work: 'codeco-web',
    ordinal: 0,
    object: 'Deployment shop/web-front',
    detail: 'field .spec.replicas belongs to hpa',
  };
  test.each<[string, Partial<ReportInput>, string]>([
    ['FieldConflict', { troubles: [trouble] }, 'field .spec.replicas belongs to hpa'],
    [
      'WorkAgentSilent',
      { silent: [{ cluster: 'edge-a', seconds: 61 }] },
      'kubectl get managedclusters edge-a',
    ],
    ['FieldDropped', { dropped: ['edge-a/codeco-web: spec.executor'] }, 'edge-a/codeco-web: spec.executor'],
    ['NotRendered', { problems: ['edge-a: ConfigMap gone does not exist'] }, 'ConfigMap gone'],
    ['WaitingForNamespace', { waitingForBase: ['edge-a'] }, 'edge-a'],
    ['RevisionMissing', { decidedSpec: undefined }, 'ControllerRevision web-new'],
    ['Distributing', { distributed: false }, 'being written'],
  ])('is False with reason %s', (reason, changes, words) => {
    const found = condition(changes, 'Distributed');
    expect(found).toMatchObject({ status: 'False', reason });
    expect(found?.message).toContain(words);
    expect(condition(changes, 'Ready')?.reason).toBe(reason);
  });
});

describe('EdgesSatisfied', () => {
  const channel = (serviceClass: 'ASSURED' | 'BESTEFFORT', delayMilliseconds: number) => ({
    channel: 'calls',
    from: 'front',
    to: 'back',
    fromCluster: 'edge-a',
    toCluster: 'cloud',
    serviceClass,
    delayMilliseconds,
    maxDelayMilliseconds: 5,
  });
  const model = aModel({
    'codecoapp-msspec': [
      aService({
        serviceChannels: [{ channelName: 'calls', otherService: { serviceName: 'back', port: 80 } }],
      }),
    ],
  });
  test.each([
    ['ASSURED', 4, 'True', 'AllEdgesHold', '1/1'],
    ['ASSURED', 6, 'False', 'AssuredEdgeViolated', '0/1'],
    ['BESTEFFORT', 6, 'True', 'PreferencesMissed', '0/1'],
  ] as const)('a channel %s of 5 ms at %i ms: %s, %s, %s', (serviceClass, delay, status, reason, edges) => {
    const decision = aDecision({ channels: [channel(serviceClass, delay)] });
    const changes = { decidedSpec: model, plan: aPlan({ decision, attempt: anAttempt() }) };
    expect(condition(changes, 'EdgesSatisfied')).toMatchObject({ status, reason });
    expect(reportStatus(input(changes)).summary?.edges).toBe(edges);
  });
});

test('a class that no cluster was given is said to be unchecked, and does not keep the app from being ready', () => {
  const changes = {
    app: anApp({ spec: aModel({ securityClass: 'High' }) }),
    classified: { security: false, compliance: false },
  };
  expect(condition(changes, 'ClassesVerified')).toMatchObject({
    status: 'False',
    reason: 'NoClusterClassified',
  });
  expect(condition(changes, 'Ready')?.status).toBe('True');
});

test('copies that are still going keep an app from being ready', () => {
  const places = [aPlace({}), aPlace({}, { cluster: 'edge-b', wanted: 0 })];
  expect(condition({ places }, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'OldCopiesLeft',
    message: 'old copies are still going: front on edge-b',
  });
});

describe('a condition that exists only while it applies:', () => {
  /** The decided model and the evidence of its plan. */
  function decided(model: Partial<CodecoAppSpec>, evidence: Partial<Evidence> = {}): Partial<ReportInput> {
    const decision = aDecision({ evidence: { ...aDecision().evidence, ...evidence } });
    return { decidedSpec: aModel(model), plan: aPlan({ decision, attempt: anAttempt() }) };
  }

  test('Degraded names service, cluster and rule, and leaves Ready alone', () => {
    const violations = [
      {
        service: 'front',
        cluster: 'edge-a',
        rule: 'SecurityClass',
        message: 'holds too low a security class',
      },
    ];
    expect(condition({ violations }, 'Degraded')).toMatchObject({
      status: 'True',
      reason: 'PolicyViolated',
      message: expect.stringContaining('front on edge-a: holds too low a security class (SecurityClass)'),
    });
    expect(condition({ violations }, 'Ready')?.status).toBe('True');
    expect(condition({ violations }, 'ClassesVerified')).toMatchObject({
      status: 'False',
      reason: 'ClassLost',
    });
    const degraded = reportStatus(input({ violations }));
    const healed = reportStatus(input({ app: anApp({ status: degraded }) }));
    expect(findCondition(healed.conditions, 'Degraded')).toBeUndefined();
  });

  const loss = (cluster: string, outcome: 'StaysUp' | 'Fallback' | 'Down', message?: string) => ({
    cluster,
    outcome,
    lostShare: 0.5,
    ...(message === undefined ? {} : { message }),
  });
  test.each<[string, Survival['losses'], string, string, string]>([
    [
      'stays up',
      [loss('a', 'StaysUp'), loss('b', 'StaysUp')],
      'True',
      'StaysUp',
      'any one of the 2 clusters',
    ],
    ['has a fallback', [loss('a', 'Fallback')], 'True', 'FallbackWaits', 'loss of a'],
    [
      'goes down',
      [loss('a', 'Down', 'front would lose 1 of 1 replicas')],
      'False',
      'GoesDown',
      'appFailureTolerance High: without a front would lose 1 of 1 replicas',
    ],
  ])('SurvivesClusterLoss of an app that %s', (_, losses, status, reason, words) => {
    const changes = decided({ appFailureTolerance: 'High' }, { survival: { tolerance: 'High', losses } });
    expect(condition(changes, 'SurvivesClusterLoss')).toMatchObject({
      status,
      reason,
      message: expect.stringContaining(words),
    });
  });

  test('SurvivesClusterLoss is not there where nothing is asked, and unknown where the plan is silent', () => {
    expect(condition(decided({ appFailureTolerance: 'Low' }), 'SurvivesClusterLoss')).toBeUndefined();
    expect(condition(decided({ appFailureTolerance: '50 %' }), 'SurvivesClusterLoss')?.status).toBe(
      'Unknown',
    );
  });

  test('EnergyLimitExceeded compares the estimate with the limit, in watts, and does not block Ready', () => {
    const over = { estimatedWatts: 18.2, limitWatts: 12, worstWatts: 20 };
    expect(
      condition(decided({ appEnergyLimit: '60' }, { energy: over }), 'EnergyLimitExceeded'),
    ).toMatchObject({
      status: 'True',
      reason: 'LimitExceeded',
      message: '18.2 W estimated, limit 12 W (60 % of 20 W on the least efficient clusters it may use)',
    });
    const within = { ...over, estimatedWatts: 12 };
    expect(
      condition(decided({ appEnergyLimit: '60' }, { energy: within }), 'EnergyLimitExceeded'),
    ).toMatchObject({ status: 'False', reason: 'WithinLimit' });
    expect(condition(decided({ appEnergyLimit: '60' }), 'EnergyLimitExceeded')?.reason).toBe('PowerUnknown');
    expect(condition(decided({}), 'EnergyLimitExceeded')).toBeUndefined();
    expect(condition(decided({ appEnergyLimit: '60' }, { energy: over }), 'Ready')?.status).toBe('True');
  });

  test('Migrating says from where to where a service goes', () => {
    const places = [aPlace({}), aPlace({}, { cluster: 'edge-b', wanted: 0 })];
    expect(condition({ places }, 'Migrating')).toMatchObject({
      status: 'True',
      message: 'front leaves edge-b for edge-a (ready)',
    });
    expect(condition({}, 'Migrating')).toBeUndefined();
  });
});

test('FieldsIgnored is there only while it applies', () => {
  const fieldsIgnored = {
    type: 'FieldsIgnored',
    status: 'True',
    reason: 'UnknownFields',
    message: 'x',
  } as const;
  const first = reportStatus(input({ fieldsIgnored }));
  expect(findCondition(first.conditions, 'FieldsIgnored')?.status).toBe('True');
  const second = reportStatus(input({ app: anApp({ status: first }) }));
  expect(findCondition(second.conditions, 'FieldsIgnored')).toBeUndefined();
});
