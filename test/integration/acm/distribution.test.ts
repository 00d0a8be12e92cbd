import { describe, expect, test, vi } from 'vitest';
import { AssignmentPlanResource, planName } from '../../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { type ConfigMap, ConfigMapResource, EventResource } from '../../../src/api/core.ts';
import { type ManifestWork, ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { createClient } from '../../../src/kube/client.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { AcmHub, isBase, model, WAIT, withPod } from '../../support/acmhub.ts';

/** Works: written, put right, reported and removed. SWM and the work agents are played by the test. */

const hub = AcmHub.forFile();

describe('an app that is valid', () => {
  test('is kept as a revision, lies on the clusters of its plan, and is reported by what they answer', async () => {
    await hub.startAcm();
    await hub.admin.create(CodecoAppResource, hub.anApp('web'));
    await hub.decide('web', ['east', 'west']);
    const bases = await hub.answerAll(2, () => hub.baseWorks());
    expect(bases.map(({ metadata }) => metadata.namespace).sort()).toEqual(['east', 'west']);
    const written = await hub.answerAll(2, () => hub.appWorks());
    expect(written.map(({ spec }) => spec.executor?.subject.serviceAccount)).toEqual(
      ['east', 'west'].map(() => ({ namespace: hub.namespace, name: 'codeco-executor' })),
    );
    await hub.untilCondition('web', 'Ready', { status: 'True' });
    const app = await hub.getApp('web');
    expect((await hub.revisions()).map(({ metadata }) => metadata.name)).toEqual([
      app.status?.acceptedRevision,
    ]);
    expect(app.status).toMatchObject({ status: 'OK', summary: { services: '1/1', clusters: 2 } });
    await vi.waitFor(async () => {
      const { status } = await hub.admin.get(AssignmentPlanResource, hub.key(planName('web')));
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
    await hub.startAcm();
    await hub.admin.create(CodecoAppResource, hub.anApp('web'));
    await hub.decide('web', ['east']);
    await hub.untilCondition('web', 'Distributed', { reason: 'WaitingForNamespace' });
    expect(await hub.appWorks()).toEqual([]);
  });

  test('leaves a cluster that its plan no longer names', async () => {
    await hub.startAcm();
    await hub.running('web', ['east']);
    await hub.decide('web', ['west']);
    await vi.waitFor(async () => {
      const west = (await hub.works()).filter((work) => isBase(work) && work.metadata.namespace === 'west');
      expect(west).toHaveLength(1);
      await hub.answer(west[0]!);
    }, WAIT);
    await vi.waitFor(async () => {
      expect((await hub.appWorks()).map(({ metadata }) => metadata.namespace)).toEqual(['west']);
    }, WAIT);
  });
});

test('an app of a namespace with a long name goes on when its base work is applied', async () => {
  hub.namespace = `a-name-that-leaves-no-room-for-anything-before-or-after-it-${hub.count}`;
  await hub.createNamespace(hub.namespace);
  await hub.startAcm();
  await hub.running('web', ['east']);
});

test('a ConfigMap that an app refers to goes along with it, follows its changes, and is told when it is missing', async () => {
  await hub.startAcm();
  const containers = [{ name: 'c', image: 'web:1', envFrom: [{ configMapRef: { name: 'settings' } }] }];
  await hub.admin.create(CodecoAppResource, hub.anApp('web', withPod({ containers })));
  await hub.decide('web', ['east']);
  await hub.answerAll(1, () => hub.baseWorks());
  await hub.untilCondition('web', 'Distributed', {
    reason: 'NotRendered',
    message: expect.stringContaining('ConfigMap settings does not exist'),
  });
  const settings = (level: string): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: hub.namespace, name: 'settings' },
    data: { level },
  });
  const carried = async () =>
    (await hub.appWorks())[0]?.spec.workload.manifests?.find(({ kind }) => kind === 'ConfigMap');
  await hub.admin.create(ConfigMapResource, settings('info'));
  await vi.waitFor(async () => expect(await carried()).toMatchObject({ data: { level: 'info' } }), WAIT);
  await hub.admin.apply(ConfigMapResource, settings('debug'), { fieldManager: 'test', force: true });
  await vi.waitFor(async () => expect(await carried()).toMatchObject({ data: { level: 'debug' } }), WAIT);
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
    await hub.startAcm();
    await hub.running('web', ['east']);
    const [before] = await hub.appWorks();
    const edited = structuredClone(before!);
    change(edited);
    await hub.admin.update(ManifestWorkResource, edited, { fieldManager: 'somebody' });
    await vi.waitFor(async () => {
      const [after] = await hub.appWorks();
      expect(after?.spec).toEqual(before?.spec);
      expect(after?.metadata.labels).toEqual(before?.metadata.labels);
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
    }, WAIT);
    await hub.untilCondition('web', 'Distributed', { status: expect.stringMatching(/True|False/) });
    const [after] = await hub.appWorks();
    await hub.answer(after!);
    await hub.untilCondition('web', 'Ready', { status: 'True' });
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
    await hub.startAcm();
    await hub.running('web', ['east']);
    const [work] = await hub.appWorks();
    await hub.answer(work!, {}, refusal);
    await hub.untilCondition('web', 'Distributed', {
      status: 'False',
      reason,
      message: expect.stringContaining(words),
    });
    await hub.untilCondition('web', 'Available', { status: 'True' });
  });

  test('about a Deployment past its progress deadline is told with the command to look further', async () => {
    await hub.startAcm();
    await hub.running('web', ['east']);
    const [work] = await hub.appWorks();
    await hub.answer(work!, { ready: 0, progressing: 'ProgressDeadlineExceeded' });
    await hub.untilCondition('web', 'Available', {
      status: 'False',
      message: expect.stringContaining(
        `front: 0 of 1 ready on east for 5 min; the cluster does not report why until the agent is installed (kubectl --context east describe deployment -n ${hub.namespace} web-front)`,
      ),
    });
  });
});

describe('deleting an app', () => {
  test('waits until its works are gone, and takes the base work along with the last app of the namespace', async () => {
    await hub.startAcm();
    await hub.running('web', ['east']);
    const [work] = await hub.appWorks();
    const at = { namespace: 'east', name: work!.metadata.name };
    await hub.admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: ['test/agent'] } });
    await hub.admin.delete(CodecoAppResource, hub.key('web'));
    await vi.waitFor(async () => {
      const [going] = await hub.appWorks();
      expect(going?.metadata.deletionTimestamp).toBeDefined();
    }, WAIT);
    expect((await hub.getApp('web')).metadata.finalizers).toEqual(['codeco.he-codeco.eu/acm']);
    expect((await hub.works()).filter(isBase)).toHaveLength(1);
    await hub.admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: null } });
    await vi.waitFor(async () => {
      expect(await hub.works()).toEqual([]);
      expect(await hub.admin.list(CodecoAppResource, { namespace: hub.namespace })).toEqual([]);
    }, WAIT);
  });

  test('keeps the base work while another app of the namespace is there', async () => {
    await hub.startAcm();
    await hub.running('web', ['east']);
    await hub.admin.create(CodecoAppResource, hub.anApp('other'));
    await hub.decide('other', ['east']);
    await vi.waitFor(async () => expect(await hub.appWorks()).toHaveLength(2), WAIT);
    await hub.admin.delete(CodecoAppResource, hub.key('web'));
    await vi.waitFor(async () => expect(await hub.appWorks()).toHaveLength(1), WAIT);
    await vi.waitFor(
      async () =>
        expect(await hub.admin.list(CodecoAppResource, { namespace: hub.namespace })).toHaveLength(1),
      WAIT,
    );
    const [base] = (await hub.works()).filter(isBase);
    expect(base?.metadata.deletionTimestamp).toBeUndefined();
  });

  test('does not wait for a cluster that was given up, leaves its work to OCM, and says so', async () => {
    await hub.startAcm();
    await hub.running('web', ['east']);
    const [work] = await hub.appWorks();
    const at = { namespace: 'east', name: work!.metadata.name };
    await hub.admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: ['test/agent'] } });
    await hub.admin.mergePatch(CodecoAppResource, hub.key('web'), {
      metadata: { annotations: { 'codeco.he-codeco.eu/abandon-clusters': 'east' } },
    });
    await hub.admin.delete(CodecoAppResource, hub.key('web'));
    await vi.waitFor(
      async () => expect(await hub.admin.list(CodecoAppResource, { namespace: hub.namespace })).toEqual([]),
      WAIT,
    );
    const left = await hub.admin.get(ManifestWorkResource, at);
    expect(left.metadata).toMatchObject({ finalizers: ['test/agent'] });
    expect(left.metadata.deletionTimestamp).toBeDefined();
    await vi.waitFor(async () => {
      const events = await hub.admin.list(EventResource, { namespace: hub.namespace });
      expect(events.find(({ reason }) => reason === 'ClustersLeft')?.note).toContain('east');
    }, WAIT);
    await hub.admin.mergePatch(ManifestWorkResource, at, { metadata: { finalizers: null } });
  });
});

test('ACM started again over a world that did not change writes nothing', async () => {
  await hub.startAcm();
  await hub.running('web', ['east']);
  await hub.admin.create(
    CodecoAppResource,
    hub.anApp('refused', { ...model(), performanceProfile: 'Grenness' }),
  );
  await hub.untilCondition('refused', 'ModelValid', { status: 'False' });
  await hub.admin.create(CodecoAppResource, hub.anApp('host', withPod({ hostNetwork: true })));
  await hub.untilCondition('host', 'ModelValid', { status: 'False', reason: 'PodsRefused' });
  const apps = await hub.admin.list(CodecoAppResource);
  await hub.stopAcm();
  const { writes, reconciles } = await hub.startAcm();
  await vi.waitFor(async () => expect(await reconciles()).toBeGreaterThanOrEqual(apps.length), WAIT);
  // Events are sent beside the reconcilers: a heartbeat of the server later the last one would be out.
  await hub.admin.list(CodecoAppResource);
  expect(writes).toEqual([]);
});

describe('under its own ServiceAccount, ACM', () => {
  test('cannot write the spec of a plan, which is SWM’s, nor update an app', async () => {
    await hub.startAcm();
    await hub.admin.create(CodecoAppResource, hub.anApp('web'));
    const plan = await hub.decide('web', ['east']);
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig: hub.kubeconfig }) });
    const client = createClient(transport);
    await expect(client.update(AssignmentPlanResource, { ...plan, spec: {} })).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(
      client.mergePatch(AssignmentPlanResource, hub.key(planName('web')), { spec: {} }),
    ).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(client.delete(AssignmentPlanResource, hub.key(planName('web')))).rejects.toMatchObject({
      code: 'Forbidden',
    });
    const app = await hub.getApp('web');
    await expect(client.update(CodecoAppResource, app)).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(client.delete(CodecoAppResource, hub.key('web'))).rejects.toMatchObject({
      code: 'Forbidden',
    });
    transport.close();
  });
});
