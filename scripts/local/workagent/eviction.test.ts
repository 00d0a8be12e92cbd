import { expect, test } from 'vitest';
import { EVICTION_OFF_MS, evictionOf } from './eviction.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');

test('a work that is there starts nothing, and stops a clock that runs', () => {
  expect(evictionOf(undefined, true, NOW, 1000)).toEqual({ action: 'Nothing' });
  expect(evictionOf('2026-01-01T00:00:00Z', true, NOW, 1000)).toEqual({ action: 'Cancel' });
});

test('a missing work starts the clock, waits for the rest of the grace period, and is evicted', () => {
  expect(evictionOf(undefined, false, NOW, 1000)).toEqual({ action: 'Start' });
  expect(evictionOf('2026-01-01T00:59:58Z', false, NOW, 5000)).toEqual({ action: 'Wait', ms: 3000 });
  expect(evictionOf('2026-01-01T00:59:55Z', false, NOW, 5000)).toEqual({ action: 'Evict' });
});

test('a grace period of a hundred years turns eviction off', () => {
  expect(evictionOf(undefined, false, NOW, EVICTION_OFF_MS)).toEqual({ action: 'Nothing' });
  expect(evictionOf('1900-01-01T00:00:00Z', false, NOW, EVICTION_OFF_MS)).toEqual({ action: 'Nothing' });
});
