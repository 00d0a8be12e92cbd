import { expect, test } from 'vitest';
import { DurationError, parseAge, parseDelay } from './duration.ts';

test.each([
  [1, 1],
  ['1', 1],
  ['10e-3', 0.01],
  ['10ms', 0.01],
  ['1ns', 1e-9],
  ['1.5us', 1.5e-6],
  ['10s', 10],
  ['1s500ms', 1.5],
  [0, 0],
])('a delay of %s is %s s', (text, seconds) => {
  expect(parseDelay(text)).toBe(seconds);
});

test.each([
  ['10m', '"10m" is not a duration: write 10ms or 600s'],
  ['soon', /is not a duration: write seconds/],
  ['-1', /it is negative/],
  ['-5ms', /it is negative/],
  ['1h', /is not a duration/],
  ['', /is not a duration/],
  ['10 ms', /is not a duration/],
  ['1e999', /is not a duration/],
])('a delay of %s is refused, and says what to write', (text, message) => {
  expect(() => parseDelay(text)).toThrow(DurationError);
  expect(() => parseDelay(text)).toThrow(message);
});

test.each([
  ['15m', 900],
  ['1h30m', 5400],
  ['2d', 172_800],
  [90, 90],
])('an age of %s is %s s: m are minutes', (text, seconds) => {
  expect(parseAge(text)).toBe(seconds);
});
