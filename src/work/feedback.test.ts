import { expect, test } from 'vitest';
import { aManifestStatus, onHub } from '../../test/support/works.ts';
import { nextStepOf, troublesOf, workloadsOf } from './feedback.ts';
import { appWork } from './manifestwork.ts';

const work = appWork({
  app: { namespace: 'shop', name: 'web', uid: 'u1' },
  cluster: 'edge-a',
  shard: 0,
  revision: 'web-1',
  decision: 'd1',
  manifests: [],
  watch: true,
});

const refused = (refusal: string) =>
  troublesOf(onHub(work, { manifests: [aManifestStatus('Deployment', 'web-front', { refusal })] }));

test('a Deployment that its controller has looked at counts its ready replicas of the new spec', () => {
  const deployment = { generation: 3, replicas: 4, updated: 2, ready: 4 };
  const state = onHub(work, { manifests: [aManifestStatus('Deployment', 'web-front', { deployment })] });
  expect(workloadsOf(state)).toEqual([
    { name: 'web-front', desired: 4, ready: 2, serving: 4, current: true, deadlineExceeded: false },
  ]);
});

test.each([
  ['the Deployment controller lags behind', { generation: 3, observedGeneration: 2 }, {}],
  ['the work agent lags behind', { generation: 3 }, { generation: 2, observed: 1 }],
])('nothing is ready while %s, though old Pods serve', (_, deployment, answer) => {
  const manifests = [
    aManifestStatus('Deployment', 'web-front', { deployment: { ...deployment, replicas: 2 } }),
  ];
  expect(workloadsOf(onHub(work, { ...answer, manifests }))).toMatchObject([
    { current: false, ready: 0, serving: 2 },
  ]);
});

test('a passed progress deadline is told only about the spec as it is now', () => {
  const deployment = { generation: 2, ready: 0, progressing: 'ProgressDeadlineExceeded' };
  const manifests = (observedGeneration: number) => [
    aManifestStatus('Deployment', 'web-front', { deployment: { ...deployment, observedGeneration } }),
  ];
  expect(workloadsOf(onHub(work, { manifests: manifests(2) }))).toMatchObject([{ deadlineExceeded: true }]);
  expect(workloadsOf(onHub(work, { manifests: manifests(1) }))).toMatchObject([{ deadlineExceeded: false }]);
});

test.each([
  [
    'Failed to apply manifest: Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: .data.k',
    'FieldConflict',
    'field .data.k belongs to kubectl-patch',
  ],
  [
    'Failed to apply manifest: Apply failed with 3 conflicts: conflicts with "hpa" using apps/v1:\n- .spec.replicas\n- .spec.paused\nconflicts with "helm":\n- .spec.selector',
    'FieldConflict',
    'fields .spec.replicas, .spec.paused belong to hpa; field .spec.selector belongs to helm',
  ],
  [
    'Failed to apply manifest: not allowed to apply the resource apps deployments, shop web-front, will try again in 1m0s',
    'ExecutorRefused',
    'not allowed to apply the resource apps deployments, shop web-front, will try again in 1m0s',
  ],
  [
    'Failed to apply manifest: not allowed to apply the resource rbac.authorization.k8s.io roles, shop r, error: permission escalation, will try again in 1m0s',
    'PermissionEscalation',
    undefined,
  ],
  [
    'Failed to apply manifest: widgets.demo.example.com "wi" is forbidden: User "x" cannot get resource "widgets"',
    'PermissionMissing',
    undefined,
  ],
  ['Failed to apply manifest: no matches for kind', 'NotApplied', 'no matches for kind'],
])('%s is %s', (message, kind, detail) => {
  expect(refused(message)).toMatchObject([{ kind, object: 'Deployment shop/web-front', cluster: 'edge-a' }]);
  if (detail !== undefined) expect(refused(message)[0]?.detail).toBe(detail);
});

test('what was said about an older generation of the work is no trouble of this one', () => {
  const manifests = [aManifestStatus('Deployment', 'web-front', { refusal: 'is forbidden' })];
  expect(troublesOf(onHub(work, { generation: 2, observed: 1, manifests }))).toEqual([]);
});

test('the way out of a conflict is a command on the very manifest', () => {
  const refusal = 'Apply failed with 1 conflict: conflict with "a" using v1: .spec.replicas';
  const manifests = [aManifestStatus('Deployment', 'web-front', { refusal, ordinal: 3 })];
  const [trouble] = troublesOf(onHub(work, { manifests }));
  expect(nextStepOf(trouble!)).toContain(
    `kubectl get manifestworks -n edge-a ${work.metadata.name} -o jsonpath='{.spec.workload.manifests[3]}'`,
  );
});
