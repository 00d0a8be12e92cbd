/** A placement as a column of the master problem: its own cost, and its excess over each row, in shares of it. */
export interface Column {
  readonly cost: number;
  readonly excess: readonly number[];
}

const EPS = 1e-12;
/** An excess of less is none: as a pivot it would magnify the rounding of everything else. */
const LEAST_EXCESS = 1e-9;
/** Steps of the simplex method; with Bland's rule it ends by itself, rounding apart. */
const MOST_STEPS = 500;

/**
 * The restricted master problem of Dantzig and Wolfe (1960), which is Kelley's cutting-plane model of the
 * Lagrangian dual: the mixture of known placements that costs least and on average exceeds no row, an excess
 * that no mixture avoids at `cap` for each share. Returns the price of each row (its dual value, at most its
 * cap) and the value, which no bound at any prices within the caps exceeds while no other placement is known.
 * Simplex method on a table of rows + 1 by columns + 2 x rows.
 */
export function solveMaster(
  columns: readonly Column[],
  caps: readonly number[],
): { prices: number[]; value: number } {
  const R = caps.length;
  const J = columns.length;
  const width = J + 2 * R + 1;
  // Variables: mixture, excess paid for, slack; the last entry of a row is its right side.
  const table = Array.from({ length: R + 2 }, () => new Float64Array(width));
  for (let r = 0; r < R; r += 1) {
    columns.forEach(({ excess }, j) => {
      table[r]![j] = Math.abs(excess[r]!) < LEAST_EXCESS ? 0 : excess[r]!;
    });
    table[r]![J + r] = -1;
    table[r]![J + R + r] = 1;
  }
  table[R]!.fill(1, 0, J);
  table[R]![width - 1] = 1;
  const costs = table[R + 1]!;
  columns.forEach(({ cost }, j) => {
    costs[j] = cost;
  });
  for (let r = 0; r < R; r += 1) costs[J + r] = caps[r]!;
  const basis = Array.from({ length: R + 1 }, (_, r) =>
    r === R ? 0 : table[r]![0]! > 0 ? J + r : J + R + r,
  );
  pivot(table, R, 0);
  for (let r = 0; r < R; r += 1) pivot(table, r, basis[r]!);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    let entering = -1;
    for (let at = 0; at < width - 1 && entering < 0; at += 1) if (costs[at]! < -EPS) entering = at;
    if (entering < 0) break;
    let leaving = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row <= R; row += 1) {
      const amount = table[row]![entering]!;
      if (amount <= EPS) continue;
      const ratio = table[row]![width - 1]! / amount;
      if (ratio < least - EPS || (ratio < least + EPS && basis[row]! < basis[leaving]!)) {
        least = Math.min(least, ratio);
        leaving = row;
      }
    }
    if (leaving < 0) break;
    pivot(table, leaving, entering);
    basis[leaving] = entering;
  }
  const prices = Array.from({ length: R }, (_, r) => Math.min(caps[r]!, Math.max(0, costs[J + R + r]!)));
  return { prices, value: -costs[width - 1]! };
}

function pivot(table: readonly Float64Array[], row: number, column: number): void {
  const own = table[row]!;
  const factor = 1 / own[column]!;
  for (let at = 0; at < own.length; at += 1) own[at] = own[at]! * factor;
  for (const other of table) {
    if (other === own) continue;
    const times = other[column]!;
    if (times === 0) continue;
    for (let at = 0; at < own.length; at += 1) other[at] = other[at]! - times * own[at]!;
  }
}
