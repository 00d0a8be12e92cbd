import { describe, expect, test } from 'vitest';
import { decideLease, heldBy, type LeaseSpec, microTime, released } from './leasedecision.ts';

const T0 = Date.UTC(2026, 0, 1);
const held: LeaseSpec = {
  holderIdentity: 'other',
  leaseDurationSeconds: 15,
  acquireTime: microTime(T0),
  renewTime: microTime(T0),
  leaseTransitions: 3,
};

describe('decideLease', () => {
  test.each([
    ['there is no lease', undefined, 0, { action: 'Take' }],
    ['nobody holds it', { leaseTransitions: 3 }, 0, { action: 'Take' }],
    ['we hold it', { ...held, holderIdentity: 'me' }, 60_000, { action: 'Renew' }],
    ['another holds it', held, 14_000, { action: 'Wait', holder: 'other', expiresInMs: 1_000 }],
    ['another held it for its duration unchanged', held, 15_000, { action: 'Take' }],
    [
      'its own duration counts, not ours',
      { ...held, leaseDurationSeconds: 60 },
      15_000,
      { action: 'Wait', holder: 'other', expiresInMs: 45_000 },
    ],
  ])('%s', (_, spec, unchangedForMs, want) => {
    const now = 1_000_000;
    expect(decideLease({ spec, observedAt: now - unchangedForMs }, 'me', now, 15_000)).toEqual(want);
  });

  test('a renewTime of another machine that runs years behind or ahead changes nothing', () => {
    for (const renewTime of [microTime(0), microTime(T0 * 2)]) {
      expect(decideLease({ spec: { ...held, renewTime }, observedAt: 0 }, 'me', 1_000, 15_000).action).toBe(
        'Wait',
      );
    }
  });
});

describe('heldBy', () => {
  test('taking over starts a new term', () => {
    expect(heldBy('me', held, 15_000, T0 + 60_000)).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:01:00.000000Z',
      renewTime: '2026-01-01T00:01:00.000000Z',
      leaseTransitions: 4,
    });
  });

  test('renewing keeps the term', () => {
    const mine = { ...held, holderIdentity: 'me' };
    expect(heldBy('me', mine, 15_000, T0 + 2_000)).toEqual({
      ...mine,
      renewTime: '2026-01-01T00:00:02.000000Z',
    });
  });

  test('the first term is number 0', () => {
    expect(heldBy('me', undefined, 15_000, T0).leaseTransitions).toBe(0);
  });
});

test('a released lease has no holder and is free at once', () => {
  const free = released({ ...held, holderIdentity: 'me' }, T0);
  expect(free).not.toHaveProperty('holderIdentity');
  expect(decideLease({ spec: free, observedAt: 0 }, 'next', 0, 15_000)).toEqual({ action: 'Take' });
});
