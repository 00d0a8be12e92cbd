import { expect, test } from 'vitest';
import { ApiError, TransportError } from '../../../src/runtime/apierror.ts';
import { testLogger } from '../../../test/support/testlogger.ts';
import { BoundedRetry } from './boundedretry.ts';

const KEY = { namespace: 'c1', name: 'w' };

function failing(errors: (Error | undefined)[]) {
  const inner = {
    reconcile: () => {
      const error = errors.shift();
      return error ? Promise.reject(error) : Promise.resolve({ requeueAfterMs: 7 });
    },
  };
  const retry = new BoundedRetry(inner, 1_000);
  return () => retry.reconcile(KEY, { signal: new AbortController().signal, log: testLogger() });
}

const away = () => new TransportError('Unreachable', 'no route');

test('the wait doubles up to the bound, and starts anew after a success', async () => {
  const reconcile = failing([away(), away(), away(), away(), away(), undefined, away()]);
  const waits = [];
  for (let turn = 0; turn < 7; turn += 1) waits.push((await reconcile()).requeueAfterMs);
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 7, 100]);
});

test('a conflict is left to the worker loop', async () => {
  const reconcile = failing([new ApiError('Conflict', 'changed', { httpStatus: 409 })]);
  await expect(reconcile()).rejects.toThrow('changed');
});
