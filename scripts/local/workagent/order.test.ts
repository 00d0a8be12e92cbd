import { expect, test } from 'vitest';
import { applyOrder } from './order.ts';

test('manifests go by rank of their kind, then as listed, custom resources last', () => {
  const kinds = [
    'Gadget',
    'Deployment',
    'Service',
    'ConfigMap',
    'RoleBinding',
    'Widget',
    'Role',
    'Namespace',
    'ServiceAccount',
  ];
  const ordered = applyOrder(kinds.map((kind) => ({ kind }))).map((ordinal) => kinds[ordinal]);
  expect(ordered).toEqual([
    'Namespace',
    'RoleBinding',
    'Role',
    'ServiceAccount',
    'ConfigMap',
    'Service',
    'Deployment',
    'Gadget',
    'Widget',
  ]);
});
