import type { Gqap } from '../gqap/gqap.ts';

/** Nothing that the problem knows of costs anything: any placement is as good as another. */
export function isFree({ unary, pairs, nearest, balance, bandwidth }: Gqap): boolean {
  const costsNothing = (values: Float64Array) => values.every((value) => value === 0);
  return (
    balance === undefined &&
    bandwidth?.perMbps === undefined &&
    unary.every((cost) => cost === 0 || cost === Number.POSITIVE_INFINITY) &&
    [pairs.perMs, pairs.perUSD, pairs.perGram, pairs.perNat].every(costsNothing) &&
    nearest.every(({ perMs, perUSD, perGram, perNat }) => perMs + perUSD + perGram + perNat === 0)
  );
}
