import { describe, expect, test } from 'vitest';
import type { ObjectMeta } from '../api/meta.ts';
import type { CacheEvent } from './informer.ts';
import {
  annotationsChanged,
  anyOf,
  deletionStarted,
  generationChanged,
  labelsChanged,
} from './predicates.ts';

type Object = { metadata: ObjectMeta };
const BASE: ObjectMeta = { name: 'web', generation: 1, labels: { a: '1' }, annotations: { b: '1' } };

function update(changes: Partial<ObjectMeta>): CacheEvent<Object> {
  return {
    key: { namespace: 'shop', name: 'web' },
    old: { metadata: BASE },
    new: { metadata: { ...BASE, ...changes } },
  };
}

describe('predicates', () => {
  test.each([
    ['generationChanged', generationChanged, { generation: 2 }],
    ['labelsChanged', labelsChanged, { labels: { a: '2' } }],
    ['labelsChanged by a label more', labelsChanged, { labels: { a: '1', c: '1' } }],
    ['labelsChanged by another key', labelsChanged, { labels: { c: '1' } }],
    ['annotationsChanged', annotationsChanged, { annotations: {} }],
    ['deletionStarted', deletionStarted, { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ] as const)('%s lets its change pass, and no other', (_, predicate, changes) => {
    expect(predicate(update(changes))).toBe(true);
    expect(predicate(update({ resourceVersion: '2' }))).toBe(false);
    expect(anyOf<Object>(predicate)(update(changes))).toBe(true);
  });

  test('all let additions and deletions pass', () => {
    const { key, new: object } = update({});
    for (const predicate of [generationChanged, labelsChanged, annotationsChanged, deletionStarted]) {
      expect(predicate({ key, new: object! })).toBe(true);
      expect(predicate({ key, old: object! })).toBe(true);
    }
  });
});
