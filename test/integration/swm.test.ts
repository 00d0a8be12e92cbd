import { Registry } from 'prom-client';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { serviceAccountKubeconfig } from '../../scripts/local/identities.ts';
import {
  type AssignmentPlan,
  AssignmentPlanResource,
  planName,
} from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import {
  type CodecoApp,
  CodecoAppResource,
  type CodecoAppSpec,
} from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import {
  FederationPolicyResource,
  type FederationPolicySpec,
} from '../../src/api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import { ControllerRevisionResource, EventResource } from '../../src/api/core.ts';
import { hashText } from '../../src/api/hash.ts';
import { ManagedClusterResource } from '../../src/api/ocm/managedcluster.ts';
import { setupSwm } from '../../src/controllers/swm/setup.ts';
import { type Solver, WorkerSolver } from '../../src/controllers/swm/solver.ts';
import { check } from '../../src/engine/check.ts';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { createInformerFactory } from '../../src/kube/informer.ts';
import { EventRecorder } from '../../src/kube/recorder.ts';
import { type RequestSample, Transport } from '../../src/kube/transport.ts';
import { realClock } from '../../src/runtime/realclock.ts';
import { startTestFederation } from '../support/controlplane.ts';
import { aCluster } from '../support/federation.ts';
import { testLogger } from '../support/testlogger.ts';

/** SWM under its own ServiceAccount against a real hub. ACM is played by the test: it accepts revisions. */

let federation: Federation;
let admin: KubeClient;
let kubeconfig: string;
let namespace: string;
let count = 0;

beforeAll(async () => {
  federation = await startTestFederation();
  admin = federation.hub.admin;
  kubeconfig = await serviceAccountKubeconfig(federation.hub, {
    namespace: 'codeco-system',
    name: 'codeco-swm',
  });
  for (const name of ['cloud', 'edge']) await createCluster(name);
});

afterAll(() => federation?.stop());

beforeEach(async () => {
  count += 1;
  namespace = `shop-${count}`;
  await federation.bind(namespace);
});

async function createCluster(name: string): Promise<void> {
  const cluster = aCluster(name);
  cluster.metadata.labels = { 'cluster.open-cluster-management.io/clusterset': 'local' };
  cluster.status = { ...cluster.status, allocatable: { cpu: '1000', memory: '1Ti', pods: '10000' } };
  await admin.create(ManagedClusterResource, cluster);
  await admin.applyStatus(ManagedClusterResource, cluster, { fieldManager: 'test', force: true });
}

/** Applies an app as a user would, and accepts its model as ACM would. */
async function acceptedApp(name: string, cpu = '100m', changes: Partial<CodecoAppSpec> = {}): Promise<void> {
  const model = {
    ...changes,
    'codecoapp-msspec': [
      {
        serviceName: 'front',
        podspec: { containers: [{ name: 'c', image: 'web:1', resources: { requests: { cpu } } }] },
      },
    ],
  };
  const app = await admin.apply(
    CodecoAppResource,
    { apiVersion: API_VERSION, kind: 'CodecoApp', metadata: { namespace, name }, spec: model },
    { fieldManager: 'test', force: true },
  );
  const generation = app.metadata.generation ?? 0;
  const revision = `${name}-${hashText(cpu, 8)}`;
  const owner = { apiVersion: API_VERSION, kind: 'CodecoApp', name, uid: app.metadata.uid ?? '' };
  await admin.apply(
    ControllerRevisionResource,
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        namespace,
        name: revision,
        labels: { 'app.kubernetes.io/managed-by': 'codeco' },
        ownerReferences: [owner],
      },
      revision: generation,
      data: { spec: model, generation },
    },
    { fieldManager: 'test', force: true },
  );
  await admin.applyStatus(
    CodecoAppResource,
    {
      apiVersion: API_VERSION,
      kind: 'CodecoApp',
      metadata: { namespace, name },
      status: { acceptedRevision: revision, acceptedGeneration: generation },
    } as CodecoApp,
    { fieldManager: 'test', force: true },
  );
}

const getPlan = (app: string) => admin.get(AssignmentPlanResource, { namespace, name: planName(app) });
const plans = () => admin.list(AssignmentPlanResource, { namespace });

function untilPlan(app: string, holds: (plan: AssignmentPlan) => void): Promise<void> {
  return vi.waitFor(async () => holds(await getPlan(app)), { timeout: 20_000, interval: 50 });
}

let stopSwm: () => Promise<void> = async () => undefined;

/**
 * Starts SWM; resolves when its caches are synced. `writes` is all that it sends, Events included; `steps` is
 * what it does, in order.
 */
async function startSwm(): Promise<{
  registry: Registry;
  writes: RequestSample[];
  steps: string[];
  written: number[];
}> {
  const writes: RequestSample[] = [];
  const steps: string[] = [];
  const written: number[] = [];
  const worker = new WorkerSolver();
  const solver: Solver = {
    solve: (...question) => {
      steps.push('solve');
      return worker.solve(...question);
    },
    close: () => worker.close(),
  };
  const log = testLogger();
  const registry = new Registry();
  const transport = new Transport({
    endpoint: loadEndpoint({ kubeconfig }),
    qps: 500,
    burst: 1000,
    observe: (sample) => {
      if (['get', 'list', 'watch'].includes(sample.verb)) return;
      writes.push(sample);
      if (sample.code === '201') written.push(performance.now());
      // A plan that exists is updated; events are created.
      if (sample.verb === 'update') steps.push('write');
    },
  });
  const client = createClient(transport);
  const informers = createInformerFactory({ transport, log });
  const controllers = setupSwm({
    client,
    informers,
    recorder: new EventRecorder({ client, log, controller: 'codeco-swm' }),
    clock: realClock,
    log,
    registry,
    solver,
    referee: check,
    options: {
      topologyNamespaces: ['codeco-system'],
      workBudget: 500_000,
      deadlineMs: 10_000,
      seed: 1,
      clusterGraceMs: 2_000,
      improveEveryMs: 500,
    },
  });
  const stop = new AbortController();
  const running = informers.start(stop.signal);
  await informers.waitForSync(stop.signal);
  const working = controllers.map((controller) => controller.run(stop.signal));
  stopSwm = async () => {
    stop.abort(new Error('the test has ended'));
    await Promise.all([running, ...working]);
    await solver.close();
    transport.close();
  };
  return { registry, writes, steps, written };
}

afterEach(async () => {
  await stopSwm();
  stopSwm = async () => undefined;
});

async function rounds(registry: Registry): Promise<number> {
  const metric = await registry.getSingleMetric('codeco_swm_round_seconds')?.get();
  const sum = metric?.values.find(
    (value) => 'metricName' in value && String(value.metricName).endsWith('_count'),
  );
  return sum?.value ?? 0;
}

test('an accepted revision gets a plan that its app owns', async () => {
  await startSwm();
  await acceptedApp('web');
  await untilPlan('web', ({ spec, metadata }) => {
    expect(spec.decision?.assignments).toEqual([{ service: 'front', cluster: 'cloud', replicas: 1 }]);
    expect(spec.attempt).toMatchObject({ verdict: 'Placed', revision: spec.decision?.revision });
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'CodecoApp', name: 'web', controller: true }]);
  });
  await vi.waitFor(async () => {
    const events = await admin.list(EventResource, { namespace });
    expect(events).toMatchObject([
      {
        reason: 'Placed',
        regarding: { kind: 'CodecoApp', name: 'web' },
        note: expect.stringContaining('cloud'),
      },
    ]);
  });
});

test('an edit keeps the place where the app runs, and one that cannot be placed leaves the decision', async () => {
  await startSwm();
  await acceptedApp('web');
  await untilPlan('web', ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  await acceptedApp('web', '200m');
  await untilPlan('web', ({ spec }) => expect(spec.decision?.revision).toBe(`web-${hashText('200m', 8)}`));
  const { decision } = (await getPlan('web')).spec;
  await acceptedApp('web', '5k');
  await untilPlan('web', ({ spec }) => expect(spec.attempt?.verdict).toBe('Infeasible'));
  expect((await getPlan('web')).spec.decision).toEqual(decision);
});

test('an app whose cluster ends is placed elsewhere', async () => {
  await createCluster('a-short-lived');
  await startSwm();
  await acceptedApp('web');
  await untilPlan('web', ({ spec }) => expect(spec.decision?.assignments[0]?.cluster).toBe('a-short-lived'));
  await admin.delete(ManagedClusterResource, { namespace: '', name: 'a-short-lived' });
  await untilPlan('web', ({ spec }) => {
    expect(spec.decision?.assignments[0]?.cluster).toBe('cloud');
    expect(spec.decision?.cause).toBe('cluster a-short-lived is gone');
  });
});

/** Plays ACM: what was decided runs, with all replicas ready. */
async function runsAsDecided(name: string): Promise<void> {
  const { decision } = (await getPlan(name)).spec;
  const running = (decision?.assignments ?? []).map(({ service, cluster, replicas }) => ({
    service,
    cluster,
    replicas,
    ready: replicas,
    decision: decision?.id ?? '',
  }));
  await admin.applyStatus(
    AssignmentPlanResource,
    {
      apiVersion: API_VERSION,
      kind: 'AssignmentPlan',
      metadata: { namespace, name: planName(name) },
      status: { phase: 'Running', running },
    } as AssignmentPlan,
    { fieldManager: 'test', force: true },
  );
}

async function createPolicy(spec: FederationPolicySpec): Promise<void> {
  const name = `policy-${namespace}`;
  await admin.apply(
    FederationPolicyResource,
    {
      apiVersion: API_VERSION,
      kind: 'FederationPolicy',
      metadata: { name },
      spec: { namespaces: { names: [namespace] }, ...spec },
    },
    { fieldManager: 'test', force: true },
  );
  onTestFinished(async () => {
    await admin.delete(FederationPolicyResource, { namespace: '', name });
  });
}

const clusterOf = ({ spec }: AssignmentPlan) => spec.decision?.assignments[0]?.cluster;

describe('an app of medium tolerance whose cluster is lost', () => {
  /** Places `web` on a cluster of its own; resolves when its fallback plan is stored. */
  async function placedWithFallback(): Promise<string> {
    const lost = `a-lost-${count}`;
    await createCluster(lost);
    await acceptedApp('web', '100m', { appFailureTolerance: 'Medium' });
    await untilPlan('web', ({ spec }) => {
      expect(spec.decision?.fallbacks).toMatchObject([{ lostCluster: lost }]);
      expect(spec.decision?.evidence.survival).toMatchObject({
        tolerance: 'Medium',
        losses: [{ cluster: lost, outcome: 'Fallback' }],
      });
    });
    return lost;
  }

  test('goes where its stored fallback plan says, with no solve in between', async () => {
    const { steps } = await startSwm();
    const lost = await placedWithFallback();
    const { decision } = (await getPlan('web')).spec;
    steps.length = 0;
    const began = performance.now();
    await admin.delete(ManagedClusterResource, { namespace: '', name: lost });
    await vi.waitFor(() => expect(steps).toContain('write'), { timeout: 20_000, interval: 1 });
    const ms = Math.round(performance.now() - began);
    console.log(`from the request to delete the ManagedCluster to the plan written: ${ms} ms`);
    expect(steps[0]).toBe('write');
    expect(ms).toBeLessThan(2_000);
    await untilPlan('web', ({ spec }) => {
      expect(spec.decision).toMatchObject({
        cause: `cluster ${lost} is gone: its fallback plan`,
        assignments: decision?.fallbacks?.[0]?.assignments,
        evidence: { engine: 'given/1', work: 0 },
        movedAt: expect.any(String),
      });
      // Solved afterwards: the plan for the next loss.
      expect(spec.decision?.fallbacks).toMatchObject([
        { lostCluster: clusterOf({ spec } as AssignmentPlan) },
      ]);
    });
    expect(steps.indexOf('write')).toBeLessThan(steps.indexOf('solve'));
  });

  test('is left alone while the cluster is merely silent, and moved when the grace is over', async () => {
    await startSwm();
    const lost = await placedWithFallback();
    onTestFinished(async () => {
      await admin.delete(ManagedClusterResource, { namespace: '', name: lost });
    });
    const cluster = aCluster(lost, { available: false });
    const silence = (lastTransitionTime: string) => {
      for (const condition of cluster.status?.conditions ?? [])
        condition.lastTransitionTime = lastTransitionTime;
      const { allocatable: _, ...status } = cluster.status ?? {};
      return admin.applyStatus(
        ManagedClusterResource,
        { ...cluster, status },
        { fieldManager: 'registration', force: true },
      );
    };
    await silence(new Date(Date.now() + 600_000).toISOString().replace(/\.\d+/, ''));
    await acceptedApp('later');
    await untilPlan('later', (plan) => expect(clusterOf(plan)).not.toBe(lost));
    expect(clusterOf(await getPlan('web'))).toBe(lost);
    await silence(new Date(Date.now() - 1_000).toISOString().replace(/\.\d+/, ''));
    await untilPlan('web', (plan) => {
      expect(clusterOf(plan)).not.toBe(lost);
      expect(plan.spec.decision?.cause).toMatch(/has not been available for \d+ s: its fallback plan$/);
    });
  });
});

describe('a policy that denies the cluster where an app runs', () => {
  test('moves it only with onViolation Move', async () => {
    const { steps } = await startSwm();
    await acceptedApp('web');
    await untilPlan('web', ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
    await runsAsDecided('web');
    const from = clusterOf(await getPlan('web'));
    const deny = { clusters: [from ?? ''] };
    steps.length = 0;
    await createPolicy({ deny });
    // Another app is decided by the new policy, so SWM has certainly seen it.
    await acceptedApp('later');
    await untilPlan('later', (plan) => expect(clusterOf(plan)).not.toBe(from));
    expect(clusterOf(await getPlan('web'))).toBe(from);
    await createPolicy({ deny, onViolation: 'Move' });
    await untilPlan('web', (plan) => {
      expect(clusterOf(plan)).not.toBe(from);
      expect(plan.spec.decision?.cause).toBe(
        `onViolation Move: front on ${from} (Candidate): denied by FederationPolicy policy-${namespace}`,
      );
    });
  });
});

test('a Gold app without room displaces one of a lower class where policy says so, and both are told', async () => {
  await startSwm();
  await createPolicy({ preemption: 'LowerClass' });
  for (const name of ['low', 'peer']) {
    await acceptedApp(name, '700', { qosClass: name === 'low' ? 'BestEffort' : 'Gold' });
    await untilPlan(name, ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  }
  onTestFinished(async () => {
    for (const name of ['low', 'peer', 'gold']) await admin.delete(CodecoAppResource, { namespace, name });
  });
  await acceptedApp('gold', '700', { qosClass: 'Gold' });
  await untilPlan('gold', ({ spec }) => {
    expect(spec.attempt?.verdict).toBe('Placed');
    expect(spec.attempt?.reason).toContain(`displaces ${namespace}/low (BestEffort)`);
  });
  await untilPlan('low', ({ spec }) => {
    expect(spec.decision?.assignments).toEqual([]);
    expect(spec.attempt?.verdict).toBe('Deferred');
  });
  await vi.waitFor(async () => {
    const events = await admin.list(EventResource, { namespace });
    expect(events).toContainEqual(
      expect.objectContaining({
        reason: 'Displaced',
        note: expect.stringContaining(`displaced by ${namespace}/gold (Gold)`),
      }),
    );
  });
});

test('an app that comes alone has its plan a moment after its revision', async () => {
  const { written } = await startSwm();
  const times: number[] = [];
  for (let index = 0; index < 7; index += 1) {
    written.length = 0;
    await acceptedApp(`alone-${index}`);
    const accepted = performance.now();
    // The plan, then the event about it.
    await vi.waitFor(() => expect(written).toHaveLength(2), { timeout: 20_000, interval: 5 });
    times.push(Math.round(written[0]! - accepted));
  }
  console.log(`from the accepted revision to the plan, ms: ${times.join(', ')}`);
  expect(times.toSorted((a, b) => a - b)[3]).toBeLessThan(300);
});

test('an app that waits for capacity is placed when capacity frees', async () => {
  await startSwm();
  await acceptedApp('big', '700');
  await acceptedApp('huge', '700');
  for (const name of ['big', 'huge']) {
    await untilPlan(name, ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  }
  await acceptedApp('waits', '700');
  await untilPlan('waits', ({ spec }) => {
    expect(spec.attempt?.verdict).toBe('Deferred');
    expect(spec.attempt?.reason).toMatch(
      /Held by shop-\d+\/big \(700 cpu on (cloud|edge)\), shop-\d+\/huge \(700 cpu/,
    );
  });
  const waiting = await getPlan('waits');
  onTestFinished(async () => {
    for (const name of ['huge', 'waits']) await admin.delete(CodecoAppResource, { namespace, name });
  });
  await admin.delete(CodecoAppResource, { namespace, name: 'big' });
  await untilPlan('waits', ({ spec }) => expect(spec.attempt?.verdict).toBe('Placed'));
  expect(waiting.spec.decision).toBeUndefined();
});

describe('200 apps at once, one of them impossible', () => {
  test('make a handful of rounds, and the impossible one changes nothing for the others', async () => {
    const { registry } = await startSwm();
    const names = Array.from({ length: 199 }, (_, index) => `app-${index}`);
    const all = ['impossible', ...names];
    const queue = [...all];
    const lane = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        await acceptedApp(name, name === 'impossible' ? '5k' : '100m');
      }
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    await vi.waitFor(async () => expect(await plans()).toHaveLength(200), { timeout: 30_000, interval: 200 });
    for (const { metadata, spec } of await plans()) {
      const impossible = metadata.name === planName('impossible');
      expect(spec.attempt?.verdict).toBe(impossible ? 'Infeasible' : 'Placed');
    }
    const count = await rounds(registry);
    console.log(`200 apps: ${count} rounds`);
    expect(count).toBeLessThanOrEqual(12);
  });

  test('and SWM started again over them writes nothing', async () => {
    namespace = `shop-${count - 1}`;
    const before = (await plans()).map(({ metadata }) => metadata.resourceVersion);
    const { registry, writes } = await startSwm();
    // The impossible app is solved once more after a start, so one round has certainly ended then.
    await vi.waitFor(async () => expect(await rounds(registry)).toBeGreaterThan(0), { timeout: 20_000 });
    expect(writes).toEqual([]);
    expect((await plans()).map(({ metadata }) => metadata.resourceVersion)).toEqual(before);
  });
});

describe('under its own ServiceAccount, SWM', () => {
  test('cannot write the status of a plan, which is ACM’s', async () => {
    await startSwm();
    await acceptedApp('web');
    await untilPlan('web', ({ spec }) => expect(spec.decision).toBeDefined());
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }) });
    const client = createClient(transport);
    const plan = await getPlan('web');
    const forged = { ...plan, status: { observedDecision: 'forged' } };
    await expect(client.updateStatus(AssignmentPlanResource, forged)).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(
      client.applyStatus(
        AssignmentPlanResource,
        { ...forged, metadata: { namespace, name: planName('web') } },
        { fieldManager: 'x' },
      ),
    ).rejects.toMatchObject({ code: 'Forbidden' });
    // By the main resource the server drops what is written to status.
    expect((await client.update(AssignmentPlanResource, forged)).status).toBeUndefined();
    await expect(
      client.delete(AssignmentPlanResource, { namespace, name: planName('web') }),
    ).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(client.get(CodecoAppResource, { namespace, name: 'web' })).resolves.toBeDefined();
    await expect(
      client.mergePatch(CodecoAppResource, { namespace, name: 'web' }, { spec: { suspend: true } }),
    ).rejects.toMatchObject({ code: 'Forbidden' });
    transport.close();
  });

  test('is refused with a decision that was made on an older state of the plan', async () => {
    await startSwm();
    await acceptedApp('web');
    await untilPlan('web', ({ spec }) => expect(spec.decision).toBeDefined());
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }) });
    const client = createClient(transport);
    const old = await getPlan('web');
    await admin.applyStatus(
      AssignmentPlanResource,
      {
        apiVersion: API_VERSION,
        kind: 'AssignmentPlan',
        metadata: { namespace, name: planName('web') },
        status: { phase: 'Running' },
      } as AssignmentPlan,
      { fieldManager: 'test' },
    );
    await expect(client.update(AssignmentPlanResource, { ...old, spec: {} })).rejects.toMatchObject({
      code: 'Conflict',
    });
    await expect(
      client.create(AssignmentPlanResource, { ...old, metadata: { namespace, name: planName('web') } }),
    ).rejects.toMatchObject({ code: 'AlreadyExists' });
    transport.close();
  });
});
