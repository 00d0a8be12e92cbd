import { execFileSync } from 'node:child_process';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { serviceAccountKubeconfig } from '../../scripts/local/identities.ts';
import {
  type AssignmentPlan,
  AssignmentPlanResource,
  planName,
} from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import {
  type ClusterCapability,
  ClusterCapabilityResource,
} from '../../src/api/codeco/v1alpha1/clustercapability.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import {
  type FederationPolicy,
  FederationPolicyResource,
  type FederationPolicySpec,
} from '../../src/api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../src/api/conditions.ts';
import {
  type ConfigMap,
  ConfigMapResource,
  ControllerRevisionResource,
  EventResource,
  NamespaceResource,
  RoleBindingResource,
} from '../../src/api/core.ts';
import { hashOf } from '../../src/api/hash.ts';
import { ManagedClusterResource } from '../../src/api/ocm/managedcluster.ts';
import { type ManifestWork, ManifestWorkResource } from '../../src/api/ocm/manifestwork.ts';
import { setupAcm } from '../../src/controllers/acm/setup.ts';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { createInformerFactory } from '../../src/kube/informer.ts';
import { EventRecorder } from '../../src/kube/recorder.ts';
import { type RequestSample, Transport } from '../../src/kube/transport.ts';
import { controllerMetrics } from '../../src/runtime/controllermetrics.ts';
import { realClock } from '../../src/runtime/realclock.ts';
import { aDecision, aModel, anAttempt, aService } from '../support/appstate.ts';
import { startTestFederation } from '../support/controlplane.ts';
import { aCluster } from '../support/federation.ts';
import { testLogger } from '../support/testlogger.ts';
import { aManifestStatus, type DeploymentAnswer } from '../support/works.ts';

/** ACM under its own ServiceAccount against a real hub. SWM and the work agents are played by the test. */

const WAIT = { timeout: 20_000, interval: 50 };

let federation: Federation;
let admin: KubeClient;
let kubeconfig: string;
let namespace: string;
let count = 0;
let stopAcm: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  federation = await startTestFederation();
  admin = federation.hub.admin;
  kubeconfig = await serviceAccountKubeconfig(federation.hub, {
    namespace: 'codeco-system',
    name: 'codeco-acm',
  });
  for (const name of ['east', 'west']) {
    await admin.create(ManagedClusterResource, aCluster(name));
    await createNamespace(name);
  }
});

afterAll(() => federation?.stop());

beforeEach(async () => {
  count += 1;
  namespace = `shop-${count}`;
  await createNamespace(namespace);
});

afterEach(async () => {
  await stopAcm();
  stopAcm = async () => undefined;
});

async function createNamespace(name: string): Promise<void> {
  await admin.create(NamespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

interface RunningAcm {
  /** All that it sends, Events included. */
  writes: RequestSample[];
  /** Reconciles that have ended. */
  reconciles(): Promise<number>;
}

/** Starts ACM; resolves when its caches are synced. */
async function startAcm(): Promise<RunningAcm> {
  const writes: RequestSample[] = [];
  const log = testLogger();
  const transport = new Transport({
    endpoint: loadEndpoint({ kubeconfig }),
    qps: 500,
    burst: 1000,
    observe: (sample) => {
      if (!['get', 'list', 'watch'].includes(sample.verb)) writes.push(sample);
    },
  });
  const client = createClient(transport);
  const informers = createInformerFactory({ transport, log });
  const recorder = new EventRecorder({ client, log, controller: 'codeco-acm' });
  const registry = new Registry();
  const metrics = controllerMetrics(registry);
  const controllers = setupAcm({ client, informers, recorder, clock: realClock, log, metrics, workers: 2 });
  const stop = new AbortController();
  const running = informers.start(stop.signal);
  await informers.waitForSync(stop.signal);
  const working = controllers.map((controller) => controller.run(stop.signal));
  stopAcm = async () => {
    stop.abort(new Error('the test has ended'));
    await Promise.all([running, ...working]);
    transport.close();
  };
  return {
    writes,
    async reconciles() {
      const metric = await registry.getSingleMetric('controller_runtime_reconcile_total')?.get();
      return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
    },
  };
}

const key = (name: string) => ({ namespace, name });
const getApp = (name: string) => admin.get(CodecoAppResource, key(name));
const revisions = () => admin.list(ControllerRevisionResource, { namespace });

function anApp(name: string, spec: CodecoApp['spec'] = model()): CodecoApp {
  return { apiVersion: API_VERSION, kind: 'CodecoApp', metadata: { namespace, name }, spec };
}

function model(image = 'web:1'): CodecoApp['spec'] {
  const podspec = { containers: [{ name: 'c', image, ports: [{ containerPort: 80 }] }] };
  return aModel({ 'codecoapp-msspec': [aService({ podspec })] });
}

/** A policy on the namespace of the test. */
function aPolicy(spec: FederationPolicySpec, name = namespace): FederationPolicy {
  return {
    apiVersion: API_VERSION,
    kind: 'FederationPolicy',
    metadata: { name },
    spec: { namespaces: { names: [namespace] }, ...spec },
  };
}

async function accepted(name: string): Promise<CodecoApp> {
  return vi.waitFor(async () => {
    const app = await getApp(name);
    expect(app.status?.acceptedGeneration).toBe(app.metadata.generation);
    return app;
  }, WAIT);
}

async function untilCondition(name: string, type: string, expected: object): Promise<void> {
  await vi.waitFor(async () => {
    expect(findCondition((await getApp(name)).status?.conditions, type)).toMatchObject(expected);
  }, WAIT);
}

/** The model with fields added to the Pod of its service. */
function withPod(fields: Record<string, unknown>): CodecoApp['spec'] {
  const spec = model();
  Object.assign(spec['codecoapp-msspec'][0]!.podspec, fields);
  return spec;
}

/** Decides as SWM would: the accepted revision of the app onto `clusters`. */
async function decide(name: string, clusters: readonly string[]): Promise<AssignmentPlan> {
  const app = await accepted(name);
  const revision = app.status?.acceptedRevision ?? '';
  const assignments = clusters.map((cluster) => ({ service: 'front', cluster, replicas: 1 }));
  const id = hashOf({ revision, assignments });
  return admin.apply(
    AssignmentPlanResource,
    {
      apiVersion: API_VERSION,
      kind: 'AssignmentPlan',
      metadata: {
        namespace,
        name: planName(name),
        ownerReferences: [
          { apiVersion: API_VERSION, kind: 'CodecoApp', name, uid: app.metadata.uid ?? '', controller: true },
        ],
      },
      spec: {
        decision: aDecision({ id, revision, assignments }),
        attempt: anAttempt({ revision, generation: app.metadata.generation ?? 1 }),
      },
    },
    { fieldManager: 'test', force: true },
  );
}

async function works(): Promise<ManifestWork[]> {
  const selector = `codeco.he-codeco.eu/app-namespace=${namespace}`;
  return admin.list(ManifestWorkResource, { labelSelector: selector });
}

const isBase = ({ metadata }: ManifestWork) => metadata.labels?.['codeco.he-codeco.eu/shard'] === 'base';
const appWorks = async () => (await works()).filter((work) => !isBase(work));

/** Answers a work as its agent would, with its Deployments as given. */
async function answer(
  work: ManifestWork,
  deployment: DeploymentAnswer = {},
  refusal?: string,
): Promise<void> {
  const manifests = (work.spec.workload.manifests ?? []).map(({ kind, metadata }, ordinal) =>
    aManifestStatus(kind, metadata.name, {
      ordinal,
      ...(kind === 'Deployment' ? { deployment, ...(refusal === undefined ? {} : { refusal }) } : {}),
    }),
  );
  const { namespace: cluster = '', name, generation = 1 } = work.metadata;
  const applied = {
    type: 'Applied',
    status: refusal === undefined ? ('True' as const) : ('False' as const),
    reason: 'Played',
    message: '',
    observedGeneration: generation,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await admin.applyStatus(
    ManifestWorkResource,
    {
      apiVersion: work.apiVersion,
      kind: work.kind,
      metadata: { namespace: cluster, name },
      status: { conditions: [applied], resourceStatus: { manifests } },
    } as ManifestWork,
    { fieldManager: 'agent', force: true },
  );
}

/** Waits for the works of the namespace that `wanted` takes, and answers each. */
async function answerAll(wanted: number, list: () => Promise<ManifestWork[]>): Promise<ManifestWork[]> {
  const found = await vi.waitFor(async () => {
    const all = await list();
    expect(all).toHaveLength(wanted);
    return all;
  }, WAIT);
  for (const work of found) await answer(work);
  return found;
}

/** An app of one service that runs on `clusters`. */
async function running(name: string, clusters: readonly string[]): Promise<void> {
  await admin.create(CodecoAppResource, anApp(name));
  await decide(name, clusters);
  await answerAll(clusters.length, async () => (await works()).filter(isBase));
  await answerAll(clusters.length, appWorks);
  await untilCondition(name, 'Ready', { status: 'True' });
}

describe('an app that is valid', () => {
  test('is kept as a revision, lies on the clusters of its plan, and is reported by what they answer', async () => {
    await startAcm();
    await admin.create(CodecoAppResource, anApp('web'));
    await decide('web', ['east', 'west']);
    const bases = await answerAll(2, async () => (await works()).filter(isBase));
    expect(bases.map(({ metadata }) => metadata.namespace).sort()).toEqual(['east', 'west']);
    const written = await answerAll(2, appWorks);
    expect(written.map(({ spec }) => spec.executor?.subject.serviceAccount)).toEqual(
      ['east', 'west'].map(() => ({ namespace, name: 'codeco-executor' })),
    );
    await untilCondition('web', 'Ready', { status: 'True' });
    const app = await getApp('web');
    expect((await revisions()).map(({ metadata }) => metadata.name)).toEqual([app.status?.acceptedRevision]);
    expect(app.status).toMatchObject({ status: 'OK', summary: { services: '1/1', clusters: 2 } });
    await vi.waitFor(async () => {
      const { status } = await admin.get(AssignmentPlanResource, key(planName('web')));
      expect(status).toMatchObject({
        phase: 'Running',
        running: [
          { service: 'front', cluster: 'east', replicas: 1, ready: 1 },
          { service: 'front', cluster: 'west', replicas: 1, ready: 1 },
        ],
      });
    }, WAIT);
  });

  test('has no work on a cluster before the base work there is applied', async () => {
    await startAcm();
    await admin.create(CodecoAppResource, anApp('web'));
    await decide('web', ['east']);
    await untilCondition('web', 'Distributed', { reason: 'WaitingForNamespace' });
    expect(await appWorks()).toEqual([]);
  });

  test('leaves a cluster that its plan no longer names', async () => {
    await startAcm();
    await running('web', ['east']);
    await decide('web', ['west']);
    await vi.waitFor(async () => {
      const west = (await works()).filter((work) => isBase(work) && work.metadata.namespace === 'west');
      expect(west).toHaveLength(1);
      await answer(west[0]!);
    }, WAIT);
    await vi.waitFor(async () => {
      expect((await appWorks()).map(({ metadata }) => metadata.namespace)).toEqual(['west']);
    }, WAIT);
  });
});

test('an app of a namespace with a long name goes on when its base work is applied', async () => {
  namespace = `a-name-that-leaves-no-room-for-anything-before-or-after-it-${count}`;
  await createNamespace(namespace);
  await startAcm();
  await running('web', ['east']);
});

test('a ConfigMap that an app refers to goes along with it, follows its changes, and is told when it is missing', async () => {
  await startAcm();
  const containers = [{ name: 'c', image: 'web:1', envFrom: [{ configMapRef: { name: 'settings' } }] }];
  await admin.create(CodecoAppResource, anApp('web', withPod({ containers })));
  await decide('web', ['east']);
  await answerAll(1, async () => (await works()).filter(isBase));
  await untilCondition('web', 'Distributed', {
    reason: 'NotRendered',
    message: expect.stringContaining('ConfigMap settings does not exist'),
  });
  const settings = (level: string): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: 'settings' },
    data: { level },
  });
  const carried = async () =>
    (await appWorks())[0]?.spec.workload.manifests?.find(({ kind }) => kind === 'ConfigMap');
  await admin.create(ConfigMapResource, settings('info'));
  await vi.waitFor(async () => expect(await carried()).toMatchObject({ data: { level: 'info' } }), WAIT);
  await admin.apply(ConfigMapResource, settings('debug'), { fieldManager: 'test', force: true });
  await vi.waitFor(async () => expect(await carried()).toMatchObject({ data: { level: 'debug' } }), WAIT);
});

test('fields that kubectl sent unvalidated and the server pruned are told with path and nearest name, and no longer once they are right', async () => {
  await startAcm();
  const apply = (field: string) => {
    const spec = withPod({ containers: [{ name: 'c', [field]: 'web:1' }] });
    execFileSync(
      federation.binaries.kubectl,
      ['--kubeconfig', federation.hub.adminKubeconfig, 'apply', '--validate=false', '-f', '-'],
      { input: JSON.stringify(anApp('web', spec)), stdio: ['pipe', 'ignore', 'pipe'] },
    );
  };
  apply('imagee');
  await untilCondition('web', 'FieldsIgnored', {
    status: 'True',
    message: expect.stringContaining(
      'spec.codecoapp-msspec[0].podspec.containers[0].imagee (did you mean image?)',
    ),
  });
  apply('image');
  await vi.waitFor(async () => {
    const { status, metadata } = await getApp('web');
    expect(status?.observedGeneration).toBe(metadata.generation);
    expect(findCondition(status?.conditions, 'FieldsIgnored')).toBeUndefined();
  }, WAIT);
});

describe('a bad edit', () => {
  test('changes nothing that runs, also when the work is deleted by hand and ACM is restarted', async () => {
    await startAcm();
    await running('web', ['east']);
    const [before] = await appWorks();
    const app = await getApp('web');
    const bad = model('web:2');
    bad.performanceProfile = 'Grenness';
    await admin.update(CodecoAppResource, { ...app, spec: bad });
    await untilCondition('web', 'ModelValid', {
      status: 'False',
      message: expect.stringContaining('spec.performanceProfile: Grenness: no such profile'),
    });
    await stopAcm();
    await admin.delete(ManifestWorkResource, { namespace: 'east', name: before!.metadata.name });
    await startAcm();
    await vi.waitFor(async () => {
      const [after] = await appWorks();
      expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
      expect(after?.spec).toEqual(before?.spec);
      expect(after?.metadata.name).toBe(before?.metadata.name);
    }, WAIT);
  });

  test('of a Pod is judged by the API server, by Pod Security level', async () => {
    await startAcm();
    await admin.create(CodecoAppResource, anApp('web', withPod({ hostNetwork: true })));
    await untilCondition('web', 'ModelValid', {
      status: 'False',
      message: expect.stringContaining(
        'spec.codecoapp-msspec[0].podspec: refused by Pod Security level baseline',
      ),
    });
    expect(await revisions()).toEqual([]);
  });

  test('of a name that an older app has is right once that app is gone', async () => {
    await startAcm();
    const spec = { ...model(), appName: 'web' };
    await admin.create(CodecoAppResource, anApp('older', spec));
    await accepted('older');
    // Names decide by creation time in seconds, then by uid: only the loser is of interest.
    await admin.create(CodecoAppResource, anApp('younger', spec));
    const refused = await vi.waitFor(async () => {
      const apps = await admin.list(CodecoAppResource, { namespace });
      const bad = apps.filter(
        ({ status }) => findCondition(status?.conditions, 'ModelValid')?.status === 'False',
      );
      expect(bad).toHaveLength(1);
      return bad[0]!.metadata.name;
    }, WAIT);
    await admin.delete(CodecoAppResource, key(refused === 'older' ? 'younger' : 'older'));
    await untilCondition(refused, 'ModelValid', { status: 'True' });
  });
});

describe('a work that somebody changes', () => {
  const changes: [string, (work: ManifestWork) => void][] = [
    [
      'a value',
      (work) =>
        ((work.spec.workload.manifests![0] as unknown as { spec: { replicas: number } }).spec.replicas = 7),
    ],
    [
      'a field of somebody else',
      (work) =>
        ((work.spec.deleteOption as Record<string, unknown>)['selectivelyOrphans'] = { orphaningRules: [] }),
    ],
    ['its labels', (work) => (work.metadata.labels = {})],
    ['its executor away', (work) => delete work.spec.executor],
  ];
  test.each(changes)('by %s is put right', async (_, change) => {
    await startAcm();
    await running('web', ['east']);
    const [before] = await appWorks();
    const edited = structuredClone(before!);
    change(edited);
    await admin.update(ManifestWorkResource, edited, { fieldManager: 'somebody' });
    await vi.waitFor(async () => {
      const [after] = await appWorks();
      expect(after?.spec).toEqual(before?.spec);
      expect(after?.metadata.labels).toEqual(before?.metadata.labels);
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
    }, WAIT);
    await untilCondition('web', 'Distributed', { status: expect.stringMatching(/True|False/) });
    const [after] = await appWorks();
    await answer(after!);
    await untilCondition('web', 'Ready', { status: 'True' });
  });
});

describe('what a work agent answers', () => {
  test.each([
    [
      'FieldConflict',
      'Failed to apply manifest: Apply failed with 1 conflict: conflict with "hpa" using apps/v1: .spec.replicas',
      'field .spec.replicas belongs to hpa',
    ],
    [
      'ExecutorRefused',
      'Failed to apply manifest: not allowed to apply the resource apps deployments, shop web, will try again in 1m0s',
      'the agent tries again every minute',
    ],
  ])('is told as %s, with the next step', async (reason, refusal, words) => {
    await startAcm();
    await running('web', ['east']);
    const [work] = await appWorks();
    await answer(work!, {}, refusal);
    await untilCondition('web', 'Distributed', {
      status: 'False',
      reason,
      message: expect.stringContaining(words),
    });
    await untilCondition('web', 'Available', { status: 'True' });
  });

  test('about a Deployment past its progress deadline is told with the command to look further', async () => {
    await startAcm();
    await running('web', ['east']);
    const [work] = await appWorks();
    await answer(work!, { ready: 0, progressing: 'ProgressDeadlineExceeded' });
    await untilCondition('web', 'Available', {
      status: 'False',
      message: expect.stringContaining(
        `front: 0 of 1 ready on east for 5 min; the cluster does not report why until the agent is installed (kubectl --context east describe deployment -n ${namespace} web-front)`,
      ),
    });
  });
});

describe('Pods that cannot be judged, because', () => {
  const RESTRICTED = { namespace: '', name: 'codeco-podsecurity-restricted' };

  /** Waits for the condition that says why, breaks nothing else, and is gone once it is mended. */
  async function mended(why: string, mend: () => Promise<unknown>): Promise<void> {
    await admin.create(FederationPolicyResource, aPolicy({ podSecurity: 'restricted' }));
    await startAcm();
    const secure = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true };
    const securityContext = { ...secure, seccompProfile: { type: 'RuntimeDefault' } };
    const containers = [{ name: 'c', image: 'web:1', securityContext, ports: [{ containerPort: 80 }] }];
    await admin.create(CodecoAppResource, anApp('web', withPod({ containers })));
    await untilCondition('web', 'ModelValid', {
      status: 'Unknown',
      reason: 'PodCheckUnavailable',
      message: expect.stringContaining(why),
    });
    await untilCondition('web', 'ModelValid', {
      message: expect.stringContaining('kubectl create namespace codeco-podsecurity-restricted'),
    });
    await mend();
    await untilCondition('web', 'ModelValid', { status: 'True' });
  }

  test('the namespace of their level is missing, are told so, and are judged once the commands have run', async () => {
    const at = { namespace: RESTRICTED.name, name: 'codeco-acm-podcheck' };
    const { metadata: _, ...binding } = await admin.get(RoleBindingResource, at);
    await admin.delete(NamespaceResource, RESTRICTED);
    await vi.waitFor(
      () => expect(admin.get(NamespaceResource, RESTRICTED)).rejects.toMatchObject({ code: 'NotFound' }),
      WAIT,
    );
    await mended('does not exist on the hub', async () => {
      await createNamespace(RESTRICTED.name);
      await admin.create(RoleBindingResource, { ...binding, metadata: at });
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await admin.mergePatch(NamespaceResource, RESTRICTED, { metadata: { labels } });
    });
  });

  test('ACM may not try Pods there, are no fault of the model', async () => {
    const at = { namespace: RESTRICTED.name, name: 'codeco-acm-podcheck' };
    const { metadata: _, ...binding } = await admin.get(RoleBindingResource, at);
    await admin.delete(RoleBindingResource, at);
    await mended('cannot create resource', async () => {
      await admin.create(RoleBindingResource, { ...binding, metadata: at });
      // Rights show in no cache: the next edit, or half a minute, makes ACM try again.
      const app = await getApp('web');
      const edited = structuredClone(app.spec);
      edited['codecoapp-msspec'][0]!.replicas = 2;
      await admin.update(CodecoAppResource, { ...app, spec: edited });
    });
  });
});

describe('what an administrator states', () => {
  test('about clusters is answered with the clusters it takes and with whom it disagrees', async () => {
    await startAcm();
    const capability = (name: string, zone: string): ClusterCapability => ({
      apiVersion: API_VERSION,
      kind: 'ClusterCapability',
      metadata: { name },
      spec: { select: { names: ['east'] }, zone },
    });
    await admin.create(ClusterCapabilityResource, capability('first', 'z1'));
    const statusOf = async (name: string) =>
      (await admin.get(ClusterCapabilityResource, { namespace: '', name })).status;
    await vi.waitFor(async () => {
      expect(await statusOf('first')).toMatchObject({ matched: 1, clusters: ['east'] });
    }, WAIT);
    await admin.create(ClusterCapabilityResource, capability('second', 'z2'));
    await vi.waitFor(async () => {
      for (const name of ['first', 'second']) {
        const conflict = findCondition((await statusOf(name))?.conditions, 'Conflict');
        expect(conflict).toMatchObject({ status: 'True', reason: 'EquallySpecific' });
      }
    }, WAIT);
    await admin.delete(ClusterCapabilityResource, { namespace: '', name: 'second' });
    await vi.waitFor(async () => {
      const conflict = findCondition((await statusOf('first'))?.conditions, 'Conflict');
      expect(conflict?.status).toBe('False');
    }, WAIT);
    await admin.delete(ClusterCapabilityResource, { namespace: '', name: 'first' });
  });

  test('about namespaces is answered with the namespaces, the sets granted, and what overrules it', async () => {
    await startAcm();
    await admin.create(
      FederationPolicyResource,
      aPolicy({ clusterSets: ['local', 'locall'], connectivity: 'Assumed' }),
    );
    const status = async () =>
      (await admin.get(FederationPolicyResource, { namespace: '', name: namespace })).status;
    await vi.waitFor(async () => {
      expect(await status()).toMatchObject({
        namespaces: { selected: 1, names: [namespace] },
        clusterSets: [{ name: 'local' }],
      });
      expect(findCondition((await status())?.conditions, 'SetsExist')?.message).toContain(
        'locall does not exist; did you mean local?',
      );
    }, WAIT);
    const strict = aPolicy({ connectivity: 'None' }, `${namespace}-strict`);
    await admin.create(FederationPolicyResource, strict);
    await vi.waitFor(async () => {
      expect(findCondition((await status())?.conditions, 'Overruled')?.message).toContain(
        'connectivity Assumed gives way to None',
      );
    }, WAIT);
  });
});

test('an app that runs where a policy no longer allows it is Degraded, stays, and is told cluster and rule', async () => {
  await startAcm();
  await admin.create(FederationPolicyResource, aPolicy({ clusterSets: ['global'] }));
  await running('web', ['east']);
  const [before] = await appWorks();
  const denial = aPolicy({ deny: { clusters: ['east'] } }, `${namespace}-denial`);
  await admin.create(FederationPolicyResource, denial);
  await untilCondition('web', 'Degraded', {
    status: 'True',
    reason: 'PolicyViolated',
    message: expect.stringContaining(`front on east: denied by FederationPolicy ${namespace}-denial`),
  });
  await untilCondition('web', 'Ready', { status: 'True' });
  const [after] = await appWorks();
  expect(after?.metadata.generation).toBe(before?.metadata.generation);
  await admin.delete(FederationPolicyResource, { namespace: '', name: `${namespace}-denial` });
  await vi.waitFor(async () => {
    expect(findCondition((await getApp('web')).status?.conditions, 'Degraded')).toBeUndefined();
  }, WAIT);
});

test('a namespace that a policy closes takes no app, and one that runs there already stays and is Degraded', async () => {
  await startAcm();
  await running('web', ['east']);
  await admin.create(FederationPolicyResource, aPolicy({ denyNamespaces: [namespace] }));
  await admin.create(CodecoAppResource, anApp('late'));
  await untilCondition('late', 'ModelValid', {
    status: 'False',
    message: expect.stringContaining(`FederationPolicy ${namespace} lets no application run`),
  });
  await untilCondition('web', 'Degraded', {
    status: 'True',
    message: expect.stringContaining('the model that runs is refused now'),
  });
  expect(await appWorks()).toHaveLength(1);
  expect((await getApp('late')).status?.acceptedRevision).toBeUndefined();
});

test('an app that a policy isolates carries its NetworkPolicies to its clusters', async () => {
  await startAcm();
  await running('web', ['east']);
  await admin.create(FederationPolicyResource, aPolicy({ isolation: 'Channels' }));
  await vi.waitFor(async () => {
    const [work] = await appWorks();
    const names = work?.spec.workload.manifests?.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual(['NetworkPolicy isolation-web', 'Deployment web-front']);
  }, WAIT);
});

test('an app that leaves no room for a status is told so by an Event, and not tried again for ever', async () => {
  const app = anApp('huge');
  const containers = (length: number) => [
    { name: 'c', image: 'web:1', env: [{ name: 'TEXT', value: 'x'.repeat(length) }] },
  ];
  const create = (length: number) =>
    admin.create(CodecoAppResource, { ...app, spec: withPod({ containers: containers(length) }) });
  // 2 MB pass the API server, and not etcd.
  await expect(create(2_000_000)).rejects.toMatchObject({ code: 'TooLarge' });
  let length = 1_572_864;
  for (let created = false; !created; length -= 40) {
    created = await create(length).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'TooLarge' });
        return false;
      },
    );
  }
  const { reconciles } = await startAcm();
  await vi.waitFor(async () => {
    const events = await admin.list(EventResource, { namespace });
    expect(events.find(({ reason }) => reason === 'ApplicationTooLarge')?.note).toContain('divide it');
  }, WAIT);
  const settled = await reconciles();
  await untilOthersAreReconciled();
  expect(await reconciles()).toBeLessThan(settled + 10);
  await admin.delete(CodecoAppResource, key('huge'));

  async function untilOthersAreReconciled(): Promise<void> {
    await admin.create(CodecoAppResource, anApp('later'));
    await accepted('later');
  }
});

describe('deleting an app', () => {
  test('waits until its works are gone, and takes the base work along with the last app of the namespace', async () => {
    await startAcm();
    await running('web', ['east']);
    const [work] = await appWorks();
    const at = { namespace: 'east', name: work!.metadata.name };
    await admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: ['test/agent'] } });
    await admin.delete(CodecoAppResource, key('web'));
    await vi.waitFor(async () => {
      const [going] = await appWorks();
      expect(going?.metadata.deletionTimestamp).toBeDefined();
    }, WAIT);
    expect((await getApp('web')).metadata.finalizers).toEqual(['codeco.he-codeco.eu/acm']);
    expect((await works()).filter(isBase)).toHaveLength(1);
    await admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: null } });
    await vi.waitFor(async () => {
      expect(await works()).toEqual([]);
      expect(await admin.list(CodecoAppResource, { namespace })).toEqual([]);
    }, WAIT);
  });

  test('keeps the base work while another app of the namespace is there', async () => {
    await startAcm();
    await running('web', ['east']);
    await admin.create(CodecoAppResource, anApp('other'));
    await decide('other', ['east']);
    await vi.waitFor(async () => expect(await appWorks()).toHaveLength(2), WAIT);
    await admin.delete(CodecoAppResource, key('web'));
    await vi.waitFor(async () => expect(await appWorks()).toHaveLength(1), WAIT);
    await vi.waitFor(
      async () => expect(await admin.list(CodecoAppResource, { namespace })).toHaveLength(1),
      WAIT,
    );
    const [base] = (await works()).filter(isBase);
    expect(base?.metadata.deletionTimestamp).toBeUndefined();
  });

  test('does not wait for a cluster that was given up, leaves its work to OCM, and says so', async () => {
    await startAcm();
    await running('web', ['east']);
    const [work] = await appWorks();
    const at = { namespace: 'east', name: work!.metadata.name };
    await admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: ['test/agent'] } });
    await admin.mergePatch(CodecoAppResource, key('web'), {
      metadata: { annotations: { 'codeco.he-codeco.eu/abandon-clusters': 'east' } },
    });
    await admin.delete(CodecoAppResource, key('web'));
    await vi.waitFor(
      async () => expect(await admin.list(CodecoAppResource, { namespace })).toEqual([]),
      WAIT,
    );
    const left = await admin.get(ManifestWorkResource, at);
    expect(left.metadata).toMatchObject({ finalizers: ['test/agent'] });
    expect(left.metadata.deletionTimestamp).toBeDefined();
    await vi.waitFor(async () => {
      const events = await admin.list(EventResource, { namespace });
      expect(events.find(({ reason }) => reason === 'ClustersLeft')?.note).toContain('east');
    }, WAIT);
    await admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: null } });
  });
});

test('ACM started again over a world that did not change writes nothing', async () => {
  await startAcm();
  await running('web', ['east']);
  await admin.create(CodecoAppResource, anApp('refused', { ...model(), performanceProfile: 'Grenness' }));
  await untilCondition('refused', 'ModelValid', { status: 'False' });
  await admin.create(CodecoAppResource, anApp('host', withPod({ hostNetwork: true })));
  await untilCondition('host', 'ModelValid', { status: 'False', reason: 'PodsRefused' });
  const apps = await admin.list(CodecoAppResource);
  await stopAcm();
  const { writes, reconciles } = await startAcm();
  await vi.waitFor(async () => expect(await reconciles()).toBeGreaterThanOrEqual(apps.length), WAIT);
  // Events are sent beside the reconcilers: a heartbeat of the server later the last one would be out.
  await admin.list(CodecoAppResource);
  expect(writes).toEqual([]);
});

describe('under its own ServiceAccount, ACM', () => {
  test('cannot write the spec of a plan, which is SWM’s, nor update an app', async () => {
    await startAcm();
    await admin.create(CodecoAppResource, anApp('web'));
    const plan = await decide('web', ['east']);
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }) });
    const client = createClient(transport);
    await expect(client.update(AssignmentPlanResource, { ...plan, spec: {} })).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(
      client.mergePatch(AssignmentPlanResource, key(planName('web')), { spec: {} }),
    ).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(client.delete(AssignmentPlanResource, key(planName('web')))).rejects.toMatchObject({
      code: 'Forbidden',
    });
    const app = await getApp('web');
    await expect(client.update(CodecoAppResource, app)).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(client.delete(CodecoAppResource, key('web'))).rejects.toMatchObject({ code: 'Forbidden' });
    transport.close();
  });
});
