import { describe, expect, it } from 'vitest';
import { isOpen, nextOpening, readWindow } from './movewindow.ts';

// A Thursday.
const at = (time: string, day = 1) => Date.parse(`2026-01-0${day}T${time}:00Z`);
const window = (text: string) => {
  const found = readWindow(text);
  if (found === undefined) throw new Error(`${text} cannot be read`);
  return found;
};

describe('a window for moves', () => {
  it.each<[string, number, boolean]>([
    ['22:00-06:00', at('23:30'), true],
    ['22:00-06:00', at('05:59'), true],
    ['22:00-06:00', at('06:00'), false],
    ['10:00-12:00', at('11:00'), true],
    ['10:00-12:00', at('12:00'), false],
    ['Thu 10:00-12:00', at('11:00'), true],
    ['Mon-Wed 10:00-12:00', at('11:00'), false],
    // The night from Thursday to Friday belongs to Thursday.
    ['Thu 22:00-06:00', at('03:00', 2), true],
    ['Fri 22:00-06:00', at('03:00', 2), false],
    ['Sat,Sun 00:00-24:00', at('12:00', 3), true],
    ['Fri-Mon 00:00-24:00', at('12:00', 4), true],
  ])('%s at %i is open: %s', (text, now, open) => {
    expect(isOpen(window(text), now)).toBe(open);
  });

  it('opens next at its start on one of its days', () => {
    expect(nextOpening(window('22:00-06:00'), at('12:00'))).toBe(at('22:00'));
    expect(nextOpening(window('Sat 10:00-12:00'), at('12:00'))).toBe(at('10:00', 3));
    expect(nextOpening(window('Thu 10:00-12:00'), at('13:00'))).toBe(at('10:00', 8));
  });

  it.each(['', 'night', '25:00-06:00', '10:61-12:00', 'Xyz 10:00-12:00', '24:00-06:00', '10-12'])(
    'cannot be read from %j',
    (text) => {
      expect(readWindow(text)).toBeUndefined();
    },
  );
});
