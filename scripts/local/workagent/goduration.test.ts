import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './goduration.ts';

test.each([
  ['10s', 10_000],
  ['1m30s', 90_000],
  ['60m', 3_600_000],
  ['1h', 3_600_000],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['0', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '10', 's', '1 s', '-5s', '1m 30s', '10 min'])('%o is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [60_000, '1m0s'],
  [2_000, '2s'],
  [2_500, '2.5s'],
  [300, '300ms'],
  [3_661_000, '1h1m1s'],
])('%d ms is written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
