import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import type { GroupProcess } from '../../scripts/local/processgroup.ts';
import { AssignmentPlanResource } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
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
import { isNotFound } from '../../src/runtime/apierror.ts';
import { smallCluster, startTestFederation } from '../support/controlplane.ts';

const NAMESPACE = 'spine';
const WAIT = { timeout: 45_000, interval: 200 };

/** The garbage collector learns of kinds that are younger than itself only every half minute. */
const GARBAGE = { timeout: 100_000, interval: 500 };

let federation: Federation;
let acm: GroupProcess;
let swm: GroupProcess;

beforeAll(async () => {
  federation = await startTestFederation([smallCluster('east'), smallCluster('west')], {
    workAgent: { statusSyncInterval: '1s', qps: 500, burst: 1000 },
  });
  await federation.bind(NAMESPACE);
  await startControllers();
});

afterAll(() => federation?.stop());

async function startControllers(): Promise<void> {
  [acm, swm] = [await federation.startController('acm'), await federation.startController('swm')];
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
  it('end within 5 s of SIGTERM, and after a restart write nothing in a world that did not change', async () => {
    const versions = async () => {
      const lists = await Promise.all([
        hub().list(CodecoAppResource),
        hub().list(AssignmentPlanResource),
        hub().list(ManifestWorkResource),
        hub().list(ControllerRevisionResource),
      ]);
      return lists
        .flat()
        .map(
          ({ kind, metadata }) =>
            `${kind} ${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`,
        );
    };
    await ready('shop');
    const before = await versions();
    const stopped = performance.now();
    expect(await stopControllers()).toEqual(['exit code 0', 'exit code 0']);
    expect(performance.now() - stopped).toBeLessThan(5_000);
    await startControllers();
    // An application that comes after the restart shows that both controllers have gone over the others.
    await hub().create(CodecoAppResource, app('later'));
    await ready('later');
    const after = (await versions()).filter((line) => !line.includes('later'));
    expect(after.filter((line) => !line.includes('codeco-base'))).toEqual(
      before.filter((line) => !line.includes('codeco-base')),
    );
  });

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
});

describe('deleting applications', () => {
  it('leaves nothing of them on hub and clusters but the namespace', async () => {
    for (const name of ['shop', 'later', 'giant', 'root'])
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
