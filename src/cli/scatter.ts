const [WIDTH, HEIGHT] = [48, 10];

/**
 * Points as a picture of characters, each the number of its row from 1 (the last digit beyond nine); where two
 * share a cell the first stays. Both axes begin at the least value and end at the greatest.
 */
export function scatter(
  points: readonly (readonly [x: number, y: number])[],
  xName: string,
  yName: string,
): string[] {
  const column = placeOn(
    points.map(([x]) => x),
    WIDTH,
  );
  const row = placeOn(
    points.map(([, y]) => y),
    HEIGHT,
  );
  const cells = Array.from({ length: HEIGHT }, () => Array.from({ length: WIDTH }, () => ' '));
  points.forEach(([x, y], at) => {
    const line = cells[HEIGHT - 1 - row(y)]!;
    if (line[column(x)] === ' ') line[column(x)] = `${(at + 1) % 10}`;
  });
  return [
    `  ${yName}`,
    ...cells.map((line) => `  │${line.join('')}`.trimEnd()),
    `  └${'─'.repeat(WIDTH)} ${xName}`,
  ];
}

/** The cell of a value when the least is in the first and the greatest in the last; all in the first if equal. */
function placeOn(values: readonly number[], cells: number): (value: number) => number {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return (value) => (range > 0 ? Math.round(((value - least) / range) * (cells - 1)) : 0);
}
