import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Assignment } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp, CodecoAppSpec } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import type { ConfigMap, Secret } from '../../src/api/core.ts';
import type { ManifestWork } from '../../src/api/ocm/manifestwork.ts';
import { planDistribution } from '../../src/controllers/acm/distribution.ts';
import type { HubObjects } from '../../src/work/render/manifests.ts';
import { aDecision } from '../support/appstate.ts';
import { onHub } from '../support/works.ts';

/**
 * What is written to clusters, byte for byte: a change of any of it rolls Pods or re-applies works on every
 * cluster of every user, so it must be meant. `UPDATE_GOLDEN=1` writes the files anew.
 */

const NO_OBJECTS: HubObjects = { configMap: () => undefined, secret: () => undefined };

function worksOf(
  name: string,
  spec: CodecoAppSpec,
  assignments: Assignment[],
  hub: HubObjects,
): ManifestWork[] {
  const input = {
    app: { namespace: 'demo', name, uid: '6f1c1c7e-0000-4000-8000-000000000001' },
    spec,
    decision: aDecision({ id: 'd1', revision: `${name}-0a1b2c3d4e`, assignments }),
    hub,
    isolated: false,
    works: [],
  };
  const bases = planDistribution({ ...input, baseWorks: () => [] }).apply.map(({ work }) => work);
  const applied = (cluster: string) =>
    bases.filter(({ metadata }) => metadata.namespace === cluster).map((work) => onHub(work));
  const apps = planDistribution({ ...input, baseWorks: applied }).apply.map(({ work }) => work);
  return [...bases, ...apps];
}

function expectGolden(file: string, works: readonly ManifestWork[]): void {
  const url = new URL(`works/${file}.json`, import.meta.url);
  const text = `${JSON.stringify(works, undefined, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(url, text);
  expect(text).toBe(readFileSync(url, 'utf8'));
}

describe('the works of', () => {
  test('an application in plain CODECO syntax, on two clusters', () => {
    const file = new URL('../../examples/bookinfo.yaml', import.meta.url);
    const { spec } = parse(readFileSync(file, 'utf8')) as CodecoApp;
    const assignments = [
      { service: 'productpage', cluster: 'cloud', replicas: 1 },
      { service: 'details', cluster: 'cloud', replicas: 1 },
      { service: 'reviews', cluster: 'edge-a', replicas: 1 },
      { service: 'ratings', cluster: 'edge-a', replicas: 1 },
    ];
    expectGolden('bookinfo', worksOf('bookinfo', spec, assignments, NO_OBJECTS));
  });

  test('an application with replicas on several clusters, a ConfigMap and a Secret', () => {
    const spec: CodecoAppSpec = {
      appName: 'till',
      'codecoapp-msspec': [
        {
          serviceName: 'front',
          replicas: 3,
          podspec: {
            schedulerName: 'bin-packing',
            containers: [
              { name: 'c', image: 'example/front:1', envFrom: [{ configMapRef: { name: 'settings' } }] },
            ],
            imagePullSecrets: [{ name: 'registry' }],
          },
          serviceChannels: [{ channelName: 'orders', otherService: { serviceName: 'store', port: 5432 } }],
        },
        {
          serviceName: 'store',
          podspec: {
            containers: [{ name: 'c', image: 'example/store:1', ports: [{ containerPort: 5432 }] }],
          },
        },
      ],
    };
    const onlyHub = { namespace: 'demo', uid: 'hub-uid', resourceVersion: '7', managedFields: [{}] };
    const settings: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...onlyHub, name: 'settings' },
      data: { colour: 'blue' },
    };
    const registry: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...onlyHub, name: 'registry', labels: { 'codeco.he-codeco.eu/distribute': 'true' } },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': 'e30=' },
    };
    const assignments = [
      { service: 'front', cluster: 'edge-a', replicas: 1 },
      { service: 'front', cluster: 'edge-b', replicas: 2 },
      { service: 'store', cluster: 'edge-b', replicas: 1 },
    ];
    const hub: HubObjects = {
      configMap: (name) => (name === 'settings' ? settings : undefined),
      secret: (name) => (name === 'registry' ? registry : undefined),
    };
    expectGolden('shop', worksOf('shop', spec, assignments, hub));
  });
});
