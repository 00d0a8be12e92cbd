import { expect, it } from 'vitest';
import { perObject } from './perobject.ts';

it('finds the answer about each object once, also one that is undefined', () => {
  const asked: object[] = [];
  const first = { value: 1 };
  const second = { value: undefined };
  const read = perObject((object: { value: number | undefined }) => {
    asked.push(object);
    return object.value;
  });
  expect([first, second, first, second].map(read)).toEqual([1, undefined, 1, undefined]);
  expect(asked).toEqual([first, second]);
});
