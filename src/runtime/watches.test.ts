import { expect, test } from 'vitest';
import { keyString, type ObjectKey, type ObjectMeta } from '../api/meta.ts';
import type { CacheEvent, Informer } from './informer.ts';
import { itself, ownerOf, watch } from './watches.ts';

type Object = { metadata: ObjectMeta };

function setUp(
  map: (object: Object) => readonly ObjectKey[],
  predicate?: (event: CacheEvent<Object>) => boolean,
) {
  const woken: string[] = [];
  let tell: (event: CacheEvent<Object>) => void = () => {};
  const informer = {
    onEvent(handler: typeof tell) {
      tell = handler;
    },
  } as Informer<Object>;
  watch(informer, { enqueue: (key) => woken.push(keyString(key)) }, map, predicate);
  return {
    woken,
    tell: (event: Omit<CacheEvent<Object>, 'key'>) => tell({ key: { namespace: '', name: '' }, ...event }),
  };
}

function owned(owner: string, changes: { controller?: boolean; kind?: string } = {}): Object {
  const { controller = true, kind = 'CodecoApp' } = changes;
  return {
    metadata: {
      name: 'plan',
      namespace: 'shop',
      ownerReferences: [{ apiVersion: 'v1', kind, name: owner, uid: owner, controller }],
    },
  };
}

test('an object that changes its owner wakes the old and the new one', () => {
  const { woken, tell } = setUp(ownerOf('CodecoApp'));
  tell({ old: owned('before'), new: owned('after') });
  expect(woken).toEqual(['shop/before', 'shop/after']);
});

test('only the controlling owner of the kind is woken', () => {
  const { woken, tell } = setUp(ownerOf('CodecoApp'));
  tell({ new: owned('a', { controller: false }) });
  tell({ new: owned('b', { kind: 'Deployment' }) });
  expect(woken).toEqual([]);
});

test('what the predicate holds back wakes nobody', () => {
  const { woken, tell } = setUp(itself, ({ old }) => old === undefined);
  tell({ old: owned('a'), new: owned('a') });
  expect(woken).toEqual([]);
  tell({ new: owned('a') });
  expect(woken).toEqual(['shop/plan']);
});
