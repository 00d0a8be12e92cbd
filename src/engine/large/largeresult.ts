import type { StateOptions } from './state.ts';

/** What the large path found. Costs are in the objective of the problem, its constant included. */
export interface LargeResult {
  /** Location by variable; undefined: none found, which proves nothing. */
  at: Int32Array | undefined;
  /** As the judge has it; Infinity where there is none. */
  objective: number;
  /** No placement costs less; recomputed in double precision. */
  lowerBound: number;
  /** Rounds of the bound. */
  passes: number;
  labels: number;
  /** locations x resources: what one more unit of room saves at most; 0 where nothing is short. */
  prices: Float64Array;
  work: number;
  /** Work when the first placement was there; undefined where there is none. */
  firstFeasible: number | undefined;
}

export interface LargeOptions extends StateOptions {
  /** Stop after so many rounds of the bound, whatever is left of the budget. */
  passes?: number;
  start?: Int32Array;
  /** Told of every better placement. */
  onBest?: (objective: number) => void;
}
