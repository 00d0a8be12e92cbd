import { describe, expect, test } from 'vitest';
import type { ManifestWorkSpec } from '../../../src/api/ocm/manifestwork.ts';
import { defineResource } from '../../../src/api/resource.ts';
import type { Manifest } from './manifest.ts';
import { isOrphaned, ownersToWrite } from './ownership.ts';

const owner = { apiVersion: 'v1', kind: 'K', name: 'mine', uid: 'u1' };
const other = { apiVersion: 'v1', kind: 'K', name: 'theirs', uid: 'u2' };

describe('owners', () => {
  test.each([
    ['the missing one is added beside others', [other], false, [other, owner]],
    ['nothing is written where it is there', [other, owner], false, undefined],
    ['an orphaned object loses only this one', [other, owner], true, [other]],
    ['nothing is written where an orphaned object has none', undefined, true, undefined],
  ])('%s', (_, live, orphaned, expected) => {
    expect(ownersToWrite(live, owner, orphaned)).toEqual(expected);
  });
});

describe('orphaning', () => {
  const target = {
    resource: defineResource<Manifest>('', 'v1', 'ConfigMap', 'configmaps', 'Namespaced'),
    key: { namespace: 'n', name: 'a' },
  };
  const rule = { group: '', resource: 'configmaps', namespace: 'n', name: 'a' };
  const selectively = (orphaningRules: (typeof rule)[]): ManifestWorkSpec['deleteOption'] => ({
    propagationPolicy: 'SelectivelyOrphan',
    selectivelyOrphans: { orphaningRules },
  });
  test.each([
    ['nothing by default', undefined, false],
    ['nothing in foreground', { propagationPolicy: 'Foreground' as const }, false],
    ['everything with Orphan', { propagationPolicy: 'Orphan' as const }, true],
    ['what a rule names', selectively([rule]), true],
    ['not what has another name', selectively([{ ...rule, name: 'b' }]), false],
    ['not what lies in another namespace', selectively([{ ...rule, namespace: 'm' }]), false],
    ['nothing without rules', selectively([]), false],
  ])('%s', (_, deleteOption, expected) => {
    expect(isOrphaned(deleteOption, target)).toBe(expected);
  });
});
