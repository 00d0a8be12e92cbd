import type { Problem } from '../engine/problem.ts';
import type { Reason } from '../engine/result.ts';

/** What the files ask to be placed. */
export interface PlacementInput {
  /** Undefined when no application is left to ask about. */
  problem: Problem | undefined;
  /** Applications with nowhere to go, and why. */
  refused: ReadonlyMap<string, Reason[]>;
  /** What was assumed or left out, by application. */
  notes: ReadonlyMap<string, readonly string[]>;
}
