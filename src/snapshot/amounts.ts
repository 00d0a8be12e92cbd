import { tryParseQuantity } from '../api/quantity.ts';
import type { ResourceAmounts } from '../engine/problem.ts';

/**
 * Amounts by resource name in the units of the engine: cpu in cores, memory and ephemeral-storage in GiB,
 * everything else in pieces.
 */

const GIB = 2 ** 30;
const IN_GIB: ReadonlySet<string> = new Set(['memory', 'ephemeral-storage']);

/** Quantities as engine amounts. What cannot be read is left out: unknown is absent, never zero. */
export function toAmounts(
  quantities: Readonly<Record<string, string | number | undefined>> | undefined,
): ResourceAmounts {
  const amounts: ResourceAmounts = {};
  for (const [name, quantity] of Object.entries(quantities ?? {})) {
    const base = quantity === undefined ? undefined : tryParseQuantity(quantity);
    if (base === undefined || base < 0) continue;
    amounts[name] = rounded(IN_GIB.has(name) ? base / GIB : base);
  }
  return amounts;
}

export function plus(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  return combined(a, b, (x, y) => x + y);
}

/** `factor` times each amount. */
export function times(a: ResourceAmounts, factor: number): ResourceAmounts {
  return Object.fromEntries(Object.entries(a).map(([name, amount]) => [name, rounded(amount * factor)]));
}

/** The larger of both, resource by resource. */
export function larger(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  return combined(a, b, Math.max);
}

/**
 * What is left of `a`, at least 0. Only resources that `a` names: a resource that nobody says a cluster has
 * does not appear because somebody uses it.
 */
export function minus(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  return Object.fromEntries(
    Object.entries(a).map(([name, amount]) => [name, rounded(Math.max(0, amount - (b[name] ?? 0)))]),
  );
}

function combined(
  a: ResourceAmounts,
  b: ResourceAmounts,
  combine: (x: number, y: number) => number,
): ResourceAmounts {
  const result: ResourceAmounts = { ...a };
  for (const [name, amount] of Object.entries(b)) result[name] = rounded(combine(a[name] ?? 0, amount));
  return result;
}

/** To 1e-9: sums of 0.1 in another order must not give other bytes. */
function rounded(amount: number): number {
  return Math.round(amount * 1e9) / 1e9;
}
