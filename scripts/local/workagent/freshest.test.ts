import { expect, test } from 'vitest';
import { Freshest } from './freshest.ts';

const KEY = { namespace: 'n', name: 'x' };

function version(resourceVersion: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...KEY, resourceVersion } };
}

test('the own write counts while the cache still has what it was decided on', () => {
  const freshest = new Freshest();
  freshest.wrote(version('1'), version('2'));
  expect(freshest.of(KEY, version('1'))).toEqual(version('2'));
});

test('the cache counts once it has the own write or something newer', () => {
  const freshest = new Freshest();
  freshest.wrote(version('1'), version('2'));
  expect(freshest.of(KEY, version('7'))).toEqual(version('7'));
  expect(freshest.of(KEY, version('1'))).toEqual(version('1'));
});

test('after two writes the cache may lag by both', () => {
  const freshest = new Freshest();
  freshest.wrote(version('1'), version('2'));
  freshest.wrote(version('2'), version('3'));
  expect(freshest.of(KEY, version('1'))).toEqual(version('3'));
  expect(freshest.of(KEY, version('2'))).toEqual(version('3'));
});

test('an object that was created is there before the cache knows it, and gone when the cache says so', () => {
  const freshest = new Freshest();
  freshest.wrote(undefined, version('2'));
  expect(freshest.of(KEY, undefined)).toEqual(version('2'));
  expect(freshest.of(KEY, version('2'))).toEqual(version('2'));
  expect(freshest.of(KEY, undefined)).toBeUndefined();
});

test('after a failed write only the cache counts', () => {
  const freshest = new Freshest();
  freshest.wrote(version('1'), version('2'));
  freshest.forget(KEY);
  expect(freshest.of(KEY, version('1'))).toEqual(version('1'));
});
