import { describe, expect, test } from 'vitest';
import { EventFilter, WINDOW_MS } from './eventfilter.ts';

const MINUTE = 60_000;

describe('EventFilter', () => {
  test('a repeat within the window is dropped, but counted in the next that is written', () => {
    const filter = new EventFilter();
    expect(filter.judge('o', 'w', 'e1', 0)).toEqual({ action: 'Create' });
    expect(filter.judge('o', 'w', 'e2', MINUTE)).toEqual({ action: 'Drop', why: 'Repeat' });
    expect(filter.judge('o', 'w', 'e3', WINDOW_MS - 1)).toEqual({ action: 'Drop', why: 'Repeat' });
    expect(filter.judge('o', 'w', 'e4', WINDOW_MS)).toEqual({ action: 'Count', name: 'e1', count: 4 });
    expect(filter.judge('o', 'w', 'e5', WINDOW_MS + 1)).toEqual({ action: 'Drop', why: 'Repeat' });
  });

  test('a series that the server is about to forget is begun anew', () => {
    const filter = new EventFilter();
    filter.judge('o', 'w', 'e1', 0);
    expect(filter.judge('o', 'w', 'e2', 51 * MINUTE)).toEqual({ action: 'Create' });
    expect(filter.judge('o', 'w', 'e3', 57 * MINUTE)).toEqual({ action: 'Count', name: 'e2', count: 2 });
  });

  test('an object may say 25 different things at once, then one in 5 minutes', () => {
    const filter = new EventFilter();
    const say = (what: number, now: number) => filter.judge('o', `w${what}`, 'e', now).action;
    expect(
      Array.from({ length: 26 }, (_, i) => say(i, 0)).filter((action) => action === 'Create'),
    ).toHaveLength(25);
    expect(say(100, 4 * MINUTE)).toBe('Drop');
    expect(say(101, 5 * MINUTE)).toBe('Create');
    expect(say(102, 5 * MINUTE)).toBe('Drop');
    expect(filter.judge('another', 'w', 'e', 0).action).toBe('Create');
  });

  test('what was not written can be said again', () => {
    const filter = new EventFilter();
    filter.judge('o', 'w', 'e1', 0);
    filter.forget('o', 'w');
    expect(filter.judge('o', 'w', 'e2', 1)).toEqual({ action: 'Create' });
  });
});
