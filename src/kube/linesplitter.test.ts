import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter, LineTooLong } from './linesplitter.ts';

test('gives the same lines however the bytes are cut', () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(8)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
      const splitter = new LineSplitter(10_000);
      const got: string[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        got.push(...splitter.push(bytes.subarray(at, at + cut)));
        at += cut;
      }
      expect(got).toEqual(lines);
      expect(splitter.rest()).toBeUndefined();
    }),
  );
});

test('keeps half a line until its end comes, and hands it out when none comes', () => {
  const splitter = new LineSplitter(100);
  expect(splitter.push(Buffer.from('{"a":'))).toEqual([]);
  expect(splitter.push(Buffer.from('1}\n\n{"b"'))).toEqual(['{"a":1}']);
  expect(splitter.rest()).toBe('{"b"');
});

test('refuses a line without end instead of filling the memory', () => {
  const splitter = new LineSplitter(10);
  splitter.push(Buffer.from('123456789\n'));
  splitter.push(Buffer.from('12345'));
  expect(() => splitter.push(Buffer.from('678901'))).toThrow(LineTooLong);
});
