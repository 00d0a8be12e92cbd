import type { Problem } from './problem.ts';
import type { Result } from './result.ts';

/**
 * The port of the engine: problem in, result out, no I/O. Deterministic: the same problem, seed and work
 * give the same bytes; `deadlineMs` only cuts short, and a result that it cut says so by less `work`.
 */
export type Solve = (problem: Problem, options: SolveOptions) => Result;

export interface SolveOptions {
  /**
   * Budget in deterministic units: one unit is about one step of an innermost loop, 1 ns on a warm, idle core.
   * The step in which it ends is finished.
   */
  work: number;
  /** Cap in ms of `clock`; may already lie in the past. */
  deadlineMs?: number;
  seed: number;
  /** Monotonic ms. */
  clock: () => number;
  cancelled: () => boolean;
  /**
   * False: verdict, placement and bound alone, without naming conflicts or runners-up. For whoever asks many
   * small questions and reads nothing else of the answers. Placed: what is placed has its reasons, what is not
   * has none, which are the ones that take work. Default: true.
   */
  explain?: boolean | 'Placed';
  onProgress?: (progress: Progress) => void;
}

/** Best and bound so far, over all applications; bound never falls. */
export interface Progress {
  work: number;
  best?: number;
  bound?: number;
}
