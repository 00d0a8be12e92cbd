import { describe, expect, it } from 'vitest';
import { mayMove, strictestMoves, worthMoving } from './moverules.ts';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const MINUTE = 60_000;

describe('the strictest of several policies', () => {
  it('takes the least budget, the longest cooldown and the largest gain', () => {
    expect(
      strictestMoves([
        { budget: 5, cooldown: '30m', leastGain: 0.05 },
        { budget: 2, cooldown: '2h' },
        { leastGain: 0.3 },
      ]),
    ).toMatchObject({ budget: 2, cooldownMs: 120 * MINUTE, leastGain: 0.3 });
  });

  it('moves one app an hour, for a tenth at least, where nothing is stated', () => {
    expect(strictestMoves([{}])).toEqual({ budget: 1, cooldownMs: 60 * MINUTE, windows: [], leastGain: 0.1 });
  });

  it('needs an open window of every policy that names any', () => {
    const rules = strictestMoves([{ windows: ['10:00-13:00', '20:00-21:00'] }, { windows: ['12:30-14:00'] }]);
    expect(mayMove(rules, NOON, undefined, [])).toMatchObject({ may: false, againAt: NOON + 30 * MINUTE });
    expect(mayMove(rules, NOON + 45 * MINUTE, undefined, [])).toEqual({ may: true });
  });

  it('never opens a window that nobody can read', () => {
    const verdict = mayMove(strictestMoves([{ windows: ['at night'] }]), NOON, undefined, []);
    expect(verdict).toEqual({ may: false, why: 'no window for moves can be read', againAt: undefined });
  });
});

describe('an app', () => {
  const rules = strictestMoves([{ budget: 2, cooldown: '30m' }]);

  it('may move when it has rested and the budget of the hour is not used', () => {
    expect(mayMove(rules, NOON, NOON - 31 * MINUTE, [NOON - 5 * MINUTE, NOON - 61 * MINUTE])).toEqual({
      may: true,
    });
  });

  it('rests after a move', () => {
    expect(mayMove(rules, NOON, NOON - 10 * MINUTE, [])).toEqual({
      may: false,
      why: 'it was moved at 2026-01-01T11:50Z, and rests until 2026-01-01T12:20Z',
      againAt: NOON + 20 * MINUTE,
    });
  });

  it('waits until the oldest move of the hour no longer counts', () => {
    const others = [NOON - 5 * MINUTE, NOON - 40 * MINUTE];
    expect(mayMove(rules, NOON, undefined, others)).toEqual({
      may: false,
      why: '2 of 2 moves of this hour are used, the next may begin at 2026-01-01T12:20Z',
      againAt: NOON + 20 * MINUTE,
    });
  });

  it('never moves on a budget of 0', () => {
    expect(mayMove(strictestMoves([{ budget: 0 }]), NOON, undefined, [])).toMatchObject({ may: false });
  });
});

describe('a move', () => {
  const rules = strictestMoves([{ leastGain: 0 }]);

  it('is not worth it at equal cost, whatever the policy asks for', () => {
    expect(worthMoving(rules, 1, 1)).toBeUndefined();
    expect(worthMoving(rules, 1, 1 - 1e-9)).toBeUndefined();
    expect(worthMoving(rules, 0, 0)).toBeUndefined();
  });

  it('is worth it from the least gain on', () => {
    expect(worthMoving({ ...rules, leastGain: 0.2 }, 1, 0.85)).toBeUndefined();
    expect(worthMoving({ ...rules, leastGain: 0.2 }, 1, 0.75)).toBeCloseTo(0.25);
  });
});
