import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Federation } from '../../scripts/local/federation.ts';
import { serviceAccountKubeconfig, workAgentHubKubeconfig } from '../../scripts/local/identities.ts';
import { AssignmentPlanResource } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { ClusterTelemetryResource } from '../../src/api/codeco/v1alpha1/clustertelemetry.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../src/api/codeco/v1alpha1/group.ts';
import {
  ControllerRevisionResource,
  type Deployment,
  DeploymentResource,
  NamespaceResource,
  NodeResource,
  type RoleBinding,
  RoleBindingResource,
  SecretResource,
} from '../../src/api/core.ts';
import { ManagedClusterResource } from '../../src/api/ocm/managedcluster.ts';
import { ManagedClusterSetBindingResource } from '../../src/api/ocm/managedclustersetbinding.ts';
import { ManifestWorkResource } from '../../src/api/ocm/manifestwork.ts';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { Transport } from '../../src/kube/transport.ts';
import { smallCluster, startTestFederation } from '../support/controlplane.ts';

const ALLOWED = { timeout: 30_000, interval: 100 };

function clientOf(kubeconfig: string): KubeClient {
  const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }) });
  onTestFinished(() => transport.close());
  return createClient(transport);
}

describe('a local federation', () => {
  let federation: Federation;

  beforeAll(async () => {
    federation = await startTestFederation([
      { ...smallCluster('c1'), telemetry: true, leaseDurationSeconds: 1 },
      smallCluster('c2'),
    ]);
  });
  afterAll(() => federation?.stop());

  function clusterOf(name: string) {
    const cluster = federation.clusters.find((candidate) => candidate.name === name);
    if (!cluster) throw new Error(`no cluster ${name}`);
    return cluster;
  }

  const managedCluster = (name: string) =>
    federation.hub.admin.get(ManagedClusterResource, { namespace: '', name });

  async function availabilityOf(name: string): Promise<string | undefined> {
    const { status } = await managedCluster(name);
    return status?.conditions?.find(({ type }) => type === 'ManagedClusterConditionAvailable')?.status;
  }

  test('has clusters that are joined and offer what their nodes have', async () => {
    const { status } = await managedCluster('c2');
    expect(status?.allocatable).toMatchObject({ cpu: '16000m', memory: String(64 * 2 ** 30) });
    expect(status?.version?.kubernetes).toBe('v1.35.4');
    expect(status?.conditions?.map(({ type, status: held }) => [type, held])).toEqual([
      ['HubAcceptedManagedCluster', 'True'],
      ['ManagedClusterJoined', 'True'],
      ['ManagedClusterConditionAvailable', 'True'],
    ]);
    const nodes = await clusterOf('c2').api.admin.list(NodeResource);
    expect(
      nodes.map(({ status: node }) => node?.conditions?.find(({ type }) => type === 'Ready')?.status),
    ).toEqual(['True']);
  });

  test('collects what a deleted app owned at once, also when the hub is fresh', async () => {
    const { admin } = federation.hub;
    await admin.apply(
      NamespaceResource,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } },
      { fieldManager: 'test', force: true },
    );
    const { apiVersion, kind, metadata } = await admin.create(CodecoAppResource, codecoApp('fresh', 'short'));
    const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true };
    const owned = { namespace: 'fresh', name: 'owned' };
    await admin.create(AssignmentPlanResource, {
      apiVersion,
      kind: 'AssignmentPlan',
      metadata: { ...owned, ownerReferences: [owner] },
      spec: {},
    });
    await admin.create(ControllerRevisionResource, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { ...owned, ownerReferences: [owner] },
      revision: 1,
      data: {},
    });
    await admin.delete(CodecoAppResource, { namespace: 'fresh', name: 'short' });
    // A garbage collector that is older than the kinds hears of them after 30 s.
    await vi.waitFor(
      async () => {
        expect(await admin.list(AssignmentPlanResource, { namespace: 'fresh' })).toEqual([]);
        expect(await admin.list(ControllerRevisionResource, { namespace: 'fresh' })).toEqual([]);
      },
      { timeout: 10_000, interval: 50 },
    );
  });

  test('has telemetry of the clusters that were to have it, and of no other', async () => {
    const telemetry = await federation.hub.admin.list(ClusterTelemetryResource);
    expect(telemetry.map(({ metadata }) => metadata.namespace)).toEqual(['c1']);
  });

  test('runs a Deployment on a managed cluster', async () => {
    const { admin } = clusterOf('c1').api;
    await admin.create(DeploymentResource, deployment('web', 3));
    await vi.waitFor(async () => {
      const { status } = await admin.get(DeploymentResource, { namespace: 'default', name: 'web' });
      expect(status?.availableReplicas).toBe(3);
    }, ALLOWED);
  });

  test('lets an image that ends in :never-ready stay away', async () => {
    const { admin } = clusterOf('c1').api;
    await admin.create(DeploymentResource, deployment('sick', 1, 'app:never-ready'));
    await vi.waitFor(async () => {
      const { status } = await admin.get(DeploymentResource, { namespace: 'default', name: 'sick' });
      expect(status).toMatchObject({ replicas: 1, unavailableReplicas: 1 });
    }, ALLOWED);
  });

  test('binds its set to a namespace that asks', async () => {
    await federation.bind('shop');
    const [binding] = await federation.hub.admin.list(ManagedClusterSetBindingResource, {
      namespace: 'shop',
    });
    expect(binding?.spec.clusterSet).toBe('local');
  });

  test('calls a cluster that fell silent unknown and taints it, until it is back', async () => {
    const { registration } = clusterOf('c1');
    registration.silence();
    await vi.waitFor(async () => expect(await availabilityOf('c1')).toBe('Unknown'), ALLOWED);
    const { spec, status } = await managedCluster('c1');
    expect(spec.taints?.map(({ key }) => key)).toEqual(['cluster.open-cluster-management.io/unreachable']);
    expect(status?.allocatable?.['cpu']).toBe('16000m');
    registration.resume();
    await vi.waitFor(async () => expect(await availabilityOf('c1')).toBe('True'), ALLOWED);
    expect((await managedCluster('c1')).spec.taints ?? []).toEqual([]);
  });

  test('keeps the API server where it is when that is killed and started again', async () => {
    const { api } = clusterOf('c2');
    const before = api.process.pid;
    await api.restart('SIGKILL');
    expect(api.process.pid).not.toBe(before);
    expect(await api.admin.list(NodeResource)).toHaveLength(1);
  });

  test('gives SWM no right to create ManifestWorks', async () => {
    const swm = { namespace: 'codeco-system', name: 'codeco-swm' };
    const client = clientOf(await serviceAccountKubeconfig(federation.hub, swm));
    await expect(client.list(ManagedClusterResource)).resolves.toHaveLength(2);
    await expect(client.create(ManifestWorkResource, work('c1'))).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(client.list(SecretResource, { namespace: 'codeco-system' })).rejects.toMatchObject({
      code: 'Forbidden',
    });
  });

  test('gives a work agent the works of its own cluster on the hub, and of no other', async () => {
    const client = clientOf(await workAgentHubKubeconfig(federation.hub, 'c1'));
    await expect(client.list(ManifestWorkResource, { namespace: 'c1' })).resolves.toEqual([]);
    await expect(client.list(ManifestWorkResource, { namespace: 'c2' })).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(client.create(ManifestWorkResource, work('c1'))).rejects.toMatchObject({
      code: 'Forbidden',
    });
  });

  test('gives the base executor namespaces and its one role to hand out, but no workloads', async () => {
    const { api } = clusterOf('c1');
    const base = { namespace: 'codeco-system', name: 'codeco-base' };
    const client = clientOf(await serviceAccountKubeconfig(api, base));
    const tenant = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant' } };
    await client.create(NamespaceResource, tenant);
    await client.create(RoleBindingResource, binding('codeco-workload'));
    await expect(client.create(RoleBindingResource, binding('cluster-admin'))).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(client.create(DeploymentResource, deployment('mine', 1))).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(client.list(SecretResource, { namespace: 'default' })).rejects.toMatchObject({
      code: 'Forbidden',
    });
  });

  test('gives an executor workloads in its own namespace, and nowhere else', async () => {
    const { admin } = clusterOf('c1').api;
    const executor = admin.as({
      user: 'system:serviceaccount:tenant:codeco-executor',
      groups: ['system:serviceaccounts', 'system:authenticated'],
    });
    await executor.create(DeploymentResource, deployment('mine', 1, 'web:1', 'tenant'));
    await expect(executor.create(DeploymentResource, deployment('mine', 1))).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(executor.create(RoleBindingResource, binding('codeco-workload'))).rejects.toMatchObject({
      code: 'Forbidden',
    });
  });

  test('says why a controller did not start, with the end of its log', async () => {
    await expect(federation.startController('swm', ['--such-flag'])).rejects.toThrow(
      /hub\/codeco-swm ended \(exit code 2\).*unknown flag --such-flag/s,
    );
  });

  test('runs no process of its own as a member of system:masters', async () => {
    for (const member of federation.group.members) {
      const command = await readFile(`/proc/${member.pid}/cmdline`, 'utf8').catch(() => '');
      expect(command, member.name).not.toContain(federation.hub.adminKubeconfig);
      for (const { api } of federation.clusters)
        expect(command, member.name).not.toContain(api.adminKubeconfig);
    }
  });

  function deployment(name: string, replicas: number, image = 'web:1', namespace = 'default'): Deployment {
    const labels = { app: name };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } },
      },
    };
  }

  /** The executor of namespace `tenant` gets a role there. */
  function binding(role: string): RoleBinding {
    return {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { namespace: 'tenant', name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', namespace: 'tenant', name: 'codeco-executor' }],
    };
  }

  function codecoApp(namespace: string, name: string): CodecoApp {
    const service = { serviceName: 'web', podspec: { containers: [{ name: 'main', image: 'web:1' }] } };
    return {
      apiVersion: API_VERSION,
      kind: 'CodecoApp',
      metadata: { name, namespace },
      spec: { 'codecoapp-msspec': [service] },
    };
  }

  function work(namespace: string) {
    return {
      apiVersion: 'work.open-cluster-management.io/v1',
      kind: 'ManifestWork',
      metadata: { namespace, name: 'w' },
      spec: { workload: { manifests: [] } },
    };
  }
});
