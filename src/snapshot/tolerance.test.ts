import { expect, it } from 'vitest';
import { defaultReplicas, domainsFor, readTolerance } from './tolerance.ts';

it.each([
  ['High', { kind: 'Survive' }, 2],
  ['Medium', { kind: 'Fallback' }, 1],
  ['Low', { kind: 'None' }, 1],
  ['', { kind: 'None' }, 1],
  [undefined, { kind: 'None' }, 1],
  ['50', { kind: 'Share', share: 0.5 }, 1],
  ['25 %', { kind: 'Share', share: 0.25 }, 1],
  ['0', { kind: 'None' }, 1],
  ['100%', { kind: 'None' }, 1],
  ['much', { kind: 'None' }, 1],
])('%s asks for %j and defaults to %i replicas', (text, tolerance, replicas) => {
  expect(readTolerance(text)).toEqual(tolerance);
  expect(defaultReplicas(readTolerance(text))).toBe(replicas);
});

it.each([
  [0.5, 4, 2],
  [1 / 3, 9, 3],
  [0.3, 9, 4],
  [0.1, 3, 3],
  [0.5, 1, 1],
])('a share of %f with %i replicas needs %i domains', (share, replicas, domains) => {
  expect(domainsFor(share, replicas)).toBe(domains);
});
