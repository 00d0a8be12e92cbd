import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Federation, ManagedClusterHandle } from '../../scripts/local/federation.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import {
  type FederationPolicy,
  FederationPolicyResource,
} from '../../src/api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import { type Condition, findCondition } from '../../src/api/conditions.ts';
import { type Deployment, DeploymentResource, EventResource, type Role } from '../../src/api/core.ts';
import { ManifestWorkResource } from '../../src/api/ocm/manifestwork.ts';
import { defineResource } from '../../src/api/resource.ts';
import { smallCluster, startTestFederation } from '../support/controlplane.ts';

/** What can go wrong on a managed cluster, done to a real one: the CodecoApp says what it is, and the next step. */

const ClusterRoleResource = defineResource<Role>(
  'rbac.authorization.k8s.io',
  'v1',
  'ClusterRole',
  'clusterroles',
  'Cluster',
);

const NetworkPolicyResource = defineResource(
  'networking.k8s.io',
  'v1',
  'NetworkPolicy',
  'networkpolicies',
  'Namespaced',
);

const NAMESPACE = 'trouble';
const QUIET = 'quiet';
const WAIT = { timeout: 60_000, interval: 200 };
/** A minute of silence, and what it takes to see it. */
const SILENCE = { timeout: 120_000, interval: 500 };

let federation: Federation;
let east: ManagedClusterHandle;
let north: ManagedClusterHandle;
/** App `still` runs on north, whose agent was stopped before it saw the last edit: a minute passes meanwhile. */
let silenced: Promise<void>;

beforeAll(async () => {
  federation = await startTestFederation([smallCluster('east'), smallCluster('north')], {
    workAgent: {
      statusSyncInterval: '1s',
      qps: 500,
      burst: 1000,
      extra: ['--reapply-interval=2s', '--executor-retry-interval=2s'],
    },
  });
  [east, north] = federation.clusters as [ManagedClusterHandle, ManagedClusterHandle];
  await Promise.all([federation.bind(NAMESPACE), federation.bind(QUIET)]);
  await hub().create(FederationPolicyResource, deny('only-east', NAMESPACE, 'north'));
  const closed = deny('only-north', QUIET, 'east');
  await hub().create(FederationPolicyResource, {
    ...closed,
    spec: { ...closed.spec, isolation: 'Channels' },
  });
  await Promise.all([federation.startController('acm'), federation.startController('swm')]);
  silenced = silence();
  // Whoever awaits it sees the failure; until then it is nobody's.
  silenced.catch(() => undefined);
});

afterAll(() => federation?.stop());

const hub = () => federation.hub.admin;

function deny(name: string, namespace: string, cluster: string): FederationPolicy {
  const spec = { namespaces: { names: [namespace] }, deny: { clusters: [cluster] } };
  return { apiVersion: API_VERSION, kind: 'FederationPolicy', metadata: { name }, spec };
}

function app(namespace: string, name: string): CodecoApp {
  const container = {
    name: 'main',
    image: 'example/main:1',
    ports: [{ containerPort: 8080 }],
    resources: { requests: { cpu: '100m', memory: '64Mi' } },
  };
  const services = [
    {
      serviceName: 'web',
      podspec: { containers: [container] },
      serviceChannels: [{ channelName: `${name}-api`, otherService: { serviceName: 'api', port: 8080 } }],
    },
    { serviceName: 'api', podspec: { containers: [container] } },
  ];
  return {
    apiVersion: API_VERSION,
    kind: 'CodecoApp',
    metadata: { name, namespace },
    spec: { 'codecoapp-msspec': services },
  };
}

async function condition(namespace: string, name: string, type: string): Promise<Condition | undefined> {
  const { status } = await hub().get(CodecoAppResource, { namespace, name });
  return findCondition(status?.conditions, type);
}

async function until(
  [namespace, name]: [string, string],
  type: string,
  expected: object,
  wait = WAIT,
): Promise<void> {
  await vi.waitFor(async () => expect(await condition(namespace, name, type)).toMatchObject(expected), wait);
}

async function run(namespace: string, name: string): Promise<void> {
  await hub().create(CodecoAppResource, app(namespace, name));
  await until([namespace, name], 'Ready', { status: 'True' });
}

async function edit(
  namespace: string,
  name: string,
  change: (spec: CodecoApp['spec']) => void,
): Promise<void> {
  await vi.waitFor(async () => {
    const current = structuredClone(await hub().get(CodecoAppResource, { namespace, name }));
    change(current.spec);
    await hub().update(CodecoAppResource, current);
  }, WAIT);
}

async function silence(): Promise<void> {
  await run(QUIET, 'still');
  north.workAgent!.kill('SIGSTOP');
  await edit(QUIET, 'still', (spec) => {
    spec['codecoapp-msspec'][1]!.replicas = 2;
  });
}

const deployment = (name: string) => ({ namespace: NAMESPACE, name });

/** Takes the rules that name `resource` away from a role of east; returns the function that gives them back. */
async function takeRight(role: string, resource: string): Promise<() => Promise<void>> {
  const at = { namespace: '', name: role };
  const before = await east.api.admin.get(ClusterRoleResource, at);
  const rules = (before.rules ?? []).map((rule) => ({
    ...rule,
    resources: (rule.resources ?? []).filter((each) => each !== resource),
  }));
  await east.api.admin.mergePatch(ClusterRoleResource, at, {
    rules: rules.filter(({ resources }) => resources.length > 0),
  });
  return async () => {
    await east.api.admin.mergePatch(ClusterRoleResource, at, { rules: before.rules });
  };
}

test('an app that policy isolates is closed on its cluster but for its channels', async () => {
  await silenced;
  await vi.waitFor(async () => {
    const policies = await north.api.admin.list(NetworkPolicyResource, { namespace: QUIET });
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['isolation-still', 'svc-still-api']);
  }, WAIT);
});

describe('an object on a managed cluster', () => {
  test('whose field somebody took is told with field and manager, and the command takes it back', async () => {
    await run(NAMESPACE, 'taken');
    const at = deployment('taken-api');
    const scaled = await east.api.admin.get(DeploymentResource, at);
    await east.api.admin.update(
      DeploymentResource,
      { ...scaled, spec: { ...scaled.spec, replicas: 3 } } as typeof scaled,
      { fieldManager: 'kubectl-edit' },
    );
    await until([NAMESPACE, 'taken'], 'Distributed', {
      status: 'False',
      reason: 'FieldConflict',
      message: expect.stringMatching(
        /Deployment trouble\/taken-api on east: field \.spec\.replicas belongs to kubectl-edit\. Next: .*--force-conflicts/,
      ),
    });
    await until([NAMESPACE, 'taken'], 'Available', { status: 'True' });
    // What the command of the message does, by the same API.
    const { message = '' } = (await condition(NAMESPACE, 'taken', 'Distributed')) ?? {};
    const [, work = '', ordinal] = /manifestworks -n east (\S+) .*manifests\[(\d+)\]/.exec(message) ?? [];
    const { spec } = await hub().get(ManifestWorkResource, { namespace: 'east', name: work });
    const manifest = spec.workload.manifests?.[Number(ordinal)] as unknown as Deployment;
    expect(manifest.metadata.name).toBe('taken-api');
    await east.api.admin.apply(DeploymentResource, manifest, {
      fieldManager: 'work-agent-codeco',
      force: true,
    });
    await until([NAMESPACE, 'taken'], 'Ready', { status: 'True' });
  });

  test('that somebody deletes comes back', async () => {
    await run(NAMESPACE, 'gone');
    const at = deployment('gone-api');
    const before = await east.api.admin.get(DeploymentResource, at);
    await east.api.admin.delete(DeploymentResource, at);
    await vi.waitFor(async () => {
      const after = await east.api.admin.get(DeploymentResource, at);
      expect(after.metadata.uid).not.toBe(before.metadata.uid);
    }, WAIT);
    await until([NAMESPACE, 'gone'], 'Ready', { status: 'True' });
  });
});

describe('a right that is missing on a managed cluster', () => {
  test('of the executor is told as its refusal, with object and next step, and heals once it is granted', async () => {
    const giveBack = await takeRight('codeco-workload', 'services');
    await hub().create(CodecoAppResource, app(NAMESPACE, 'refused'));
    await until([NAMESPACE, 'refused'], 'Distributed', {
      status: 'False',
      reason: 'ExecutorRefused',
      message: expect.stringMatching(
        /Service trouble\/svc-refused-api on east: .*Next: grant the executor the right on east \(config\/rbac\/managed\)/,
      ),
    });
    await giveBack();
    await until([NAMESPACE, 'refused'], 'Ready', { status: 'True' });
  });

  test('of the work agent is told as a missing permission, with the kind, and heals once it is granted', async () => {
    const giveBack = await takeRight('work-agent', 'deployments');
    await hub().create(CodecoAppResource, app(NAMESPACE, 'forbidden'));
    await until([NAMESPACE, 'forbidden'], 'Distributed', {
      status: 'False',
      reason: 'PermissionMissing',
      message: expect.stringMatching(
        /Deployment trouble\/forbidden-\w+ on east: .*Next: grant the work agent on east the right on Deployment objects/,
      ),
    });
    await giveBack();
    await until([NAMESPACE, 'forbidden'], 'Ready', { status: 'True' });
  });
});

test('of two apps whose objects would have one name the first runs on, and the other takes its place when it goes', async () => {
  const named = (name: string): CodecoApp => {
    const made = app(NAMESPACE, name);
    const [web] = made.spec['codecoapp-msspec'];
    web!.serviceChannels = [{ channelName: 'shared', otherService: { serviceName: 'api', port: 8080 } }];
    return { ...made, spec: { ...made.spec, appName: 'twin' } };
  };
  await hub().create(CodecoAppResource, named('first'));
  await until([NAMESPACE, 'first'], 'Ready', { status: 'True' });
  const owned = await east.api.admin.get(DeploymentResource, deployment('twin-web'));
  await hub().create(CodecoAppResource, named('second'));
  await until([NAMESPACE, 'second'], 'ModelValid', {
    status: 'False',
    message: expect.stringContaining('CodecoApp first of this namespace is older'),
  });
  expect(await condition(NAMESPACE, 'first', 'Ready')).toMatchObject({ status: 'True' });
  expect((await east.api.admin.get(DeploymentResource, deployment('twin-web'))).metadata.uid).toBe(
    owned.metadata.uid,
  );
  await hub().delete(CodecoAppResource, { namespace: NAMESPACE, name: 'first' });
  await until([NAMESPACE, 'second'], 'Ready', { status: 'True' });
  const taken = await east.api.admin.get(DeploymentResource, deployment('twin-web'));
  expect(taken.metadata.uid).not.toBe(owned.metadata.uid);
  const events = await hub().list(EventResource, { namespace: NAMESPACE });
  expect(events.find(({ reason }) => reason === 'ModelRefused')?.note).toContain('CodecoApp first');
});

test('a work agent that is silent is told after a minute, with the next step, and heals', async () => {
  await silenced;
  await until(
    [QUIET, 'still'],
    'Distributed',
    {
      status: 'False',
      reason: 'WorkAgentSilent',
      message: expect.stringMatching(/work agent of north .*Next: kubectl get managedclusters north/),
    },
    SILENCE,
  );
  expect(await condition(QUIET, 'still', 'Available')).toMatchObject({ status: 'True' });
  north.workAgent!.kill('SIGCONT');
  await until([QUIET, 'still'], 'Distributed', { status: 'True' });
  await until([QUIET, 'still'], 'Ready', { status: 'True' });
});
