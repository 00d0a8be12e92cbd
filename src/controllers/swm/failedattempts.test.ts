import { expect, it } from 'vitest';
import type { Fingerprint } from '../../snapshot/fingerprint.ts';
import { FailedAttempts } from './failedattempts.ts';

function print(hash: string, cpu: number): Fingerprint {
  return { hash, free: new Map([['edge', { cpu }]]) };
}

it('solves an app once more after a restart, when nothing is remembered', () => {
  expect(new FailedAttempts().due('shop/a', print('x', 1), 0)).toBe(0);
});

it('leaves a failed app alone while nothing that matters changes', () => {
  const attempts = new FailedAttempts();
  attempts.failed('shop/a', print('x', 4), 0);
  expect(attempts.due('shop/a', print('x', 4), 60_000)).toBeUndefined();
  expect(attempts.due('shop/a', print('x', 3), 60_000)).toBeUndefined();
});

it('solves again when capacity frees, also capacity that was taken after the failure', () => {
  const attempts = new FailedAttempts();
  attempts.failed('shop/a', print('x', 4), 0);
  expect(attempts.due('shop/a', print('x', 1), 60_000)).toBeUndefined();
  expect(attempts.due('shop/a', print('x', 3), 60_000)).toBe(0);
});

it('solves again when a fact changes', () => {
  const attempts = new FailedAttempts();
  attempts.failed('shop/a', print('x', 4), 0);
  expect(attempts.due('shop/a', print('y', 4), 60_000)).toBe(0);
});

it('waits longer each time, so that a swinging load makes no loop', () => {
  const attempts = new FailedAttempts();
  const waits = [0, 1, 2, 3, 4, 5, 6].map((round) => {
    attempts.failed('shop/a', print(`x${round}`, 4), 0);
    return attempts.due('shop/a', print('other', 4), 0);
  });
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

it('forgets the history of an app that was placed or is gone', () => {
  const attempts = new FailedAttempts();
  attempts.failed('shop/a', print('x', 4), 0);
  attempts.forget('shop/a');
  attempts.failed('shop/b', print('x', 4), 0);
  attempts.keep(() => false);
  expect(attempts.due('shop/a', print('x', 4), 0)).toBe(0);
  expect(attempts.due('shop/b', print('x', 4), 0)).toBe(0);
});
