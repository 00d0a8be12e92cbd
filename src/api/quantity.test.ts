import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuantity, QuantityError, tryParseQuantity } from './quantity.ts';

test.each([
  ['500m', 0.5],
  ['100m', 0.1],
  ['9m', 0.009],
  ['2Gi', 2 ** 31],
  ['5M', 5e6],
  ['1e3', 1000],
  ['1E3', 1000],
  ['1E', 1e18],
  ['.5', 0.5],
  ['4.', 4],
  ['-1', -1],
  ['0', 0],
  ['3n', 3e-9],
  [4, 4],
])('%s is %s', (text, amount) => {
  expect(parseQuantity(text)).toBe(amount);
});

test.each([
  ['5 Mbit/s', 'write 5M'],
  ['2GB', 'write 2G'],
  ['512kib', 'write 512Ki'],
  ['1core', 'for example 500m or 2Gi'],
  ['', 'for example 500m or 2Gi'],
  ['1.2.3', 'for example 500m or 2Gi'],
  ['Infinity', 'for example 500m or 2Gi'],
])('%s is none, and says what to write', (text, hint) => {
  expect(() => parseQuantity(text)).toThrow(QuantityError);
  expect(() => parseQuantity(text)).toThrow(hint);
});

test('no text makes it throw, and what it reads is finite', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const amount = tryParseQuantity(text);
      return amount === undefined || Number.isFinite(amount);
    }),
  );
});
