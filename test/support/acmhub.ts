import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { serviceAccountKubeconfig } from '../../scripts/local/identities.ts';
import {
  type AssignmentPlan,
  AssignmentPlanResource,
  planName,
} from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import type {
  FederationPolicy,
  FederationPolicySpec,
} from '../../src/api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../src/api/conditions.ts';
import {
  type ControllerRevision,
  ControllerRevisionResource,
  NamespaceResource,
} from '../../src/api/core.ts';
import { hashOf } from '../../src/api/hash.ts';
import type { ObjectKey } from '../../src/api/meta.ts';
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
import { aDecision, aModel, anAttempt, aService } from './appstate.ts';
import { startTestFederation } from './controlplane.ts';
import { aCluster } from './federation.ts';
import { testLogger } from './testlogger.ts';
import { aManifestStatus, type DeploymentAnswer } from './works.ts';

export const WAIT = { timeout: 20_000, interval: 50 };

export interface RunningAcm {
  /** All that it sends, Events included. */
  writes: RequestSample[];
  /** Reconciles that have ended. */
  reconciles(): Promise<number>;
}

/** An app of one service. */
export function model(image = 'web:1'): CodecoApp['spec'] {
  const podspec = { containers: [{ name: 'c', image, ports: [{ containerPort: 80 }] }] };
  return aModel({ 'codecoapp-msspec': [aService({ podspec })] });
}

/** The model with fields added to the Pod of its service. */
export function withPod(fields: Record<string, unknown>): CodecoApp['spec'] {
  const spec = model();
  Object.assign(spec['codecoapp-msspec'][0]!.podspec, fields);
  return spec;
}

export function isBase({ metadata }: ManifestWork): boolean {
  return metadata.labels?.['codeco.he-codeco.eu/shard'] === 'base';
}

/**
 * A hub with the clusters `east` and `west`, and ACM under its own ServiceAccount. SWM and the work agents are
 * played by the test. Each test has a namespace of its own.
 */
export class AcmHub {
  namespace = '';
  /** Tests begun so far. */
  count = 0;
  kubeconfig = '';
  #federation: Federation | undefined;
  #stop: () => Promise<void> = async () => undefined;

  /** To be called once in a file, outside of its tests. */
  static forFile(): AcmHub {
    const hub = new AcmHub();
    beforeAll(async () => {
      hub.#federation = await startTestFederation();
      const account = { namespace: 'codeco-system', name: 'codeco-acm' };
      hub.kubeconfig = await serviceAccountKubeconfig(hub.federation.hub, account);
      for (const name of ['east', 'west']) {
        await hub.admin.create(ManagedClusterResource, aCluster(name));
        await hub.createNamespace(name);
      }
    });
    afterAll(() => hub.#federation?.stop());
    beforeEach(async () => {
      hub.count += 1;
      hub.namespace = `shop-${hub.count}`;
      await hub.createNamespace(hub.namespace);
    });
    afterEach(() => hub.stopAcm());
    return hub;
  }

  get federation(): Federation {
    if (this.#federation === undefined) throw new Error('the hub is not there yet');
    return this.#federation;
  }

  get admin(): KubeClient {
    return this.federation.hub.admin;
  }

  async createNamespace(name: string): Promise<void> {
    await this.admin.create(NamespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** Starts ACM; resolves when its caches are synced. */
  async startAcm(): Promise<RunningAcm> {
    const writes: RequestSample[] = [];
    const log = testLogger();
    const transport = new Transport({
      endpoint: loadEndpoint({ kubeconfig: this.kubeconfig }),
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
    this.#stop = async () => {
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

  /** Does nothing where none runs. */
  async stopAcm(): Promise<void> {
    const stop = this.#stop;
    this.#stop = async () => undefined;
    await stop();
  }

  key(name: string): ObjectKey {
    return { namespace: this.namespace, name };
  }

  getApp(name: string): Promise<CodecoApp> {
    return this.admin.get(CodecoAppResource, this.key(name));
  }

  revisions(): Promise<ControllerRevision[]> {
    return this.admin.list(ControllerRevisionResource, { namespace: this.namespace });
  }

  anApp(name: string, spec: CodecoApp['spec'] = model()): CodecoApp {
    return { apiVersion: API_VERSION, kind: 'CodecoApp', metadata: this.key(name), spec };
  }

  /** A policy on the namespace of the test. */
  aPolicy(spec: FederationPolicySpec, name = this.namespace): FederationPolicy {
    return {
      apiVersion: API_VERSION,
      kind: 'FederationPolicy',
      metadata: { name },
      spec: { namespaces: { names: [this.namespace] }, ...spec },
    };
  }

  accepted(name: string): Promise<CodecoApp> {
    return vi.waitFor(async () => {
      const app = await this.getApp(name);
      expect(app.status?.acceptedGeneration).toBe(app.metadata.generation);
      return app;
    }, WAIT);
  }

  async untilCondition(name: string, type: string, expected: object): Promise<void> {
    await vi.waitFor(async () => {
      expect(findCondition((await this.getApp(name)).status?.conditions, type)).toMatchObject(expected);
    }, WAIT);
  }

  /** Decides as SWM would: the accepted revision of the app onto `clusters`. */
  async decide(name: string, clusters: readonly string[]): Promise<AssignmentPlan> {
    const app = await this.accepted(name);
    const revision = app.status?.acceptedRevision ?? '';
    const assignments = clusters.map((cluster) => ({ service: 'front', cluster, replicas: 1 }));
    const id = hashOf({ revision, assignments });
    const uid = app.metadata.uid ?? '';
    return this.admin.apply(
      AssignmentPlanResource,
      {
        apiVersion: API_VERSION,
        kind: 'AssignmentPlan',
        metadata: {
          ...this.key(planName(name)),
          ownerReferences: [{ apiVersion: API_VERSION, kind: 'CodecoApp', name, uid, controller: true }],
        },
        spec: {
          decision: aDecision({ id, revision, assignments }),
          attempt: anAttempt({ revision, generation: app.metadata.generation ?? 1 }),
        },
      },
      { fieldManager: 'test', force: true },
    );
  }

  works(): Promise<ManifestWork[]> {
    const labelSelector = `codeco.he-codeco.eu/app-namespace=${this.namespace}`;
    return this.admin.list(ManifestWorkResource, { labelSelector });
  }

  async baseWorks(): Promise<ManifestWork[]> {
    return (await this.works()).filter(isBase);
  }

  async appWorks(): Promise<ManifestWork[]> {
    return (await this.works()).filter((work) => !isBase(work));
  }

  /** Answers a work as its agent would, with its Deployments as given. */
  async answer(work: ManifestWork, deployment: DeploymentAnswer = {}, refusal?: string): Promise<void> {
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
    await this.admin.applyStatus(
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

  /** Waits until `list` has so many works, and answers each. */
  async answerAll(wanted: number, list: () => Promise<ManifestWork[]>): Promise<ManifestWork[]> {
    const found = await vi.waitFor(async () => {
      const all = await list();
      expect(all).toHaveLength(wanted);
      return all;
    }, WAIT);
    for (const work of found) await this.answer(work);
    return found;
  }

  /** An app of one service that runs on `clusters`. */
  async running(name: string, clusters: readonly string[]): Promise<void> {
    await this.admin.create(CodecoAppResource, this.anApp(name));
    await this.decide(name, clusters);
    await this.answerAll(clusters.length, () => this.baseWorks());
    await this.answerAll(clusters.length, () => this.appWorks());
    await this.untilCondition(name, 'Ready', { status: 'True' });
  }
}
