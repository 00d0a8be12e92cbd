import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, onTestFinished, vi } from 'vitest';
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
import { ControllerRevisionResource } from '../../src/api/core.ts';
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
import { startTestFederation } from './controlplane.ts';
import { aCluster } from './federation.ts';
import { testLogger } from './testlogger.ts';

const TEST = { fieldManager: 'test', force: true };

/** What a running SWM does. */
export interface RunningSwm {
  registry: Registry;
  /** All that it sends, Events included. */
  writes: RequestSample[];
  /** Solves, and writes of plans that exist, in order. */
  steps: ('solve' | 'write')[];
  /** When it created something, ms. */
  written: number[];
}

/**
 * A hub with the clusters `cloud` and `edge`, and SWM under its own ServiceAccount. ACM is played by the test: it
 * accepts revisions and says what runs. Each test has a namespace of its own.
 */
export class SwmHub {
  namespace = '';
  /** Tests begun so far. */
  count = 0;
  kubeconfig = '';
  #federation: Federation | undefined;
  #stop: () => Promise<void> = async () => undefined;

  /** To be called once in a file, outside of its tests. */
  static forFile(): SwmHub {
    const hub = new SwmHub();
    beforeAll(async () => {
      hub.#federation = await startTestFederation();
      const account = { namespace: 'codeco-system', name: 'codeco-swm' };
      hub.kubeconfig = await serviceAccountKubeconfig(hub.#federation.hub, account);
      for (const name of ['cloud', 'edge']) await hub.createCluster(name);
    });
    afterAll(() => hub.#federation?.stop());
    beforeEach(async () => {
      hub.count += 1;
      hub.namespace = `shop-${hub.count}`;
      await hub.#federation?.bind(hub.namespace);
    });
    afterEach(async () => {
      await hub.#stop();
      hub.#stop = async () => undefined;
    });
    return hub;
  }

  get admin(): KubeClient {
    if (this.#federation === undefined) throw new Error('the hub is not there yet');
    return this.#federation.hub.admin;
  }

  async createCluster(name: string): Promise<void> {
    const cluster = aCluster(name);
    cluster.metadata.labels = { 'cluster.open-cluster-management.io/clusterset': 'local' };
    cluster.status = { ...cluster.status, allocatable: { cpu: '1000', memory: '1Ti', pods: '10000' } };
    await this.admin.create(ManagedClusterResource, cluster);
    await this.admin.applyStatus(ManagedClusterResource, cluster, TEST);
  }

  /** Applies an app as a user would, and accepts its model as ACM would. */
  async acceptedApp(name: string, cpu = '100m', changes: Partial<CodecoAppSpec> = {}): Promise<void> {
    const { admin, namespace } = this;
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
      TEST,
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
      TEST,
    );
    await admin.applyStatus(
      CodecoAppResource,
      {
        apiVersion: API_VERSION,
        kind: 'CodecoApp',
        metadata: { namespace, name },
        status: { acceptedRevision: revision, acceptedGeneration: generation },
      } as CodecoApp,
      TEST,
    );
  }

  plan(app: string): Promise<AssignmentPlan> {
    return this.admin.get(AssignmentPlanResource, { namespace: this.namespace, name: planName(app) });
  }

  plans(): Promise<AssignmentPlan[]> {
    return this.admin.list(AssignmentPlanResource, { namespace: this.namespace });
  }

  untilPlan(app: string, holds: (plan: AssignmentPlan) => void): Promise<void> {
    return vi.waitFor(async () => holds(await this.plan(app)), { timeout: 20_000, interval: 50 });
  }

  /** Plays ACM: what was decided runs, with all replicas ready. */
  async runsAsDecided(name: string): Promise<void> {
    const { decision } = (await this.plan(name)).spec;
    const running = (decision?.assignments ?? []).map(({ service, cluster, replicas }) => ({
      service,
      cluster,
      replicas,
      ready: replicas,
      decision: decision?.id ?? '',
    }));
    await this.admin.applyStatus(
      AssignmentPlanResource,
      {
        apiVersion: API_VERSION,
        kind: 'AssignmentPlan',
        metadata: { namespace: this.namespace, name: planName(name) },
        status: { phase: 'Running', running },
      } as AssignmentPlan,
      TEST,
    );
  }

  /** A policy for the test's namespace alone; it goes with the test. */
  async createPolicy(spec: FederationPolicySpec): Promise<void> {
    const name = `policy-${this.namespace}`;
    await this.admin.apply(
      FederationPolicyResource,
      {
        apiVersion: API_VERSION,
        kind: 'FederationPolicy',
        metadata: { name },
        spec: { namespaces: { names: [this.namespace] }, ...spec },
      },
      TEST,
    );
    onTestFinished(async () => {
      await this.admin.delete(FederationPolicyResource, { namespace: '', name });
    });
  }

  /** Starts SWM for the rest of the test; resolves when its caches are synced. */
  async startSwm(): Promise<RunningSwm> {
    const swm: RunningSwm = { registry: new Registry(), writes: [], steps: [], written: [] };
    const worker = new WorkerSolver();
    const solver: Solver = {
      solve: (...question) => {
        swm.steps.push('solve');
        return worker.solve(...question);
      },
      close: () => worker.close(),
    };
    const log = testLogger();
    const transport = new Transport({
      endpoint: loadEndpoint({ kubeconfig: this.kubeconfig }),
      qps: 500,
      burst: 1000,
      observe: (sample) => {
        if (['get', 'list', 'watch'].includes(sample.verb)) return;
        swm.writes.push(sample);
        if (sample.code === '201') swm.written.push(performance.now());
        // A plan that exists is updated; events are created.
        if (sample.verb === 'update') swm.steps.push('write');
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
      registry: swm.registry,
      solver,
      referee: check,
      options: {
        topologyNamespaces: ['codeco-system'],
        workBudget: 2_000_000_000,
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
    this.#stop = async () => {
      stop.abort(new Error('the test has ended'));
      await Promise.all([running, ...working]);
      await solver.close();
      transport.close();
    };
    return swm;
  }
}
