import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyString, parseKey } from '../api/meta.ts';
import { type Entry, Store } from './store.ts';

interface Thing {
  id: string;
  colours: string[];
}

function entry(id: string, resourceVersion: string, colours: string[] = []): Entry<Thing> {
  return { key: parseKey(id), resourceVersion, value: { id, colours } };
}

const byColour = { colour: (thing: Thing) => thing.colours };

describe('Store', () => {
  test('lists in order of keys, whatever order they came in', () => {
    const store = new Store<Thing>();
    for (const id of ['b/x', 'a/y', 'a-b/z', 'a/x']) store.upsert(entry(id, '1'));
    expect(store.list().map((thing) => thing.id)).toEqual(['a-b/z', 'a/x', 'a/y', 'b/x']);
    expect(store.list('a').map((thing) => thing.id)).toEqual(['a/x', 'a/y']);
    expect(store.list('c')).toEqual([]);
  });

  test('says nothing when the resourceVersion is unchanged', () => {
    const store = new Store<Thing>();
    store.upsert(entry('a', '1'));
    expect(store.upsert(entry('a', '1', ['red']))).toBeUndefined();
    expect(store.replace([entry('a', '1', ['red'])])).toEqual([]);
  });

  test('replace tells additions, updates and deletions in order of keys', () => {
    const store = new Store<Thing>();
    store.replace([entry('a', '1'), entry('b', '1'), entry('c', '1')]);
    const events = store.replace([entry('d', '3'), entry('c', '1'), entry('b', '2')]);
    expect(events).toEqual([
      { key: parseKey('a'), old: entry('a', '1').value },
      { key: parseKey('b'), old: entry('b', '1').value, new: entry('b', '2').value },
      { key: parseKey('d'), new: entry('d', '3').value },
    ]);
  });

  test('an index that was not declared is an error, not an empty answer', () => {
    expect(() => new Store<Thing>(byColour).byIndex('color', 'red')).toThrow(
      'no index color; this cache has colour',
    );
  });

  test('equals a plain map after any sequence of changes', () => {
    const id = fc.constantFrom('a/x', 'a/y', 'a-b/x', 'b/x', 'c', 'd');
    const version = fc.constantFrom('1', '2', '3');
    const colours = fc.uniqueArray(fc.constantFrom('red', 'blue'));
    const anyEntry = fc.tuple(id, version, colours).map(([i, v, c]) => entry(i, v, c));
    const change = fc.oneof(
      anyEntry.map((e) => ({ kind: 'upsert' as const, e })),
      id.map((i) => ({ kind: 'remove' as const, i })),
      fc
        .uniqueArray(anyEntry, { selector: (e) => keyString(e.key) })
        .map((all) => ({ kind: 'replace' as const, all })),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const store = new Store<Thing>(byColour);
        const model = new Map<string, Entry<Thing>>();
        // What somebody knows who only listens to the events.
        const heard = new Map<string, Thing>();
        const put = (e: Entry<Thing>) => {
          const known = model.get(keyString(e.key));
          if (known?.resourceVersion !== e.resourceVersion) model.set(keyString(e.key), e);
        };
        for (const each of changes) {
          const events =
            each.kind === 'upsert'
              ? [store.upsert(each.e)]
              : each.kind === 'remove'
                ? [store.remove(parseKey(each.i))]
                : store.replace(each.all);
          if (each.kind === 'upsert') put(each.e);
          else if (each.kind === 'remove') model.delete(each.i);
          else {
            for (const key of [...model.keys()])
              if (!each.all.some((e) => keyString(e.key) === key)) model.delete(key);
            each.all.forEach(put);
          }
          for (const event of events) {
            if (!event) continue;
            expect(heard.get(keyString(event.key))).toEqual(event.old);
            if (event.new) heard.set(keyString(event.key), event.new);
            else heard.delete(keyString(event.key));
          }
          const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, e]) => e.value);
          expect(store.list()).toEqual(expected);
          expect(store.list('a')).toEqual(expected.filter((thing) => thing.id.startsWith('a/')));
          expect(store.byIndex('colour', 'red')).toEqual(
            expected.filter((thing) => thing.colours.includes('red')),
          );
          expect([...heard].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, thing]) => thing)).toEqual(expected);
        }
      }),
    );
  });
});
