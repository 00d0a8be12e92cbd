import { expect, it } from 'vitest';
import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { keyOf } from '../../api/meta.ts';
import { AssumedPlans } from './assumedplans.ts';

function plan(resourceVersion: string, uid = 'u'): AssignmentPlan {
  return {
    apiVersion: 'v1',
    kind: 'AssignmentPlan',
    metadata: { namespace: 'shop', name: 'web-assignment-plan', uid, resourceVersion },
    spec: {},
  };
}

function assumedAfter(...seen: (AssignmentPlan | undefined)[]): AssignmentPlan[] {
  const plans = new AssumedPlans();
  plans.assume(plan('100'));
  for (const each of seen) plans.observe({ key: keyOf(plan('1')), ...(each ? { new: each } : {}) });
  return plans.over([plan('9')]);
}

it('shows what was written while the cache is behind', () => {
  expect(assumedAfter()).toEqual([plan('100')]);
  expect(assumedAfter(plan('99'))).toEqual([plan('100')]);
});

it('trusts the cache once it has the write, or anything later', () => {
  expect(assumedAfter(plan('100'))).toEqual([plan('9')]);
  expect(assumedAfter(plan('1000'))).toEqual([plan('9')]);
});

it('trusts the cache when the plan is gone or another one took its name', () => {
  expect(assumedAfter(undefined)).toEqual([plan('9')]);
  expect(assumedAfter(plan('7', 'other'))).toEqual([plan('9')]);
});

it('trusts the cache after a write was refused', () => {
  const plans = new AssumedPlans();
  plans.assume(plan('100'));
  plans.forget('shop', 'web');
  expect(plans.over([])).toEqual([]);
});

it('knows the echo of its own write, and nothing else, as no news', () => {
  const plans = new AssumedPlans();
  const seen = (now: AssignmentPlan) => plans.observe({ key: keyOf(now), new: now });
  expect(seen(plan('99'))).toBe(false);
  plans.assume(plan('100'));
  expect(seen(plan('99'))).toBe(false);
  expect(seen(plan('100'))).toBe(true);
  expect(seen(plan('101'))).toBe(false);
});
