import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const FIELDS = [
  'channelName',
  'otherService',
  'serviceClass',
  'advancedChannelSettings',
  'traffic',
  'residency',
];

test.each([
  ['chanelName', FIELDS, 'channelName'],
  ['serviceclass', FIELDS, 'serviceClass'],
  ['other_service', FIELDS, 'otherService'],
  ['codecoappmsspec', ['appName', 'codecoapp-msspec'], 'codecoapp-msspec'],
  ['delay', ['maxDelay', 'frameSize'], 'maxDelay'],
  ['bakc', ['back', 'front'], 'back'],
  ['high', ['High', 'Low'], 'High'],
])('%s of %j is %s', (name, candidates, meant) => {
  expect(nearest(name, candidates)).toBe(meant);
});

test.each([
  ['zone', FIELDS],
  ['x', ['y1', 'z2']],
  ['anything', []],
])('%s is near to none of %j', (name, candidates) => {
  expect(nearest(name, candidates)).toBeUndefined();
});

test('the order of the candidates does not matter', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string({ maxLength: 8 })), (name, candidates) => {
      expect(nearest(name, [...candidates].reverse())).toBe(nearest(name, candidates));
    }),
  );
});
