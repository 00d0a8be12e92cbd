/** Figures agree when they differ by no more than this share. */
const FIGURES = 1e-9;

/** Whether an amount keeps its limit; what rounding alone adds breaks nothing. */
export function within(amount: number, limit: number): boolean {
  return amount <= limit + 1e-6 * Math.max(1e-3, Math.abs(limit));
}

/** False for anything that is no number. */
export function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= FIGURES * Math.max(1, Math.abs(a), Math.abs(b));
}

/** A bound of nothing leaves a gap of nothing only for a cost of nothing. */
export function closeGap(gap: number, objective: number, lowerBound: number): boolean {
  return lowerBound > 0 ? close(gap, objective / lowerBound - 1) : gap === 0 && objective === 0;
}
