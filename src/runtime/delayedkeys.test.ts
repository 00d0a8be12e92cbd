import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DelayedKeys } from './delayedkeys.ts';

test('gives each key once, at the earliest of its times, in order of time', () => {
  const puts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(50)), { maxLength: 60 });
  fc.assert(
    fc.property(puts, fc.array(fc.nat(50)), (entries, looks) => {
      const delayed = new DelayedKeys();
      const earliest = new Map<string, number>();
      for (const [key, due] of entries) {
        delayed.put(key, due);
        earliest.set(key, Math.min(due, earliest.get(key) ?? Number.POSITIVE_INFINITY));
      }
      const given: string[] = [];
      for (const now of [...looks.sort((a, b) => a - b), 50]) {
        const keys = delayed.takeDue(now);
        for (const key of keys) expect(earliest.get(key)).toBeLessThanOrEqual(now);
        given.push(...keys);
        const left = [...earliest].filter(([key]) => !given.includes(key)).map(([, due]) => due);
        expect(delayed.nextDue()).toBe(left.length === 0 ? undefined : Math.min(...left));
        expect(delayed.size).toBe(left.length);
      }
      expect(given.map((key) => earliest.get(key))).toEqual([...earliest.values()].sort((a, b) => a - b));
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

test('a key can be put again after it was given, also at an earlier time', () => {
  const delayed = new DelayedKeys();
  delayed.put('a', 10);
  expect(delayed.takeDue(10)).toEqual(['a']);
  delayed.put('a', 3);
  expect(delayed.takeDue(2)).toEqual([]);
  expect(delayed.takeDue(3)).toEqual(['a']);
});
