import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { type Crd, type CrdSchema, compareCrds } from './ocmcompare.ts';

const file = new URL('../crds/ocm/hub/work.open-cluster-management.io_manifestworks.yaml', import.meta.url);
const text = readFileSync(file, 'utf8');
const ours = load(text) as Crd;

/** Upstream's definition, changed at the fields of spec. */
function theirs(change: (spec: CrdSchema) => void): Crd {
  const crd = load(text) as Crd;
  change(crd.spec.versions[0]!.schema.openAPIV3Schema.properties!['spec']!);
  return crd;
}

test('a kind is as itself', () => {
  expect(
    compareCrds(
      ours,
      theirs(() => undefined),
    ),
  ).toEqual([]);
});

test('fields that only upstream has do not matter', () => {
  const crd = theirs((spec) => {
    spec.properties!['newer'] = { type: 'string' };
  });
  expect(compareCrds(ours, crd)).toEqual([]);
});

const NAME = 'manifestworks.work.open-cluster-management.io';
test.each<[string, (spec: CrdSchema) => void, string]>([
  [
    'a field that upstream does not have',
    (spec) => delete spec.properties!['executor'],
    `${NAME} v1.spec.executor: no such field there`,
  ],
  [
    'another type',
    (spec) => Object.assign(spec.properties!['manifestConfigs']!, { type: 'object' }),
    `${NAME} v1.spec.manifestConfigs: array here, object there`,
  ],
  [
    'a value that upstream refuses',
    (spec) =>
      Object.assign(spec.properties!['deleteOption']!.properties!['propagationPolicy']!, {
        enum: ['Foreground', 'Orphan'],
      }),
    `${NAME} v1.spec.deleteOption.propagationPolicy: SelectivelyOrphan is not allowed there`,
  ],
  [
    'a field that upstream demands',
    (spec) => Object.assign(spec, { required: ['tenant'] }),
    `${NAME} v1.spec.tenant: must be set there, unknown here`,
  ],
  [
    'a field that upstream demands and we may leave out',
    (spec) => Object.assign(spec, { required: ['executor'] }),
    `${NAME} v1.spec.executor: must be set there, optional here`,
  ],
  [
    'another default',
    (spec) =>
      Object.assign(spec.properties!['deleteOption']!.properties!['propagationPolicy']!, {
        default: 'Orphan',
      }),
    `${NAME} v1.spec.deleteOption.propagationPolicy: default "Foreground" here, "Orphan" there`,
  ],
  [
    'entries of a list that upstream does not tell apart',
    (spec) =>
      delete spec.properties!['manifestConfigs']!.items!.properties!['conditionRules']![
        'x-kubernetes-list-map-keys'
      ],
    `${NAME} v1.spec.manifestConfigs[].conditionRules: keys condition here, none there`,
  ],
])('%s is told by path', (_, change, problem) => {
  expect(compareCrds(ours, theirs(change))).toEqual([problem]);
});

test('a kind or version that upstream does not serve is told', () => {
  expect(compareCrds(ours, undefined)).toEqual([`${NAME}: there is no such kind`]);
  const crd = theirs(() => undefined);
  crd.spec.versions[0]!.served = false;
  expect(compareCrds(ours, crd)).toEqual([`${NAME}: version v1 is not served`]);
});
