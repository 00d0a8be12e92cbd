import { expect, test } from 'vitest';
import { finalizerPatch, hasFinalizer } from './finalizer.ts';

const MINE = 'codeco.he-codeco.eu/works';
const object = (finalizers?: string[]) => ({
  metadata: { name: 'web', resourceVersion: '7', ...(finalizers ? { finalizers } : {}) },
});

test('a finalizer is added beside those of others, once', () => {
  expect(finalizerPatch(object(['theirs']), MINE, 'Add').metadata.finalizers).toEqual(['theirs', MINE]);
  expect(finalizerPatch(object([MINE, 'theirs']), MINE, 'Add').metadata.finalizers).toEqual(['theirs', MINE]);
  expect(finalizerPatch(object(), MINE, 'Add').metadata.finalizers).toEqual([MINE]);
});

test('removing a finalizer leaves those of others alone', () => {
  expect(finalizerPatch(object(['theirs', MINE]), MINE, 'Remove').metadata.finalizers).toEqual(['theirs']);
});

test('the patch holds for the version only that it was decided on', () => {
  expect(finalizerPatch(object(), MINE, 'Add').metadata.resourceVersion).toBe('7');
});

test('an object without finalizers has none', () => {
  expect(hasFinalizer(object(), MINE)).toBe(false);
  expect(hasFinalizer(object([MINE]), MINE)).toBe(true);
});
