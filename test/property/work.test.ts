import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/api/hash.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { baseWorkName, workName } from '../../src/work/names.ts';
import { MOST_BYTES, MOST_OBJECTS, manifestKey, splitManifests } from '../../src/work/split.ts';

/** A ConfigMap of roughly `bytes`; the character takes two bytes of UTF-8. */
function manifest(name: string, bytes: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'shop', name },
    data: { text: 'é'.repeat(Math.floor(bytes / 2)) },
  } as KubeObject;
}

const bytesOf = (value: unknown) => Buffer.byteLength(canonicalJson(value), 'utf8');
const sizes = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 50_000, max: 300_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 390_000, max: 450_000 }) },
);
const manifests = fc
  .array(sizes, { maxLength: 260 })
  .map((list) => list.map((bytes, index) => manifest(`m-${index}`, bytes)));

function homes(shards: ReadonlyMap<number, readonly KubeObject[]>): Map<string, number> {
  return new Map(
    [...shards].flatMap(([shard, list]) => list.map((each) => [manifestKey(each), shard] as const)),
  );
}

describe('manifests divided over works', () => {
  test('are all there once, unless one alone is too big, and every work keeps its limits', () => {
    fc.assert(
      fc.property(manifests, (list) => {
        const { shards, tooBig } = splitManifests(list, new Map());
        const placed = [...shards.values()].flat().map(manifestKey);
        expect([...placed, ...tooBig.map(({ key }) => key)].sort()).toEqual(list.map(manifestKey).sort());
        for (const shard of shards.values()) {
          expect(shard.length).toBeLessThanOrEqual(MOST_OBJECTS);
          expect(shard.reduce((sum, each) => sum + bytesOf(each), 0)).toBeLessThan(MOST_BYTES);
        }
        for (const { bytes } of tooBig) expect(bytes).toBeGreaterThanOrEqual(MOST_BYTES);
      }),
      { numRuns: 40 },
    );
  });

  test('stay where they are when others come or go', () => {
    fc.assert(
      fc.property(manifests, sizes, fc.nat(), (list, size, at) => {
        const before = homes(splitManifests(list, new Map()).shards);
        const kept = list.filter((_, index) => index !== at % (list.length || 1));
        const changed = [manifest('newcomer', size), ...kept];
        const after = homes(splitManifests(changed, before).shards);
        for (const each of kept) expect(after.get(manifestKey(each))).toBe(before.get(manifestKey(each)));
      }),
      { numRuns: 40 },
    );
  });

  test('are divided alike whatever their order', () => {
    fc.assert(
      fc.property(manifests, (list) => {
        const forth = homes(splitManifests(list, new Map()).shards);
        const back = homes(splitManifests([...list].reverse(), new Map()).shards);
        expect(new Map([...back].sort())).toEqual(new Map([...forth].sort()));
      }),
      { numRuns: 20 },
    );
  });
});

describe('names of works', () => {
  const letter = fc.constantFrom(...'abz09');
  const label = fc
    .oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 45, max: 63 }))
    .chain((length) => fc.string({ unit: letter, minLength: length, maxLength: length }));
  const identity = fc.record({
    namespace: label,
    name: fc.oneof(
      label,
      fc.tuple(label, label, label).map((all) => all.join('.')),
    ),
    uid: fc.uuid(),
  });
  const valid = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

  test('are valid and have at most 63 characters', () => {
    fc.assert(
      fc.property(identity, fc.nat(99), (app, shard) => {
        for (const name of [workName(app, shard), baseWorkName(app.namespace)]) {
          expect(name.length).toBeLessThanOrEqual(63);
          expect(name).toMatch(valid);
        }
      }),
    );
  });

  test('differ for different apps, shards and namespaces', () => {
    fc.assert(
      fc.property(identity, identity, fc.nat(99), fc.nat(99), (a, b, x, y) => {
        const same = a.namespace === b.namespace && a.name === b.name && a.uid === b.uid && x === y;
        expect(workName(a, x) === workName(b, y)).toBe(same);
        expect(baseWorkName(a.namespace) === baseWorkName(b.namespace)).toBe(a.namespace === b.namespace);
        expect(workName(a, x)).not.toBe(baseWorkName(b.namespace));
      }),
    );
  });
});
