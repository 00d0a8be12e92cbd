import { expect, test } from 'vitest';
import { aSnapshot } from '../../../test/support/federation.ts';
import { federationFacts } from './federationfacts.ts';
import { ViolationMemo } from './violationmemo.ts';

test('violations are found anew when the decision or the federation changes, and only then', () => {
  const facts = () => federationFacts(aSnapshot({ clusters: [], apps: [] }));
  const [now, later] = [facts(), facts()];
  const memo = new ViolationMemo();
  let finds = 0;
  const find = () => {
    finds += 1;
    return [];
  };
  memo.of('uid', 'd1', now, find);
  memo.of('uid', 'd1', now, find);
  expect(finds).toBe(1);
  memo.of('uid', 'd2', now, find);
  memo.of('uid', 'd2', later, find);
  expect(finds).toBe(3);
  memo.forget('uid');
  memo.of('uid', 'd2', later, find);
  expect(finds).toBe(4);
});
