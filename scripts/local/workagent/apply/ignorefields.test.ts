import { expect, test } from 'vitest';
import type { IgnoreField } from '../../../../src/api/ocm/manifestwork.ts';
import type { Manifest } from '../manifest.ts';
import { IgnoreFieldError, withoutIgnored } from './ignorefields.ts';

const manifest: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', annotations: { 'a/b': '1', kept: '2' } },
  spec: {
    replicas: 2,
    template: {
      containers: [
        { name: 'x', image: 'i' },
        { name: 'y', image: 'j' },
      ],
    },
  },
};

const without = (field: Partial<IgnoreField>) =>
  withoutIgnored(manifest, [{ condition: 'OnSpokePresent', ...field }]);

test.each<[string, Partial<IgnoreField>, (copy: Record<string, never>) => void]>([
  ['a path', { jsonPaths: ['.spec.replicas'] }, (copy) => delete copy['spec']!['replicas']],
  ['a path at the top', { jsonPaths: ['.spec'] }, (copy) => delete copy['spec']],
  [
    'a path into every entry of a list',
    { jsonPaths: ['.spec.template.containers[*].image'] },
    (copy) => {
      for (const each of copy['spec']!['template']!['containers'] as Record<string, unknown>[])
        delete each['image'];
    },
  ],
  ['a pointer', { jsonPointers: ['/spec/replicas'] }, (copy) => delete copy['spec']!['replicas']],
  [
    'a pointer with an escaped slash',
    { jsonPointers: ['/metadata/annotations/a~1b'] },
    (copy) => delete copy['metadata']!['annotations']!['a/b'],
  ],
  [
    'a pointer to an entry of a list',
    { jsonPointers: ['/spec/template/containers/0'] },
    (copy) => (copy['spec']!['template']!['containers'] as unknown[]).splice(0, 1),
  ],
  [
    'what is not there',
    { jsonPaths: ['.spec.a.b'], jsonPointers: ['/spec/a/b', '/spec/a', '/kind/x'] },
    () => {},
  ],
  ['what cannot be read', { jsonPaths: ['.spec[.replicas'], jsonPointers: ['spec/replicas'] }, () => {}],
  [
    'fields that count when the manifest changes',
    { condition: 'OnSpokeChange', jsonPaths: ['.spec'] },
    () => {},
  ],
])('%s', (_, field, change) => {
  const before = structuredClone(manifest);
  const expected = structuredClone(manifest);
  change(expected as never);
  expect(without(field)).toEqual(expected);
  expect(manifest).toEqual(before);
});

test('jq expressions are refused by name', () => {
  const refused = () => without({ jqPathExpressions: ['.spec'] });
  expect(refused).toThrow(IgnoreFieldError);
  expect(refused).toThrow("JQ expression error in '.spec'");
});
