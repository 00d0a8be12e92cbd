import { readdir, readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type SharedHub, sharedHub } from '../support/sharedhub.ts';

/** What the API server itself refuses of a CodecoApp by the rules beyond types: list-map keys and CEL. */

let hub: SharedHub;
let client: KubeClient;

beforeAll(async () => {
  hub = await sharedHub();
  client = hub.admin;
});

afterAll(() => hub?.close());

const podspec = { containers: [{ name: 'main', image: 'example/main:1', ports: [{ containerPort: 80 }] }] };

function service(serviceName: string, fields: object = {}) {
  return { serviceName, podspec, ...fields };
}

function channel(channelName: string, advancedChannelSettings: object = {}) {
  return { channelName, otherService: { serviceName: 'b', port: 80 }, advancedChannelSettings };
}

function withChannels(...serviceChannels: object[]): object {
  return { 'codecoapp-msspec': [service('a', { serviceChannels }), service('b')] };
}

function withSelector(expression: object): object {
  const placement = { clusterSelector: { matchExpressions: [expression] } };
  return { 'codecoapp-msspec': [service('a', { placement })] };
}

function withEntries(...entryPoints: object[]): object {
  return { entryPoints, 'codecoapp-msspec': [service('a')] };
}

function judge(spec: object): Promise<unknown> {
  const app = {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { namespace: 'default', name: 'judged' },
    spec,
  } as unknown as CodecoApp;
  return client.create(CodecoAppResource, app, { dryRun: true, fieldValidation: 'Strict' });
}

const entry = { name: 'users', service: 'a', callsPerSecond: 1 };
const FIRST = 'spec.codecoapp-msspec[0]';
const SETTINGS = `${FIRST}.serviceChannels[0].advancedChannelSettings`;

test.each([
  [
    'two services of one name',
    { 'codecoapp-msspec': [service('a'), service('a')] },
    'spec.codecoapp-msspec[1]',
  ],
  ['two channels of one name', withChannels(channel('c'), channel('c')), `${FIRST}.serviceChannels[1]`],
  [
    'two entry points of one name',
    withEntries({ ...entry, region: 'r' }, { ...entry, region: 's' }),
    'spec.entryPoints[1]',
  ],
  ['an entry point nowhere', withEntries(entry), 'spec.entryPoints[0]'],
  [
    'an entry point at two places',
    withEntries({ ...entry, region: 'r', cluster: 'c' }),
    'spec.entryPoints[0]',
  ],
  ['bandwidths that differ', withChannels(channel('c', { bandwidth: '5M', minBandwidth: '6M' })), SETTINGS],
  [
    'bandwidths of which one is no quantity',
    withChannels(channel('c', { bandwidth: '5M', minBandwidth: 'much' })),
    SETTINGS,
  ],
  ['a negative bandwidth', withChannels(channel('c', { bandwidth: '-5M' })), `${SETTINGS}.bandwidth`],
  ['a negative minBandwidth', withChannels(channel('c', { minBandwidth: '-1' })), `${SETTINGS}.minBandwidth`],
  [
    'In without values',
    withSelector({ key: 'zone', operator: 'In' }),
    `${FIRST}.placement.clusterSelector.matchExpressions[0]`,
  ],
  [
    'Exists with values',
    withSelector({ key: 'zone', operator: 'Exists', values: ['a'] }),
    `${FIRST}.placement.clusterSelector.matchExpressions[0]`,
  ],
])('%s: refused by the API server, with the path', async (_, spec, path) => {
  await expect(judge(spec)).rejects.toMatchObject({
    code: 'Invalid',
    details: { causes: [{ field: path }] },
  });
});

test.each([
  ['two names of one bandwidth', withChannels(channel('c', { bandwidth: '5M', minBandwidth: '5000k' }))],
  ['one bandwidth', withChannels(channel('c', { minBandwidth: '5M', maxDelay: '10e-3' }))],
  ['two channels', withChannels(channel('c'), channel('d'))],
  ['In with values', withSelector({ key: 'zone', operator: 'In', values: ['a'] })],
  ['an entry point at a cluster', withEntries({ ...entry, cluster: 'edge-a' })],
])('%s: accepted', async (_, spec) => {
  await expect(judge(spec)).resolves.toBeDefined();
});

test('every application in examples is accepted unchanged', async () => {
  const folder = new URL('../../examples/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  const objects = await Promise.all(
    files.map(async (name) => loadAll(await readFile(new URL(name, folder), 'utf8'))),
  );
  const apps = objects.flat().filter((each): each is CodecoApp => (each as CodecoApp).kind === 'CodecoApp');
  expect(apps.length).toBeGreaterThan(2);
  for (const app of apps) await expect(judge(app.spec)).resolves.toBeDefined();
});
