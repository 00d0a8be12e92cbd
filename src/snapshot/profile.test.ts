import { expect, it } from 'vitest';
import type { PerformanceProfile } from '../api/codeco/v1alpha1/performanceprofile.ts';
import { profileOf } from './profile.ts';

function profile(name: string, weights: PerformanceProfile['spec']['weights']): PerformanceProfile {
  return { apiVersion: 'v1alpha1', kind: 'PerformanceProfile', metadata: { name }, spec: { weights } };
}

it('is Balanced where nothing is asked for', () => {
  expect(profileOf([], undefined)).toMatchObject({ name: 'Balanced', notes: [] });
  expect(profileOf([], '')).toMatchObject({ name: 'Balanced', notes: [] });
});

it('takes a built-in profile, and the object of its name in its place', () => {
  expect(profileOf([], 'Greenness').weights.carbon).toBe(0.6);
  expect(profileOf([profile('greenness', { carbon: 2 })], 'Greenness').weights).toEqual({
    cost: 0,
    carbon: 2,
    delay: 0,
    resilience: 0,
    balance: 0,
    migration: 0,
  });
});

it('takes a profile of the administrator', () => {
  expect(profileOf([profile('night', { cost: 1 })], 'night')).toMatchObject({ name: 'night', notes: [] });
});

it('places by Balanced, and says so, where a profile does not exist or weighs nothing', () => {
  expect(profileOf([], 'Fast')).toMatchObject({
    name: 'Balanced',
    notes: ['PerformanceProfile Fast does not exist: placed by Balanced'],
  });
  expect(profileOf([profile('zero', { cost: 0 })], 'zero').notes).toEqual([
    'PerformanceProfile zero weighs nothing: placed by Balanced',
  ]);
});
