import { expect, it } from 'vitest';
import { Budget } from './budget.ts';

it('a budget ends as long before its deadline as is kept for a last step', () => {
  let ms = 0;
  const budget = new Budget({ work: 1e9, deadlineMs: 100, clock: () => ms, cancelled: () => false });
  budget.reserve(30);
  ms = 69;
  expect(budget.stoppedNow()).toBe(false);
  ms = 70;
  expect(budget.stoppedNow()).toBe(true);
});
