/** `-` for what was not measured. */
export function ms(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

/** A share of 1; `none` for one without end. */
export function percent(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'none';
  if (!Number.isFinite(value)) return '-';
  const of = value * 100;
  return `${Math.abs(of) < 0.005 ? '0' : of < 10 ? of.toFixed(2) : of.toFixed(0)} %`;
}

export function times(value: number): string {
  return Number.isFinite(value) ? `${value < 10 ? value.toFixed(1) : value.toFixed(0)} x` : '-';
}

/** A Markdown table with padded columns: reads on a terminal, and pastes into a document. */
export function tableText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    `| ${header.map((_, at) => (row[at] ?? '').padEnd(width[at]!)).join(' | ')} |`;
  return [line(header), `| ${width.map((each) => '-'.repeat(each)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  );
}
