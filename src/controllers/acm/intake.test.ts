import { describe, expect, test } from 'vitest';
import { aModel, aService } from '../../../test/support/appstate.ts';
import type { CodecoApp, CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import type { Finding } from '../../api/codeco/v1alpha1/validation/finding.ts';
import { LAST_APPLIED_ANNOTATION } from '../../api/labels.ts';
import { ignoredFields } from './ignoredfields.ts';
import { knownPodVerdict, modelValid, takenNames } from './intake.ts';

function anApp(name: string, created: string, spec: Partial<CodecoAppSpec> = {}): CodecoApp {
  const metadata = { namespace: 'shop', name, uid: `uid-${name}`, creationTimestamp: created };
  return { apiVersion: API_VERSION, kind: 'CodecoApp', metadata, spec: aModel(spec) };
}

const EARLY = '2026-01-01T00:00:00Z';
const LATE = '2026-01-02T00:00:00Z';

test('of two apps whose objects would have one name the older keeps it, and the younger is told whose it is', () => {
  const older = anApp('a', EARLY, { appName: 'web' });
  const younger = anApp('b', LATE, { appName: 'web' });
  expect(takenNames(older, [older, younger])).toEqual([]);
  expect(takenNames(younger, [older, younger])).toMatchObject([
    { path: 'spec.appName', value: 'Deployment web-front', message: expect.stringContaining('CodecoApp a ') },
  ]);
});

test('of two apps of one second the uid decides, so that both are not refused', () => {
  const [a, b] = [anApp('a', EARLY, { appName: 'web' }), anApp('b', EARLY, { appName: 'web' })];
  expect([takenNames(a, [a, b]).length, takenNames(b, [a, b]).length]).toEqual([0, 1]);
});

test('channels of two apps must not share a Service', () => {
  const channel = { channelName: 'orders', otherService: { serviceName: 'front', port: 80 } };
  const services = { 'codecoapp-msspec': [aService({ serviceChannels: [channel] })] };
  const [a, b] = [anApp('a', EARLY, services), anApp('b', LATE, services)];
  expect(takenNames(b, [a, b])).toMatchObject([{ value: 'Service svc-orders' }]);
});

test('ModelValid names the first five findings and counts the rest', () => {
  const error = (at: number): Finding => ({
    path: `spec.p${at}`,
    value: 'v',
    message: 'is wrong',
    nearest: 'w',
    severity: 'Error',
  });
  const { status, message } = modelValid([1, 2, 3, 4, 5, 6, 7].map(error), 3);
  expect(status).toBe('False');
  expect(message).toMatch(/^spec\.p1: v: is wrong; did you mean w\?; spec\.p2/);
  expect(message).toContain('; and 2 more');
  expect(message).not.toContain('spec.p6');
});

test('warnings do not refuse a model', () => {
  const warning: Finding = { path: 'spec.x', value: 'v', message: 'is odd', severity: 'Warning' };
  expect(modelValid([warning], 3)).toMatchObject({
    status: 'True',
    message: expect.stringContaining('is odd'),
  });
});

function appliedAs(sent: unknown): CodecoApp {
  const app = anApp('a', EARLY);
  app.metadata.annotations = {
    [LAST_APPLIED_ANNOTATION]: typeof sent === 'string' ? sent : JSON.stringify({ spec: sent }),
  };
  return app;
}

test('fields that kubectl sent and the server pruned are named with path and nearest name', () => {
  const spec = aModel();
  const [service] = spec['codecoapp-msspec'];
  const sent = { ...spec, preformanceProfile: 'Greenness', 'codecoapp-msspec': [{ ...service, replica: 2 }] };
  const message = ignoredFields(appliedAs(sent))?.message;
  expect(message).toContain('spec.preformanceProfile (did you mean performanceProfile?)');
  expect(message).toContain('spec.codecoapp-msspec[0].replica (did you mean replicas?)');
});

test('a field that belongs elsewhere, or is misspelt inside a podspec, is named by its place in the schema', () => {
  const [service] = aModel()['codecoapp-msspec'];
  const podspec = { containers: [{ name: 'c', imagee: 'web:1' }], replicas: 3 };
  const kept = aModel({
    'codecoapp-msspec': [{ ...service!, podspec: { containers: [{ name: 'c' }] } }],
  });
  const app = { ...appliedAs({ ...kept, 'codecoapp-msspec': [{ ...service, podspec }] }), spec: kept };
  const message = ignoredFields(app)?.message;
  expect(message).toContain('spec.codecoapp-msspec[0].podspec.containers[0].imagee (did you mean image?)');
  expect(message).toContain(
    'spec.codecoapp-msspec[0].podspec.replicas (did you mean spec.codecoapp-msspec[0].replicas?)',
  );
});

test.each([
  ['a known field was taken away by a later edit', { ...aModel(), performanceProfile: 'Latency' }],
  ['all arrived', aModel()],
  ['a field was sent as null', { ...aModel(), appName: null }],
  ['the annotation is not JSON', '{'],
])('nothing is said when %s', (_, sent) => {
  expect(ignoredFields(appliedAs(sent))).toBeUndefined();
});

describe('Pods that the API server was asked about', () => {
  const judged = (reason: string, status: 'True' | 'False', generation = 1): CodecoApp => ({
    ...anApp('a', EARLY),
    metadata: { ...anApp('a', EARLY).metadata, generation: 1 },
    status: {
      podCheck: { generation: 1, level: 'baseline' },
      conditions: [
        {
          type: 'ModelValid',
          status,
          reason,
          message: 'as told',
          observedGeneration: generation,
          lastTransitionTime: EARLY,
        },
      ],
    },
  });

  test('are not tried again: a refusal is told again in the same words', () => {
    expect(knownPodVerdict(judged('PodsRefused', 'False'), 'baseline')?.refusal).toEqual({
      type: 'ModelValid',
      status: 'False',
      reason: 'PodsRefused',
      message: 'as told',
    });
    expect(knownPodVerdict(judged('Valid', 'True'), 'baseline')).toEqual({ refusal: undefined });
  });

  test.each([
    ['the policy asks for another level', judged('Valid', 'True'), 'restricted'],
    ['the model is a newer one', judged('Valid', 'True', 0), 'baseline'],
    ['it was refused for something else since', judged('InvalidModel', 'False'), 'baseline'],
  ])('are tried again when %s', (_, app, level) => {
    expect(knownPodVerdict(app, level)).toBeUndefined();
  });
});
