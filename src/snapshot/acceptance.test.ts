import { expect, test } from 'vitest';
import { acceptance } from './acceptance.ts';

const r1 = { name: 'app-r1', generation: 1 };
const r2 = { name: 'app-r2', generation: 2 };

test('before there is a revision nothing is in force', () => {
  expect(acceptance(undefined, [])).toBeUndefined();
  expect(acceptance({}, [])).toBeUndefined();
});

test('the newest revision is in force before status names it', () => {
  expect(acceptance(undefined, [r1])).toEqual({ revision: 'app-r1', generation: 1 });
  expect(acceptance({ acceptedRevision: 'app-r1', acceptedGeneration: 1 }, [r1, r2])).toEqual({
    revision: 'app-r2',
    generation: 2,
  });
});

test('a later generation that brought an older model back is known from status', () => {
  expect(acceptance({ acceptedRevision: 'app-r1', acceptedGeneration: 3 }, [r1, r2])).toEqual({
    revision: 'app-r1',
    generation: 3,
  });
});

test('a revision that the cache does not hold yet is taken from status', () => {
  expect(acceptance({ acceptedRevision: 'app-r2', acceptedGeneration: 2 }, [r1])).toEqual({
    revision: 'app-r2',
    generation: 2,
  });
});
