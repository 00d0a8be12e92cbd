import fc from 'fast-check';
import { expect, test } from 'vitest';
import { abandonedClusters, labelValue, safeName } from './labels.ts';

test('a short name is left readable', () => {
  expect(safeName(['shop', 'front'])).toBe('shop-front');
});

test('two long names that share their start stay apart, within the limit', () => {
  const [a, b] = ['a', 'b'].map((end) => safeName(['shop', `${'x'.repeat(80)}${end}`]));
  expect(a).not.toBe(b);
  expect(a).toMatch(/^shop-x+-[0-9a-f]{8}$/);
  expect(a).toHaveLength(63);
});

test('long parts that join to the same text stay apart', () => {
  const x = 'x'.repeat(70);
  expect(safeName([`a-${x}`, 'b'])).not.toBe(safeName(['a', `${x}-b`]));
});

test('any text becomes a valid label value, and a valid one is kept', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      const value = labelValue(text);
      expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
      expect(labelValue(value)).toBe(value);
    }),
  );
});

test('abandoned clusters are read from the annotation, sorted, each once', () => {
  expect(abandonedClusters({ 'codeco.he-codeco.eu/abandon-clusters': ' c3,c1, ,c3' })).toEqual(['c1', 'c3']);
  expect(abandonedClusters(undefined)).toEqual([]);
});
