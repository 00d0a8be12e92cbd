import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ControllerProcess } from '../../scripts/local/controllerprocess.ts';
import type { Federation } from '../../scripts/local/federation.ts';
import { serviceAccountKubeconfig } from '../../scripts/local/identities.ts';
import { AssignmentPlanResource } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import {
  type ClusterCapability,
  ClusterCapabilityResource,
} from '../../src/api/codeco/v1alpha1/clustercapability.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { FederationPolicyResource } from '../../src/api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../src/api/conditions.ts';
import {
  ControllerRevisionResource,
  DeploymentResource,
  NamespaceResource,
  PodResource,
} from '../../src/api/core.ts';
import { hashOf } from '../../src/api/hash.ts';
import { type ManifestWork, ManifestWorkResource } from '../../src/api/ocm/manifestwork.ts';
import type { Resource } from '../../src/api/resource.ts';
import { isNotFound } from '../../src/runtime/apierror.ts';
import { smallCluster, startTestFederation } from '../support/controlplane.ts';
import { FaultProxy } from '../support/faultproxy/faultproxy.ts';
import { kubeconfigThrough } from '../support/faultproxy/kubeconfig.ts';

const NAMESPACE = 'spine';
const WAIT = { timeout: 45_000, interval: 200 };
const REST = { timeout: 60_000, interval: 1_000 };

/** The garbage collector learns of kinds that are younger than itself only every half minute. */
const GARBAGE = { timeout: 100_000, interval: 500 };

let federation: Federation;
/** All that the controllers say to the hub passes here, under their own rights. */
let proxy: FaultProxy;
let acm: ControllerProcess;
let swm: ControllerProcess;

beforeAll(async () => {
  federation = await startTestFederation([smallCluster('east'), smallCluster('west')], {
    workAgent: { statusSyncInterval: '1s', qps: 500, burst: 1000 },
  });
  await federation.bind(NAMESPACE);
  proxy = await FaultProxy.start({
    target: federation.hub.url,
    ca: federation.hub.ca.pair.certificate,
  });
  await startControllers();
});

afterAll(async () => {
  await proxy?.stop();
  await federation?.stop();
});

async function startControllers(): Promise<void> {
  [acm, swm] = await Promise.all([startProxied('acm'), startProxied('swm')]);
}

async function startProxied(name: string): Promise<ControllerProcess> {
  const account = { namespace: 'codeco-system', name: `codeco-${name}` };
  const own = await serviceAccountKubeconfig(federation.hub, account);
  const copy = join(federation.folder, `${name}-proxied`);
  return federation.startController(name, [`--kubeconfig=${await kubeconfigThrough(proxy.url, own, copy)}`]);
}

/** A figure of a controller process, summed over its series. */
async function figure({ url }: ControllerProcess, name: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  return lines
    .filter((line) => line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Resolves once both controllers have gone over every object, and rest. */
async function atRest(apps: number): Promise<void> {
  let before: number[] = [];
  await vi.waitFor(async () => {
    const controllers = [acm, swm];
    const read = (name: string) => Promise.all(controllers.map((each) => figure(each, name)));
    const done = await read('controller_runtime_reconcile_total');
    const busy = [...(await read('workqueue_depth')), ...(await read('controller_runtime_active_workers'))];
    const same = done.every((count, at) => count === before[at]);
    before = done;
    expect(busy).toEqual([0, 0, 0, 0]);
    expect(done[0]).toBeGreaterThanOrEqual(apps);
    expect(done[1]).toBeGreaterThanOrEqual(1);
    // Nothing was done since the last look either.
    expect(same).toBe(true);
  }, REST);
}

async function stopControllers(): Promise<string[]> {
  for (const process of [acm, swm]) process.kill('SIGTERM');
  return Promise.all([acm.exited, swm.exited]);
}

function app(name: string, change: (spec: CodecoApp['spec']) => void = () => {}): CodecoApp {
  const container = () => ({
    name: 'main',
    image: 'example/main:1',
    ports: [{ containerPort: 8080 }],
    resources: { requests: { cpu: '100m', memory: '64Mi' } },
  });
  const spec: CodecoApp['spec'] = {
    'codecoapp-msspec': [
      {
        serviceName: 'web',
        podspec: { containers: [container()] },
        serviceChannels: [{ channelName: `${name}-api`, otherService: { serviceName: 'api', port: 8080 } }],
      },
      { serviceName: 'api', replicas: 2, podspec: { containers: [container()] } },
    ],
  };
  change(spec);
  return { apiVersion: API_VERSION, kind: 'CodecoApp', metadata: { name, namespace: NAMESPACE }, spec };
}

/** Edits an app as kubectl edit does: again when its status was written meanwhile. */
async function edit(name: string, change: (spec: CodecoApp['spec']) => void): Promise<void> {
  await vi.waitFor(async () => {
    const current = structuredClone(await get(name));
    change(current.spec);
    await hub().update(CodecoAppResource, current);
  }, WAIT);
}

const hub = () => federation.hub.admin;
const get = (name: string) => hub().get(CodecoAppResource, { namespace: NAMESPACE, name });
const condition = async (name: string, type: string) =>
  findCondition((await get(name)).status?.conditions, type);

async function ready(name: string): Promise<void> {
  await vi.waitFor(
    async () => expect(await condition(name, 'Ready')).toMatchObject({ status: 'True' }),
    WAIT,
  );
}

async function worksOf(name: string): Promise<ManifestWork[]> {
  const { metadata } = await get(name);
  return hub().list(ManifestWorkResource, { labelSelector: `codeco.he-codeco.eu/app-uid=${metadata.uid}` });
}

async function podsOf(group: string): Promise<number> {
  const lists = await Promise.all(
    federation.clusters.map(({ api }) =>
      api.admin.list(PodResource, { namespace: NAMESPACE, labelSelector: `application-group=${group}` }),
    ),
  );
  return lists
    .flat()
    .filter(({ status, metadata }) => status?.phase === 'Running' && !metadata.deletionTimestamp).length;
}

describe('an application applied on the hub', () => {
  it('runs on managed clusters, as Deployments under the names that scripts know', async () => {
    await hub().create(CodecoAppResource, app('shop'));
    await ready('shop');
    expect(await podsOf('shop')).toBe(3);
    const deployments = (
      await Promise.all(
        federation.clusters.map(({ api }) => api.admin.list(DeploymentResource, { namespace: NAMESPACE })),
      )
    ).flat();
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual(['shop-api', 'shop-web']);
    const { status } = await get('shop');
    expect(status).toMatchObject({
      status: 'OK',
      summary: { services: '2/2', edges: '1/1' },
      appMetrics: { numPods: 3 },
    });
  });

  it('keeps running through a bad edit, also when its work is deleted and the controllers are restarted', async () => {
    const before = await worksOf('shop');
    await edit('shop', (spec) => {
      spec['codecoapp-msspec'][0]!.serviceChannels![0]!.otherService.serviceName = 'apii';
    });
    await vi.waitFor(async () => {
      const valid = await condition('shop', 'ModelValid');
      expect(valid?.status).toBe('False');
      expect(valid?.message).toContain(
        'spec.codecoapp-msspec[0].serviceChannels[0].otherService.serviceName: apii',
      );
      expect(valid?.message).toContain('did you mean api?');
    }, WAIT);
    await stopControllers();
    const [work] = before;
    await hub().delete(ManifestWorkResource, {
      namespace: work!.metadata.namespace!,
      name: work!.metadata.name,
    });
    await vi.waitFor(async () => expect(await worksOf('shop')).toEqual([]), WAIT);
    await startControllers();
    await vi.waitFor(async () => expect(await podsOf('shop')).toBe(3), WAIT);
    const after = await worksOf('shop');
    expect(after.map(({ spec }) => hashOf(spec))).toEqual(before.map(({ spec }) => hashOf(spec)));

    await edit('shop', (spec) => {
      spec['codecoapp-msspec'][0]!.serviceChannels![0]!.otherService.serviceName = 'api';
    });
    await ready('shop');
  });

  it('has its work put right when somebody edits it', async () => {
    const [work] = await worksOf('shop');
    await vi.waitFor(async () => {
      const [edited] = await worksOf('shop');
      const deployment = edited!.spec.workload.manifests!.find(
        ({ kind }) => kind === 'Deployment',
      ) as unknown as {
        spec: { replicas: number };
      };
      deployment.spec.replicas = 7;
      await hub().update(ManifestWorkResource, edited!);
    }, WAIT);
    await vi.waitFor(async () => {
      const [now] = await worksOf('shop');
      expect(hashOf(now!.spec)).toBe(hashOf(work!.spec));
    }, WAIT);
  });

  it('is scaled by an edit, without moving what runs', async () => {
    const before = await hub().get(AssignmentPlanResource, {
      namespace: NAMESPACE,
      name: 'shop-assignment-plan',
    });
    await edit('shop', (spec) => {
      spec['codecoapp-msspec'][1]!.replicas = 4;
    });
    await vi.waitFor(async () => expect(await podsOf('shop')).toBe(5), WAIT);
    await ready('shop');
    const after = await hub().get(AssignmentPlanResource, {
      namespace: NAMESPACE,
      name: 'shop-assignment-plan',
    });
    const clusters = (plan: typeof before) =>
      plan.spec.decision?.assignments.map(({ service, cluster }) => `${service} ${cluster}`);
    expect(clusters(after)).toEqual(clusters(before));
  });
});

describe('the controllers', () => {
  it('say why an application cannot be placed, and what would help', async () => {
    await hub().create(
      CodecoAppResource,
      app('giant', (spec) => {
        spec['codecoapp-msspec'][1]!.podspec.containers[0]!.resources = { requests: { cpu: '100' } };
      }),
    );
    await vi.waitFor(async () => {
      const planned = await condition('giant', 'Planned');
      expect(planned).toMatchObject({ status: 'False', reason: 'Infeasible' });
      expect(planned?.message).toContain('api needs 100 cpu');
    }, WAIT);
    expect(await podsOf('giant')).toBe(0);
  });

  it('let the API server judge Pods by the Pod Security level', async () => {
    await hub().create(
      CodecoAppResource,
      app('root', (spec) => {
        (spec['codecoapp-msspec'][0]!.podspec as Record<string, unknown>)['hostNetwork'] = true;
      }),
    );
    await vi.waitFor(async () => {
      const valid = await condition('root', 'ModelValid');
      expect(valid).toMatchObject({ status: 'False' });
      expect(valid?.message).toContain('Pod Security level baseline');
    }, WAIT);
  });

  it('end within 5 s of SIGTERM, and after a restart write nothing but Leases in a world that did not change', async () => {
    await hub().create(
      CodecoAppResource,
      app('misspelt', (spec) => {
        spec.performanceProfile = 'Grenness';
      }),
    );
    await vi.waitFor(
      async () => expect(await condition('misspelt', 'ModelValid')).toMatchObject({ status: 'False' }),
      WAIT,
    );
    await ready('shop');
    await stateFacts();
    const apps = await hub().list(CodecoAppResource);
    await atRest(apps.length);
    const stopped = performance.now();
    expect(await stopControllers()).toEqual(['exit code 0', 'exit code 0']);
    expect(performance.now() - stopped).toBeLessThan(5_000);
    const seen = proxy.writes().length;
    await startControllers();
    await atRest(apps.length);
    const since = proxy.writes().slice(seen);
    expect(since.filter(({ resource }) => resource !== 'leases').map(sentence)).toEqual([]);
    // The proxy sees them at work: their Leases, and an application that comes now.
    expect(since.filter(({ resource }) => resource === 'leases').length).toBeGreaterThan(0);
    await hub().create(CodecoAppResource, app('later'));
    await ready('later');
    const names = proxy.writes({ renewals: false }).slice(-200).map(sentence);
    expect(names.some((each) => each.includes('later'))).toBe(true);
  });
});

/** Objects of an administrator, whose status ACM writes: resolves once it has. */
async function stateFacts(): Promise<void> {
  const of = (kind: string, name: string) => ({ apiVersion: API_VERSION, kind, metadata: { name } });
  const facts = [
    [
      ClusterCapabilityResource,
      { ...of('ClusterCapability', 'east'), spec: { select: { names: ['east'] }, zone: 'z' } },
    ],
    [FederationPolicyResource, { ...of('FederationPolicy', 'all'), spec: { podSecurity: 'baseline' } }],
  ] as const;
  for (const [resource, object] of facts) {
    await hub().create(resource as Resource, object);
    await vi.waitFor(async () => {
      const found = await hub().get(resource as Resource<ClusterCapability>, {
        namespace: '',
        name: object.metadata.name,
      });
      expect(found.status?.observedGeneration).toBe(1);
    }, WAIT);
  }
}

/** `PATCH /apis/...` */
function sentence({ method, path }: { method: string; path: string }): string {
  return `${method} ${path}`;
}

describe('deleting applications', () => {
  it('leaves nothing of them on hub and clusters but the namespace', async () => {
    for (const name of ['shop', 'later', 'giant', 'root', 'misspelt'])
      await hub().delete(CodecoAppResource, { namespace: NAMESPACE, name });
    await vi.waitFor(
      async () => expect(await hub().list(CodecoAppResource, { namespace: NAMESPACE })).toEqual([]),
      GARBAGE,
    );
    await vi.waitFor(async () => {
      expect(await hub().list(ManifestWorkResource)).toEqual([]);
      expect(await hub().list(AssignmentPlanResource, { namespace: NAMESPACE })).toEqual([]);
      expect(await hub().list(ControllerRevisionResource, { namespace: NAMESPACE })).toEqual([]);
      for (const { api } of federation.clusters) {
        expect(await api.admin.list(DeploymentResource, { namespace: NAMESPACE })).toEqual([]);
        expect(await api.admin.list(PodResource, { namespace: NAMESPACE })).toEqual([]);
      }
    }, GARBAGE);
    const kept = await Promise.allSettled(
      federation.clusters.map(({ api }) =>
        api.admin.get(NamespaceResource, { namespace: '', name: NAMESPACE }),
      ),
    );
    expect(kept.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const each of kept) if (each.status === 'rejected') expect(isNotFound(each.reason)).toBe(true);
  });
});
