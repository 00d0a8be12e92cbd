import { execFileSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { FederationPolicyResource } from '../../../src/api/codeco/v1alpha1/federationpolicy.ts';
import { findCondition } from '../../../src/api/conditions.ts';
import { EventResource, NamespaceResource, RoleBindingResource } from '../../../src/api/core.ts';
import { ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { AcmHub, model, WAIT, withPod } from '../../support/acmhub.ts';

/** What ACM says of a model, and of Pods that the API server would not take. */

const hub = AcmHub.forFile();

test('fields that kubectl sent unvalidated and the server pruned are told with path and nearest name, and no longer once they are right', async () => {
  await hub.startAcm();
  const apply = (field: string) => {
    const spec = withPod({ containers: [{ name: 'c', [field]: 'web:1' }] });
    execFileSync(
      hub.federation.binaries.kubectl,
      ['--kubeconfig', hub.federation.hub.adminKubeconfig, 'apply', '--validate=false', '-f', '-'],
      { input: JSON.stringify(hub.anApp('web', spec)), stdio: ['pipe', 'ignore', 'pipe'] },
    );
  };
  apply('imagee');
  await hub.untilCondition('web', 'FieldsIgnored', {
    status: 'True',
    message: expect.stringContaining(
      'spec.codecoapp-msspec[0].podspec.containers[0].imagee (did you mean image?)',
    ),
  });
  apply('image');
  await vi.waitFor(async () => {
    const { status, metadata } = await hub.getApp('web');
    expect(status?.observedGeneration).toBe(metadata.generation);
    expect(findCondition(status?.conditions, 'FieldsIgnored')).toBeUndefined();
  }, WAIT);
});

describe('a bad edit', () => {
  test('changes nothing that runs, also when the work is deleted by hand and ACM is restarted', async () => {
    await hub.startAcm();
    await hub.running('web', ['east']);
    const [before] = await hub.appWorks();
    const app = await hub.getApp('web');
    const bad = model('web:2');
    bad.performanceProfile = 'Grenness';
    await hub.admin.update(CodecoAppResource, { ...app, spec: bad });
    await hub.untilCondition('web', 'ModelValid', {
      status: 'False',
      message: expect.stringContaining('spec.performanceProfile: Grenness: no such profile'),
    });
    await hub.stopAcm();
    await hub.admin.delete(ManifestWorkResource, { namespace: 'east', name: before!.metadata.name });
    await hub.startAcm();
    await vi.waitFor(async () => {
      const [after] = await hub.appWorks();
      expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
      expect(after?.spec).toEqual(before?.spec);
      expect(after?.metadata.name).toBe(before?.metadata.name);
    }, WAIT);
  });

  test('of a Pod is judged by the API server, by Pod Security level', async () => {
    await hub.startAcm();
    await hub.admin.create(CodecoAppResource, hub.anApp('web', withPod({ hostNetwork: true })));
    await hub.untilCondition('web', 'ModelValid', {
      status: 'False',
      message: expect.stringContaining(
        'spec.codecoapp-msspec[0].podspec: refused by Pod Security level baseline',
      ),
    });
    expect(await hub.revisions()).toEqual([]);
  });

  test('of a name that an older app has is right once that app is gone', async () => {
    await hub.startAcm();
    const spec = { ...model(), appName: 'web' };
    await hub.admin.create(CodecoAppResource, hub.anApp('older', spec));
    await hub.accepted('older');
    // Names decide by creation time in seconds, then by uid: only the loser is of interest.
    await hub.admin.create(CodecoAppResource, hub.anApp('younger', spec));
    const refused = await vi.waitFor(async () => {
      const apps = await hub.admin.list(CodecoAppResource, { namespace: hub.namespace });
      const bad = apps.filter(
        ({ status }) => findCondition(status?.conditions, 'ModelValid')?.status === 'False',
      );
      expect(bad).toHaveLength(1);
      return bad[0]!.metadata.name;
    }, WAIT);
    await hub.admin.delete(CodecoAppResource, hub.key(refused === 'older' ? 'younger' : 'older'));
    await hub.untilCondition(refused, 'ModelValid', { status: 'True' });
  });
});

describe('Pods that cannot be judged, because', () => {
  const RESTRICTED = { namespace: '', name: 'codeco-podsecurity-restricted' };

  /** Waits for the condition that says why, breaks nothing else, and is gone once it is mended. */
  async function mended(why: string, mend: () => Promise<unknown>): Promise<void> {
    await hub.admin.create(FederationPolicyResource, hub.aPolicy({ podSecurity: 'restricted' }));
    await hub.startAcm();
    const secure = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true };
    const securityContext = { ...secure, seccompProfile: { type: 'RuntimeDefault' } };
    const containers = [{ name: 'c', image: 'web:1', securityContext, ports: [{ containerPort: 80 }] }];
    await hub.admin.create(CodecoAppResource, hub.anApp('web', withPod({ containers })));
    await hub.untilCondition('web', 'ModelValid', {
      status: 'Unknown',
      reason: 'PodCheckUnavailable',
      message: expect.stringContaining(why),
    });
    await hub.untilCondition('web', 'ModelValid', {
      message: expect.stringContaining('kubectl create namespace codeco-podsecurity-restricted'),
    });
    await mend();
    await hub.untilCondition('web', 'ModelValid', { status: 'True' });
  }

  test('the namespace of their level is missing, are told so, and are judged once the commands have run', async () => {
    const at = { namespace: RESTRICTED.name, name: 'codeco-acm-podcheck' };
    const { metadata: _, ...binding } = await hub.admin.get(RoleBindingResource, at);
    await hub.admin.delete(NamespaceResource, RESTRICTED);
    await vi.waitFor(
      () => expect(hub.admin.get(NamespaceResource, RESTRICTED)).rejects.toMatchObject({ code: 'NotFound' }),
      WAIT,
    );
    await mended('does not exist on the hub', async () => {
      await hub.createNamespace(RESTRICTED.name);
      await hub.admin.create(RoleBindingResource, { ...binding, metadata: at });
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await hub.admin.mergePatch(NamespaceResource, RESTRICTED, { metadata: { labels } });
    });
  });

  test('ACM may not try Pods there, are no fault of the model', async () => {
    const at = { namespace: RESTRICTED.name, name: 'codeco-acm-podcheck' };
    const { metadata: _, ...binding } = await hub.admin.get(RoleBindingResource, at);
    await hub.admin.delete(RoleBindingResource, at);
    await mended('cannot create resource', async () => {
      await hub.admin.create(RoleBindingResource, { ...binding, metadata: at });
      // Rights show in no cache: the next edit, or half a minute, makes ACM try again.
      const app = await hub.getApp('web');
      const edited = structuredClone(app.spec);
      edited['codecoapp-msspec'][0]!.replicas = 2;
      await hub.admin.update(CodecoAppResource, { ...app, spec: edited });
    });
  });
});

test('an app that leaves no room for a status is told so by an Event, and not tried again for ever', async () => {
  const app = hub.anApp('huge');
  const containers = (length: number) => [
    { name: 'c', image: 'web:1', env: [{ name: 'TEXT', value: 'x'.repeat(length) }] },
  ];
  const create = (length: number) =>
    hub.admin.create(CodecoAppResource, { ...app, spec: withPod({ containers: containers(length) }) });
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
  const { reconciles } = await hub.startAcm();
  await vi.waitFor(async () => {
    const events = await hub.admin.list(EventResource, { namespace: hub.namespace });
    expect(events.find(({ reason }) => reason === 'ApplicationTooLarge')?.note).toContain('divide it');
  }, WAIT);
  const settled = await reconciles();
  await untilOthersAreReconciled();
  expect(await reconciles()).toBeLessThan(settled + 10);
  await hub.admin.delete(CodecoAppResource, hub.key('huge'));

  async function untilOthersAreReconciled(): Promise<void> {
    await hub.admin.create(CodecoAppResource, hub.anApp('later'));
    await hub.accepted('later');
  }
});
