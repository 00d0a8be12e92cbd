import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { serviceAccountKubeconfig } from '../../scripts/local/identities.ts';
import {
  type AssignmentPlan,
  AssignmentPlanResource,
  planName,
} from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../src/api/conditions.ts';
import { ControllerRevisionResource, EventResource, NamespaceResource } from '../../src/api/core.ts';
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
    const spec = model();
    (spec['codecoapp-msspec'][0]!.podspec as Record<string, unknown>)['hostNetwork'] = true;
    await admin.create(CodecoAppResource, anApp('web', spec));
    await untilCondition('web', 'ModelValid', {
      status: 'False',
      message: expect.stringContaining(
        'spec.codecoapp-msspec[0].podspec: refused by Pod Security level baseline',
      ),
    });
    expect(await revisions()).toEqual([]);
    // Later tests count requests, and its Pod would be tried again.
    await admin.delete(CodecoAppResource, key('web'));
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
