/** A figure as people read it: at most four significant digits, no exponent where none is needed. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 1e15 || (rounded !== 0 && Math.abs(rounded) < 1e-6)
    ? rounded.toExponential()
    : String(rounded);
}

/** `2 cpu`, `4 GiB memory`, `1 nvidia.com/gpu`. */
export function amountText(resource: string, amount: number): string {
  return resource === 'memory' || resource === 'ephemeral-storage'
    ? `${figure(amount)} GiB ${resource}`
    : `${figure(amount)} ${resource}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The first five of many names. */
export function someOf(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, 5).join(', ')}${more}`;
}
