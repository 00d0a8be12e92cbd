import { describe, expect, test } from 'vitest';
import { aDecision, aService } from '../../../test/support/appstate.ts';
import { aManifestStatus, onHub } from '../../../test/support/works.ts';
import type { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { canonicalJson } from '../../api/hash.ts';
import type { ManifestWork } from '../../api/ocm/manifestwork.ts';
import { baseWork } from '../../work/manifestwork.ts';
import { MOST_BYTES, MOST_OBJECTS } from '../../work/split.ts';
import type { WorkState } from '../../work/workstate.ts';
import { type DistributionInput, planDistribution } from './distribution.ts';

const app = { namespace: 'shop', name: 'web', uid: 'uid-web' };
const spec: CodecoAppSpec = { 'codecoapp-msspec': [aService()] };
const decision = aDecision();
const base = onHub(baseWork('shop', 'edge-a', true));

function plan(changes: Partial<DistributionInput> = {}) {
  return planDistribution({
    app,
    spec,
    decision,
    hub: { configMap: () => undefined, secret: () => undefined },
    isolated: false,
    works: [],
    baseWorks: (cluster) => (cluster === 'edge-a' ? [base] : []),
    ...changes,
  });
}

const names = (list: readonly { work: ManifestWork }[]) =>
  list.map(({ work }) => `${work.metadata.namespace}/${work.metadata.name}`);
const written = (changes: Partial<DistributionInput> = {}): WorkState[] =>
  plan(changes).apply.map(({ work }) => onHub(work));

describe('the base work', () => {
  test('comes first; works of the app wait until it is applied', () => {
    const first = plan({ baseWorks: () => [] });
    expect(names(first.apply)).toEqual(['edge-a/codeco-base-shop']);
    expect(first.waitingForBase).toEqual(['edge-a']);
    expect(names(plan().apply)).toEqual([expect.stringMatching(/^edge-a\/codeco-web-/)]);
  });

  test.each([
    [
      'is applied at an older generation',
      onHub(baseWork('shop', 'edge-a', true), { generation: 2, observed: 1 }),
    ],
    ['was never looked at', onHub(baseWork('shop', 'edge-a', true), { observed: 'never' })],
    ['is being deleted', onHub(baseWork('shop', 'edge-a', true), { deleting: true })],
    [
      'was refused',
      onHub(baseWork('shop', 'edge-a', true), {
        manifests: [aManifestStatus('Namespace', 'shop', { refusal: 'is forbidden' })],
      }),
    ],
  ])('lets nothing follow while it %s', (_, state) => {
    const { apply, waitingForBase } = plan({ baseWorks: () => [state] });
    expect(apply).toEqual([]);
    expect(waitingForBase).toEqual(['edge-a']);
  });

  test('watches in the first 40 namespaces of a cluster, and keeps what it was given', () => {
    const others = (count: number) =>
      Array.from({ length: count }, (_, index) => onHub(baseWork(`other-${index}`, 'edge-a', true)));
    const feedback = (bases: WorkState[]) =>
      plan({ baseWorks: () => bases }).apply[0]?.work.metadata.annotations?.['codeco.he-codeco.eu/feedback'];
    expect(feedback(others(39))).toBe('Watch');
    expect(feedback(others(40))).toBe('Poll');
    const kept = plan({ baseWorks: () => [...others(40), base] }).apply[0]!.work;
    expect(kept.spec.manifestConfigs).toMatchObject([{ feedbackScrapeType: 'Watch' }]);
  });
});

describe('the works of an app', () => {
  test('are not written again when the hub is as it should be', () => {
    expect(plan({ works: written() })).toEqual({ apply: [], remove: [], waitingForBase: [], problems: [] });
  });

  test('are written again when their spec or their labels were changed by hand', () => {
    const [work] = written();
    const edited = { ...work!, specHash: 'other' };
    expect(plan({ works: [edited] }).apply).toMatchObject([{ live: { specHash: 'other' } }]);
    const metadata = {
      ...work!.metadata,
      labels: { ...work!.metadata.labels, 'codeco.he-codeco.eu/shard': '9' },
    };
    expect(plan({ works: [{ ...work!, metadata }] }).apply).toHaveLength(1);
  });

  test('are left alone while somebody deletes them, and come back the same', () => {
    const [work] = written();
    const deleting = {
      ...work!,
      specHash: 'other',
      metadata: { ...work!.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    expect(plan({ works: [deleting] })).toMatchObject({ apply: [], remove: [] });
    expect(written()[0]?.specHash).toBe(work?.specHash);
  });

  test('are removed from clusters that the decision no longer names', () => {
    const moved = aDecision({ assignments: [{ service: 'front', cluster: 'edge-b', replicas: 1 }] });
    const { remove, waitingForBase } = plan({ works: written(), decision: moved });
    expect(remove.map(({ metadata }) => metadata.namespace)).toEqual(['edge-a']);
    expect(waitingForBase).toEqual(['edge-b']);
  });

  test('say which references cannot be copied, with the command to look, and go without them', () => {
    const podspec = {
      containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'gone' } }] }],
      imagePullSecrets: [{ name: 'private' }],
    };
    const { apply, problems } = plan({ spec: { 'codecoapp-msspec': [aService({ podspec })] } });
    expect(apply).toHaveLength(1);
    expect(problems).toEqual([
      'edge-a: ConfigMap gone does not exist in namespace shop on the hub (kubectl get configmaps -n shop)',
      'edge-a: Secret private does not exist in namespace shop on the hub (kubectl get secrets -n shop)',
    ]);
  });

  test('say how a Secret is let out of the hub', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'shop', name: 'private' } };
    const podspec = { containers: [{ name: 'c' }], imagePullSecrets: [{ name: 'private' }] };
    const { problems } = plan({
      spec: { 'codecoapp-msspec': [aService({ podspec })] },
      hub: { configMap: () => undefined, secret: () => secret },
    });
    expect(problems).toEqual([
      'edge-a: Secret private is not copied without its label (kubectl label secret private -n shop codeco.he-codeco.eu/distribute=true)',
    ]);
  });
});

test('an app of 200 services keeps every work under 400 kB and 100 objects, and carries each service once', () => {
  const padding = 'x'.repeat(4_000);
  const services = Array.from({ length: 200 }, (_, index) =>
    aService({
      serviceName: `s${index}`,
      podspec: {
        containers: [{ name: 'c', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: padding }] }],
      },
      serviceChannels: [
        { channelName: `c${index}`, otherService: { serviceName: `s${(index + 1) % 200}`, port: 80 } },
      ],
    }),
  );
  const assignments = services.map(({ serviceName }) => ({
    service: serviceName,
    cluster: 'edge-a',
    replicas: 1,
  }));
  const { apply, problems } = plan({
    spec: { 'codecoapp-msspec': services },
    decision: aDecision({ assignments }),
  });
  expect(problems).toEqual([]);
  const manifests = apply.map(({ work }) => work.spec.workload.manifests ?? []);
  for (const list of manifests) {
    expect(list.length).toBeLessThanOrEqual(MOST_OBJECTS);
    const bytes = list.reduce((sum, each) => sum + Buffer.byteLength(canonicalJson(each)), 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
  }
  const kinds = manifests.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(kinds).size).toBe(400);
  expect(kinds).toHaveLength(400);
});
