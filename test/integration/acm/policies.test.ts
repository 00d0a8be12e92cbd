import { describe, expect, test, vi } from 'vitest';
import {
  type ClusterCapability,
  ClusterCapabilityResource,
} from '../../../src/api/codeco/v1alpha1/clustercapability.ts';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { FederationPolicyResource } from '../../../src/api/codeco/v1alpha1/federationpolicy.ts';
import { API_VERSION } from '../../../src/api/codeco/v1alpha1/group.ts';
import { findCondition } from '../../../src/api/conditions.ts';
import { AcmHub, WAIT } from '../../support/acmhub.ts';

/** What administrators state about clusters and namespaces, answered and kept. */

const hub = AcmHub.forFile();

describe('what an administrator states', () => {
  test('about clusters is answered with the clusters it takes and with whom it disagrees', async () => {
    await hub.startAcm();
    const capability = (name: string, zone: string): ClusterCapability => ({
      apiVersion: API_VERSION,
      kind: 'ClusterCapability',
      metadata: { name },
      spec: { select: { names: ['east'] }, zone },
    });
    await hub.admin.create(ClusterCapabilityResource, capability('first', 'z1'));
    const statusOf = async (name: string) =>
      (await hub.admin.get(ClusterCapabilityResource, { namespace: '', name })).status;
    await vi.waitFor(async () => {
      expect(await statusOf('first')).toMatchObject({ matched: 1, clusters: ['east'] });
    }, WAIT);
    await hub.admin.create(ClusterCapabilityResource, capability('second', 'z2'));
    await vi.waitFor(async () => {
      for (const name of ['first', 'second']) {
        const conflict = findCondition((await statusOf(name))?.conditions, 'Conflict');
        expect(conflict).toMatchObject({ status: 'True', reason: 'EquallySpecific' });
      }
    }, WAIT);
    await hub.admin.delete(ClusterCapabilityResource, { namespace: '', name: 'second' });
    await vi.waitFor(async () => {
      const conflict = findCondition((await statusOf('first'))?.conditions, 'Conflict');
      expect(conflict?.status).toBe('False');
    }, WAIT);
    await hub.admin.delete(ClusterCapabilityResource, { namespace: '', name: 'first' });
  });

  test('about namespaces is answered with the namespaces, the sets granted, and what overrules it', async () => {
    await hub.startAcm();
    await hub.admin.create(
      FederationPolicyResource,
      hub.aPolicy({ clusterSets: ['local', 'locall'], connectivity: 'Assumed' }),
    );
    const status = async () =>
      (await hub.admin.get(FederationPolicyResource, { namespace: '', name: hub.namespace })).status;
    await vi.waitFor(async () => {
      expect(await status()).toMatchObject({
        namespaces: { selected: 1, names: [hub.namespace] },
        clusterSets: [{ name: 'local' }],
      });
      expect(findCondition((await status())?.conditions, 'SetsExist')?.message).toContain(
        'locall does not exist; did you mean local?',
      );
    }, WAIT);
    const strict = hub.aPolicy({ connectivity: 'None' }, `${hub.namespace}-strict`);
    await hub.admin.create(FederationPolicyResource, strict);
    await vi.waitFor(async () => {
      expect(findCondition((await status())?.conditions, 'Overruled')?.message).toContain(
        'connectivity Assumed gives way to None',
      );
    }, WAIT);
  });
});

test('an app that runs where a policy no longer allows it is Degraded, stays, and is told cluster and rule', async () => {
  await hub.startAcm();
  await hub.admin.create(FederationPolicyResource, hub.aPolicy({ clusterSets: ['global'] }));
  await hub.running('web', ['east']);
  const [before] = await hub.appWorks();
  const denial = hub.aPolicy({ deny: { clusters: ['east'] } }, `${hub.namespace}-denial`);
  await hub.admin.create(FederationPolicyResource, denial);
  await hub.untilCondition('web', 'Degraded', {
    status: 'True',
    reason: 'PolicyViolated',
    message: expect.stringContaining(`front on east: denied by FederationPolicy ${hub.namespace}-denial`),
  });
  await hub.untilCondition('web', 'Ready', { status: 'True' });
  const [after] = await hub.appWorks();
  expect(after?.metadata.generation).toBe(before?.metadata.generation);
  await hub.admin.delete(FederationPolicyResource, { namespace: '', name: `${hub.namespace}-denial` });
  await vi.waitFor(async () => {
    expect(findCondition((await hub.getApp('web')).status?.conditions, 'Degraded')).toBeUndefined();
  }, WAIT);
});

test('a namespace that a policy closes takes no app, and one that runs there already stays and is Degraded', async () => {
  await hub.startAcm();
  await hub.running('web', ['east']);
  await hub.admin.create(FederationPolicyResource, hub.aPolicy({ denyNamespaces: [hub.namespace] }));
  await hub.admin.create(CodecoAppResource, hub.anApp('late'));
  await hub.untilCondition('late', 'ModelValid', {
    status: 'False',
    message: expect.stringContaining(`FederationPolicy ${hub.namespace} lets no application run`),
  });
  await hub.untilCondition('web', 'Degraded', {
    status: 'True',
    message: expect.stringContaining('the model that runs is refused now'),
  });
  expect(await hub.appWorks()).toHaveLength(1);
  expect((await hub.getApp('late')).status?.acceptedRevision).toBeUndefined();
});

test('an app that a policy isolates carries its NetworkPolicies to its clusters', async () => {
  await hub.startAcm();
  await hub.running('web', ['east']);
  await hub.admin.create(FederationPolicyResource, hub.aPolicy({ isolation: 'Channels' }));
  await vi.waitFor(async () => {
    const [work] = await hub.appWorks();
    const names = work?.spec.workload.manifests?.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual(['NetworkPolicy isolation-web', 'Deployment web-front']);
  }, WAIT);
});
