import { styleText } from 'node:util';

/** Text with a meaning that a terminal shows by colour. */
export interface Cell {
  text: string;
  style?: Style;
}
export type Style = 'good' | 'bad' | 'head' | 'faint';

/** Writes text with colour, or without. */
export type Paint = (text: string, style: Style) => string;

const COLOURS = { good: 'green', bad: 'red', head: 'bold', faint: 'dim' } as const;

/** Colour only where it is shown: a file or a pipe gets plain text. */
export function paintFor(colour: boolean): Paint {
  return (text, style) => (colour ? styleText(COLOURS[style], text, { validateStream: false }) : text);
}

/**
 * Rows in columns with two spaces between them; the columns in `right` are aligned to the right. The last
 * column is not padded. Nothing for no rows.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
  paint: Paint,
  { right = [], indent = 0 }: { right?: readonly number[]; indent?: number } = {},
): string[] {
  if (rows.length === 0) return [];
  const titles = head.map((text): Cell => ({ text, style: 'head' }));
  const lines = [
    ...(head.some((text) => text !== '') ? [titles] : []),
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell))),
  ];
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach(({ text }, at) => {
      widths[at] = Math.max(widths[at] ?? 0, text.length);
    });
  }
  return lines.map((line) => {
    const cells = line.map(({ text, style }, at) => {
      const width = widths[at] ?? 0;
      const aligned = right.includes(at)
        ? text.padStart(width)
        : at === line.length - 1
          ? text
          : text.padEnd(width);
      return style ? paint(aligned, style) : aligned;
    });
    return `${' '.repeat(indent)}${cells.join('  ')}`.trimEnd();
  });
}
